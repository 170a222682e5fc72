/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts - the model of a host: what the probes found.
 *
 * What a probe's own header defines is included from there.
 */
#ifndef KILOFLOW_PROBES_FACTS_H
#define KILOFLOW_PROBES_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/conntrack.h"
#include "probes/counter_table.h"
#include "probes/fact.h"
#include "probes/kmsg.h"
#include "probes/neigh.h"
#include "probes/path.h"
#include "probes/proc_limits.h"
#include "probes/softnet.h"
#include "probes/sysctl_table.h"
#include "probes/threads.h"
#include "probes/tools.h"

struct drift;
struct load_result;

struct sysctl_fact {
	enum fact_state state;
	int64_t v[3];  /* as many as the row's type says */
	char text[64]; /* for SYSCTL_TYPE_WORD and _PORTS; cut when longer */
};

/* A process that holds a listener's descriptor. */
struct owner {
	pid_t pid;
	int fd;
	char comm[16]; /* as the kernel has it: any bytes but NUL */
};

enum owners_state {
	OWNERS_UNREAD,
	OWNERS_KNOWN,   /* every process could be looked at */
	OWNERS_PARTIAL, /* some owners found, some processes not readable */
	OWNERS_DENIED,  /* none found, and some processes not readable */
};

struct listener {
	int family;       /* AF_INET or AF_INET6 */
	uint8_t addr[16]; /* network byte order; IPv4 in the first four */
	uint16_t port;    /* host byte order */
	uint32_t ifindex; /* bound device, 0: none */
	struct fact_u64 v6only;
	uint32_t queue;            /* connections waiting for accept() */
	uint32_t limit;            /* it holds limit + 1 */
	struct fact_u64 drops;     /* sk_drops: not only overflows */
	struct fact_u64 syn_queue; /* half-open towards its address and port;
	                              members of a group share the number */
	struct fact_u64 cgroup_id; /* of the creator, cgroup v2 */
	uint32_t uid;
	uint32_t inode;
	uint64_t cookie;
	uint32_t group_size; /* listeners of the same namespace, address,
	                        port, device and uid (SO_REUSEPORT), >= 1 */
	struct owner *owners;
	size_t n_owners;
	enum owners_state owners_state;
};

struct sockstat_facts {
	struct fact_u64 inuse;     /* TCP over IPv4, this namespace */
	struct fact_u64 inuse6;    /* TCP over IPv6, this namespace */
	struct fact_u64 orphan;    /* of the whole host */
	struct fact_u64 time_wait; /* this namespace, both families */
	struct fact_u64 mem_pages; /* TCP buffers of the whole host */
};

struct link_facts {
	struct fact_u64 up; /* 1 or 0 */
	struct fact_u64 mtu_bytes;
	struct fact_u64 ipv6; /* 1 when ::1 is usable, else 0 */
};

struct ports_facts {
	struct fact_u64 usable; /* in the range and not reserved */
	struct fact_u64 free;   /* of these, free towards the goal's target;
	                           a lower bound when it was clear that the
	                           rest cannot matter */
	bool free_is_least;     /* it is such a bound */
};

struct netns_facts {
	uint64_t inode;          /* of its /proc/PID/ns/net; 0 unknown */
	char name[64];           /* what a person knows it as, or "" */
	char enter[288];         /* file for `nsenter --net=`; "": the caller's
	                            own */
	struct fact_u64 entered; /* UNREAD: did not have to be; ABSENT: it
	                            vanished before */
	struct fact_u64 initial; /* 1: the host's own; 0: a child */
	struct sysctl_fact sysctl[SYSCTL_COUNT]; /* of scope NETNS */
	struct fact_u64 counter[COUNTER_COUNT];
	struct sockstat_facts sockstat;
	struct link_facts lo;
	struct ports_facts ports;
	struct listener *listeners;
	size_t n_listeners;
	struct fact_u64 listeners_read; /* their number, or why not */
	struct servers_facts servers;   /* of the goal's listener */
	struct conntrack_facts conntrack;
	struct path_facts path;   /* to the goal's peer */
	struct load_result *load; /* NULL: no load test was run in it */
};

struct limits_facts {
	struct fact_u64 nofile_soft, nofile_hard; /* of this process */
	struct fact_u64 nofile_open; /* descriptors that it has open, those
	                                too that it was started with */
};

struct memory_facts {
	struct fact_u64 page_bytes;
	struct fact_u64 available_bytes;
};

struct host {
	char name[65];        /* raw, not escaped */
	char kernel[65];      /* release */
	char boot_id[40];     /* another after each boot; "": not known */
	uint64_t taken_at_ns; /* CLOCK_REALTIME */
	struct sysctl_fact sysctl[SYSCTL_COUNT]; /* of scopes INIT, GLOBAL */
	struct limits_facts limits;
	struct memory_facts memory;
	struct softnet_facts softnet;
	struct neigh_facts neigh; /* of the goal's family */
	struct threads_facts threads;
	struct tools_facts tools;
	struct kmsg_facts kmsg;
	struct drift *drift;    /* NULL: not looked at; or no namespace
	                           is the host's own, or it is a container */
	struct netns_facts *ns; /* the caller's, or the one asked for, first */
	size_t n_ns;
	struct fact_u64 netns_hidden; /* processes that may be in further ones;
	                                 DENIED: how many is hidden too; UNREAD
	                                 when not all were looked for */
};

/** host_new - an empty host with @n_ns empty namespaces; NULL: no memory */
struct host *host_new(size_t n_ns);

/** host_free - free @host and all that it owns; NULL is fine */
void host_free(struct host *host);

/** host_load - the load test of the first namespace, NULL: none was run */
static inline struct load_result *host_load(const struct host *host)
{
	return host->n_ns ? host->ns[0].load : NULL;
}

/** host_sysctl - the fact of @id, wherever its scope keeps it */
const struct sysctl_fact *host_sysctl(const struct host *host,
                                      const struct netns_facts *ns,
                                      enum sysctl_id id);

/** netns_is_missed - was to be entered, and was not: nothing is known of it */
static inline bool netns_is_missed(const struct netns_facts *ns)
{
	return ns->entered.state != FACT_UNREAD &&
	       ns->entered.state != FACT_KNOWN;
}

/** listener_is_full - the next connection would be dropped
 * include/net/sock.h:sk_acceptq_is_full()
 */
static inline bool listener_is_full(const struct listener *listener)
{
	return listener->queue > listener->limit;
}

/** listener_capacity - connections its accept queue holds */
static inline uint64_t listener_capacity(const struct listener *listener)
{
	return (uint64_t)listener->limit + 1;
}

/**
 * listener_format - "0.0.0.0:80", "[::1]:443", "[fe80::1%3]:22" (ifindex)
 * @size: 64 is enough
 */
void listener_format(const struct listener *listener, char *buf, size_t size);

#endif
