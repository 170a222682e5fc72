// SPDX-License-Identifier: GPL-2.0-or-later
/* facts_builder - see facts_builder.h. */
#include "tests/support/facts_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/goal.h"
#include "probes/load/load_result.h"

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* What an idle Linux 6.18 with 4 GiB of memory has, roughly. */
static const struct {
	enum sysctl_id id;
	int64_t v[3];
	const char *text;
} sysctls[] = {
	{ SYSCTL_SOMAXCONN, { 4096 }, "" },
	{ SYSCTL_MAX_SYN_BACKLOG, { 2048 }, "" },
	{ SYSCTL_SYNCOOKIES, { 1 }, "" },
	{ SYSCTL_ABORT_ON_OVERFLOW, { 0 }, "" },
	{ SYSCTL_SYNACK_RETRIES, { 5 }, "" },
	{ SYSCTL_SYN_RETRIES, { 6 }, "" },
	{ SYSCTL_PORT_RANGE, { 32768, 60999 }, "" },
	{ SYSCTL_RESERVED_PORTS, { 0 }, "" },
	{ SYSCTL_UNPRIVILEGED_PORT_START, { 1024 }, "" },
	{ SYSCTL_TW_REUSE, { 2 }, "" },
	{ SYSCTL_MAX_TW_BUCKETS, { 131072 }, "" },
	{ SYSCTL_MAX_ORPHANS, { 131072 }, "" },
	{ SYSCTL_TIMESTAMPS, { 1 }, "" },
	{ SYSCTL_TCP_MEM, { 287832, 383779, 575664 }, "" },
	{ SYSCTL_TCP_RMEM, { 4096, 131072, 33554432 }, "" },
	{ SYSCTL_TCP_WMEM, { 4096, 16384, 4194304 }, "" },
	{ SYSCTL_CONGESTION_CONTROL, { 0 }, "cubic" },
	{ SYSCTL_FILE_MAX, { INT64_MAX }, "" },
	{ SYSCTL_FILE_NR, { 2000, 0, INT64_MAX }, "" },
	{ SYSCTL_NR_OPEN, { 1048576 }, "" },
	{ SYSCTL_SYN_LINEAR_TIMEOUTS, { 4 }, "" },
	{ SYSCTL_TW_REUSE_DELAY, { 1000 }, "" },
	{ SYSCTL_FIN_TIMEOUT, { 60 }, "" },
	{ SYSCTL_ORPHAN_RETRIES, { 0 }, "" },
	{ SYSCTL_RETRIES2, { 15 }, "" },
	{ SYSCTL_KEEPALIVE_TIME, { 7200 }, "" },
	{ SYSCTL_KEEPALIVE_PROBES, { 9 }, "" },
	{ SYSCTL_KEEPALIVE_INTVL, { 75 }, "" },
	{ SYSCTL_MODERATE_RCVBUF, { 1 }, "" },
	{ SYSCTL_LIMIT_OUTPUT_BYTES, { 4194304 }, "" },
	{ SYSCTL_RMEM_DEFAULT, { 212992 }, "" },
	{ SYSCTL_RMEM_MAX, { 4194304 }, "" },
	{ SYSCTL_WMEM_DEFAULT, { 212992 }, "" },
	{ SYSCTL_WMEM_MAX, { 4194304 }, "" },
	{ SYSCTL_MEM_PCPU_RSV, { 256 }, "" },
	{ SYSCTL_NETDEV_MAX_BACKLOG, { 1000 }, "" },
	{ SYSCTL_NETDEV_BUDGET, { 300 }, "" },
	{ SYSCTL_NETDEV_BUDGET_USECS, { 8000 }, "" },
	{ SYSCTL_DEFAULT_QDISC, { 0 }, "pfifo_fast" },
	{ SYSCTL_AVAILABLE_CONGESTION_CONTROL, { 0 }, "reno cubic" },
	{ SYSCTL_SLOW_START_AFTER_IDLE, { 1 }, "" },
	{ SYSCTL_NO_METRICS_SAVE, { 0 }, "" },
	{ SYSCTL_EHASH_ENTRIES, { 262144 }, "" },
	{ SYSCTL_CHILD_EHASH_ENTRIES, { 0 }, "" },
	{ SYSCTL_MIGRATE_REQ, { 0 }, "" },
	{ SYSCTL_CONNTRACK_MAX, { 262144 }, "" },
	{ SYSCTL_THREADS_MAX, { 30000 }, "" },
	{ SYSCTL_PID_MAX, { 4194304 }, "" },
	{ SYSCTL_MAX_MAP_COUNT, { 65530 }, "" },
};

