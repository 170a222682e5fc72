/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * observed - what happened between two sets of facts: the second noun of
 * probes/. Filled by the observers of probes/observe/, read by the rules of
 * rules/incident/.
 *
 * Every part says whether it could be observed at all (`state`), and how much
 * of it was lost: nothing seen by a part that was denied or that lost events
 * is not "nothing happened". All times are CLOCK_MONOTONIC, ns.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_OBSERVED_H
#define KILOFLOW_PROBES_OBSERVE_OBSERVED_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/fact.h"
#include "probes/facts.h"
#include "probes/logs/log_sum.h"

/* Kept one by one; further ones are only counted, as lost. */
#define OBSERVED_RESETS_MAX 65536U
#define OBSERVED_ENDS_MAX 65536U
#define OBSERVED_LISTENS_MAX 4096U
#define OBSERVED_SYNACKS_MAX 4096U
#define OBSERVED_ERRORS_MAX 32U

/* One direction of a connection; addresses in network byte order, IPv4 in
   the first four bytes; ports in host byte order. IPv4 over an IPv6 socket is
   AF_INET, so that both ends agree. */
struct seen_tuple {
	int family;
	uint8_t saddr[16], daddr[16];
	uint16_t sport, dport;
};

/* A listener over the whole time, from samples of its row. */
struct seen_listener {
	uint64_t netns_inode;
	struct listener first; /* as first seen; owners as far as found then */
	uint32_t limit;        /* as last seen */
	uint32_t queue_peak;
	uint32_t queue_last;   /* of one that is gone: these were reset */
	struct fact_u64 drops; /* how many more from first to last sight, and
	                          all of one that appeared; sk_drops, modulo
	                          2^32 */
	struct fact_u64 syn_queue;      /* half-open, when last counted */
	struct fact_u64 syn_queue_peak; /* UNREAD: never counted */
	uint64_t samples, full;         /* looked at; and found full */
	uint64_t appeared_ns;           /* 0: it was there at the beginning */
	uint64_t gone_ns;               /* 0: it was there at the end */
	uint64_t seen_ns;               /* when it was last seen */
	uint64_t full_first_ns, full_last_ns; /* 0: never */
	/* Of its owner, the one that was nearest to its limit while the queue
	   stood full; UNREAD: nobody looked. */
	struct fact_u64 files_open, files_limit;
	bool owner_died; /* a process that held it ended meanwhile */
};

/* Is a reset's connection one that was seen here? See match.h. */
enum seen_match {
	SEEN_NOWHERE, /* or not matched yet */
	SEEN_HERE,
	SEEN_OWN,  /* and its tuple is that of a socket that ended here, */
	SEEN_PEER, /* or of that socket's peer */
};

/* A reset, as tcp:tcp_send_reset or tcp:tcp_receive_reset told it. */
struct seen_reset {
	uint64_t at_ns;
	struct seen_tuple tuple; /* from the socket that sends or receives it;
	                            a listener that sends one (state
	                            TCP_LISTEN) knows no peer: dport 0 */
	bool received;           /* by tcp_receive_reset */
	bool active;     /* no packet caused it: pid and comm are who did */
	uint8_t state;   /* of the socket, TCP_x of netinet/tcp.h; 0 unknown */
	char reason[40]; /* the kernel's word, "" before 6.10 / unknown */
	uint64_t cookie; /* of the socket that received it; 0: not told */
	enum seen_match match;
	pid_t pid;
	char comm[16]; /* any bytes but NUL */
};

/* A socket that ended, as sock_diag's destroy event told it. */
struct seen_end {
	uint64_t at_ns;
	struct seen_tuple tuple; /* dport 0: a connect that failed */
	uint64_t cookie;
	uint64_t bytes_acked, bytes_received;
	uint32_t total_retrans;
	uint8_t retransmits; /* tcpi_retransmits: unanswered ones in a row */
	uint8_t backoff;
	uint32_t unacked;
};

/* A call of listen(). */
struct seen_listen {
	uint64_t at_ns;
	int family; /* 0: unknown */
	uint16_t port;
	int64_t asked;       /* the backlog, as it was passed */
	struct fact_u64 got; /* what the socket has now; BROKEN: several of
	                        that port have different limits */
	uint32_t inode;      /* of the socket; 0: it could not be seen */
	pid_t pid;
	char comm[16];
};

/* A SYN-ACK that was sent again. */
struct seen_synack {
	uint64_t at_ns;
	struct seen_tuple tuple; /* from the listener's side */
};

/* What CMD's own output says of its connections. */
struct seen_error {
	char code[24]; /* "ECONNRESET"; "" when it did not say */
	uint64_t count;
};

/* Part by part: could it be observed? lost: known to have been missed. */
struct seen_part {
	enum fact_state state;
	char why[120]; /* unless KNOWN: what is missing, and what would help */
	uint64_t lost;
};

struct observed {
	uint64_t from_ns, to_ns;

	struct seen_part sampled; /* listeners */
	struct seen_listener *listeners;
	size_t n_listeners;
	uint64_t sample_ns; /* between two looks */

	struct seen_part ended;
	struct seen_end *ends;
	size_t n_ends;

	struct seen_part traced; /* resets and listens */
	bool reasons;            /* the kernel gives reasons with resets */
	struct seen_reset *resets;
	size_t n_resets;
	struct seen_listen *listens;
	size_t n_listens;
	struct seen_synack *synacks; /* the first of them */
	size_t n_synacks;
	uint64_t synack_retransmits; /* all of them */

	struct seen_part output; /* of CMD; ABSENT: it was read, and is no log
	                            that is understood */
	struct log_sum *log;     /* NULL: there is none */
	struct seen_error errors[OBSERVED_ERRORS_MAX];
	size_t n_errors;
	uint64_t n_failed; /* flows that failed, says it; at least so many */
};

/** seen_tuple_unmap - IPv4 addresses of an IPv6 socket become AF_INET. Pure. */
void seen_tuple_unmap(struct seen_tuple *tuple);

/**
 * observed_is_local - had every connection that was seen to end both of its
 * ends here? Pure.
 *
 * Return: false also when that is not known.
 */
bool observed_is_local(const struct observed *observed);

/**
 * observed_add_output - what a stream of CMD's output was read as
 * @rc: of log_end(); -ETIMEDOUT, -EPIPE: all of it could not be read
 * @sum: when @rc is 0
 *
 * The first log that is understood is kept; flows that failed are counted
 * over all streams, and none twice.
 */
void observed_add_output(struct observed *observed, int rc,
                         const struct log_sum *sum);

/** observed_new - nothing observed, every part UNREAD; NULL: no memory */
struct observed *observed_new(void);

/** observed_free - NULL is fine */
void observed_free(struct observed *observed);

#endif
