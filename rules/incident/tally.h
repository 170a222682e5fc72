/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tally - the traced resets, by what the kernel says of them. Pure.
 *
 * A trace event has no namespace: those are counted whose ports belong to a
 * listener of the namespaces looked at, or to a socket that ended there, and
 * of RESET_NO_SOCKET, which neither has, all. So a count is never believed
 * beyond the counters.
 */
#ifndef KILOFLOW_RULES_INCIDENT_TALLY_H
#define KILOFLOW_RULES_INCIDENT_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct incident;
struct seen_reset;

enum reset_kind {
	RESET_UNREAD,     /* closed with unread data */
	RESET_DATA,       /* data for a socket that was closed */
	RESET_LINGER,     /* TCP_LINGER2 */
	RESET_MEMORY,     /* no memory, or too many orphans */
	RESET_KEEPALIVE,  /* no sign of life */
	RESET_TIME_WAIT,  /* a packet for a connection that is closed */
	RESET_NO_SOCKET,  /* a packet for nobody */
	RESET_NO_REQUEST, /* an ACK that a listener knows nothing of */
	RESET_OVERFLOW,   /* tcp_abort_on_overflow */
	RESET_CLOSED,     /* SO_LINGER 0, AF_UNSPEC, a listener's queue */
	RESET_DESTROYED,  /* SOCK_DESTROY */
	RESET_KINDS       /* none of these, or not told */
};

struct reset_tally {
	uint64_t n[RESET_KINDS];
	uint64_t by_client[RESET_KINDS]; /* of these, sent by the end that
	                                    had connected */
	const struct seen_reset *first[RESET_KINDS]; /* NULL: none */
	uint16_t port[RESET_KINDS]; /* of the listener; 0: of several */
	pid_t pid[RESET_KINDS];     /* who did it; 0: several, or nobody */
	bool complete; /* all resets were seen, with the kernel's reasons, and
	                  no listener that had to do with them was missed */
};

/** reset_kind - what kind of reset an event tells of */
enum reset_kind reset_kind(const struct seen_reset *reset);

/** tally_make - count the resets sent */
void tally_make(const struct incident *incident, struct reset_tally *ret);

/** tally_port - resets of a kind that were sent from @port at @since_ns or
 * later
 */
uint64_t tally_port(const struct incident *incident, enum reset_kind kind,
                    uint16_t port, uint64_t since_ns);

#endif