static void set_sysctls(struct host *host)
{
	for (size_t i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++) {
		const enum sysctl_id id = sysctls[i].id;
		struct sysctl_fact *fact =
			sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS
				? &host->ns[0].sysctl[id]
				: &host->sysctl[id];

		fact->state = FACT_KNOWN;
		memcpy(fact->v, sysctls[i].v, sizeof(fact->v));
		(void)snprintf(fact->text, sizeof(fact->text), "%s",
		               sysctls[i].text);
	}
}

static void set_netns(struct netns_facts *ns)
{
	ns->inode = 4026531840;
	ns->initial = fact_known(1);
	for (int i = 0; i < COUNTER_COUNT; i++)
		ns->counter[i] = fact_known(0);
	ns->sockstat = (struct sockstat_facts){
		.inuse = fact_known(10),
		.inuse6 = fact_known(2),
		.orphan = fact_known(0),
		.time_wait = fact_known(0),
		.mem_pages = fact_known(100),
	};
	ns->lo = (struct link_facts){
		.up = fact_known(1),
		.mtu_bytes = fact_known(65536),
		.ipv6 = fact_known(1),
	};
	ns->ports = (struct ports_facts){
		.usable = fact_known(28232),
		.free = fact_known(28232),
	};
	ns->listeners_read = fact_known(0);
	ns->conntrack = (struct conntrack_facts){
		.tracks = fact_known(0),
		.entries = fact_known(0),
		.drops = fact_known(0),
		.time_wait_s = fact_known(120),
	};
}

static void set_threads(struct threads_facts *threads)
{
	const struct cgroup_facts unlimited = {
		.max = fact_known(UINT64_MAX),
		.current = fact_known(100),
	};

	*threads = (struct threads_facts){
		.total = fact_known(200),
		.nproc_soft = fact_known(15000),
		.nproc_hard = fact_known(15000),
		.exempt = fact_known(1),
		.user = { .state = FACT_ABSENT },
		.pids = unlimited,
		.memory = unlimited,
	};
}

/* Drops nothing, says nothing, and has no load tools. */
static void set_quiet(struct host *host)
{
	host->softnet = (struct softnet_facts){
		.dropped = fact_known(0),
		.squeezed = fact_known(0),
		.worst_dropped = fact_known(0),
		.worst_cpu = { .state = FACT_ABSENT },
	};
	host->neigh = (struct neigh_facts){
		.entries = fact_known(2),
		.thresh = { fact_known(128), fact_known(512),
		            fact_known(1024) },
	};
	host->kmsg.records = fact_known(0);
	host->kmsg.now_us = fact_known(UINT64_C(100000000000));
	for (size_t i = 0; i < TOOLS_MAX; i++)
		host->tools.tool[i].version.state = FACT_ABSENT;
}

struct host *facts_healthy(void)
{
	struct host *host = must(host_new(1));

	(void)snprintf(host->name, sizeof(host->name), "web-3");
	(void)snprintf(host->kernel, sizeof(host->kernel), "6.18.44");
	host->limits.nofile_soft = fact_known(20000);
	host->limits.nofile_hard = fact_known(20000);
	host->memory.page_bytes = fact_known(4096);
	host->memory.available_bytes = fact_known(UINT64_C(3) << 30);
	set_netns(&host->ns[0]);
	set_threads(&host->threads);
	set_quiet(host);
	set_sysctls(host);
	return host;
}

struct sysctl_fact facts_sysctl(int64_t value)
{
	return (struct sysctl_fact){ .state = FACT_KNOWN, .v = { value } };
}

void facts_child(struct host *host)
{
	host->ns[0].initial = fact_known(0);
	for (int i = 0; i < SYSCTL_COUNT; i++) {
		if (sysctl_desc((enum sysctl_id)i)->scope == SYSCTL_SCOPE_INIT)
			host->sysctl[i] = (struct sysctl_fact){
				.state = FACT_ABSENT,
			};
	}
}

size_t facts_netns(struct host *host, const char *name, uint64_t inode)
{
	struct host *other = facts_healthy();
	const size_t n = host->n_ns;
	struct netns_facts *ns;

	host->ns = must(reallocarray(host->ns, n + 1, sizeof(*host->ns)));
	ns = &host->ns[n];
	*ns = other->ns[0];
	host_free(other);
	ns->inode = inode;
	ns->initial = fact_known(0);
	ns->entered = fact_known(1);
	(void)snprintf(ns->name, sizeof(ns->name), "%s", name);
	(void)snprintf(ns->enter, sizeof(ns->enter), "/run/netns/%s", name);
	host->n_ns = n + 1;
	return n;
}

struct proc_limits_facts *facts_server(struct netns_facts *ns, pid_t pid,
                                       uint64_t soft, uint64_t hard)
{
	struct servers_facts *servers = &ns->servers;
	struct proc_limits_facts *process;

	servers->list = must(reallocarray(servers->list, servers->n + 1,
	                                  sizeof(*servers->list)));
	process = &servers->list[servers->n++];
	*process = (struct proc_limits_facts){
		.pid = pid,
		.comm = "nginx",
		.nofile_soft = fact_known(soft),
		.nofile_hard = fact_known(hard),
		.nproc_soft = fact_known(15000),
		.nproc_hard = fact_known(15000),
		.fds = fact_known(0),
	};
	servers->read = fact_known(servers->n);
	return process;
}

struct listener *facts_listener(struct host *host, uint16_t port,
                                uint32_t limit)
{
	return facts_listener_in(&host->ns[0], port, limit);
}

struct listener *facts_listener_in(struct netns_facts *ns, uint16_t port,
                                   uint32_t limit)
{
	const size_t n = ns->n_listeners;
	struct listener *listener;

	ns->listeners = must(
		reallocarray(ns->listeners, n + 1, sizeof(*ns->listeners)));
	listener = &ns->listeners[n];
	*listener = (struct listener){
		.family = AF_INET,
		.port = port,
		.v6only = { .state = FACT_ABSENT },
		.limit = limit,
		.drops = fact_known(0),
		.syn_queue = fact_known(0),
		.cgroup_id = fact_known(1),
		.inode = (uint32_t)(1000 + n),
		.cookie = n + 1,
		.group_size = 1,
		.owners_state = OWNERS_KNOWN,
	};
	ns->n_listeners = n + 1;
	ns->listeners_read = fact_known(n + 1);
	return listener;
}

void facts_owner(struct listener *listener, pid_t pid, int fd, const char *comm)
{
	const size_t n = listener->n_owners;
	struct owner *owner;

	listener->owners = must(reallocarray(listener->owners, n + 1,
	                                     sizeof(*listener->owners)));
	owner = &listener->owners[n];
	*owner = (struct owner){ .pid = pid, .fd = fd };
	memcpy(owner->comm, comm, strnlen(comm, sizeof(owner->comm) - 1));
	listener->n_owners = n + 1;
}

/* A MiB a flow, in two intervals. */
static void set_bytes(struct load_result *load)
{
	const uint64_t bytes = load->asked << 20;

	load->bytes.written = bytes;
	load->bytes.acked = bytes;
	load->bytes.received = bytes;
	load->bytes.read = bytes;
	load->bytes.exact = true;
	load->n_intervals = 2;
	load->intervals = must(calloc(2, sizeof(*load->intervals)));
	load->intervals[0] = (struct load_interval){
		.end_ns = 1000000000,
		.bytes = bytes / 2,
	};
	load->intervals[1] = (struct load_interval){
		.end_ns = 2000000000,
		.bytes = bytes - bytes / 2,
	};
	load->transfer_ns = 2000000000;
}

struct load_result *facts_load(struct host *host, const struct goal *goal)
{
	struct load_result *load = must(calloc(1, sizeof(*load)));

	load->asked = goal->flows;
	load->flows[LOAD_OK] = goal->flows;
	load->queue_limit =
		fact_known((uint64_t)host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0]);
	load->queue_peak = fact_known(goal->burst);
	load->queue_drops = fact_known(0);
	load->syn_queue_peak = fact_known(0);
	set_bytes(load);
	for (int i = 0; i < COUNTER_COUNT; i++)
		load->counter[i] = fact_known(0);
	load->mode = (struct load_mode){
		.direction = LOAD_UP,
		.accept = LOAD_ACCEPT_HELD,
		.workers = 2,
		.backlog = INT32_MAX,
		.burst = goal->burst,
		.emulates = goal->port,
		.family = goal->family,
	};
	host->ns[0].load = load;
	return load;
}
