// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tally - see tally.h. Reasons are the names of
 * include/net/rstreason.h:DEFINE_RST_REASON, as the event's format has them:
 * since 6.10 for resets that a packet caused, since 6.12 for all.
 */
#include "rules/incident/tally.h"

#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "probes/observe/observed.h"
#include "rules/incident/incident.h"

/* In the order in which they are tried. */
static const struct {
	const char *reason;
	uint8_t state; /* of the socket; 0: any */
	bool active;   /* and only of one that no packet caused */
	enum reset_kind kind;
} kinds[] = {
	{ "TCP_ABORT_ON_CLOSE", 0, false, RESET_UNREAD },
	{ "TCP_ABORT_ON_DATA", 0, false, RESET_DATA },
	{ "TCP_ABORT_ON_LINGER", 0, false, RESET_LINGER },
	{ "TCP_ABORT_ON_MEMORY", 0, false, RESET_MEMORY },
	{ "TCP_KEEPALIVE_TIMEOUT", 0, false, RESET_KEEPALIVE },
	{ "TCP_TIMEWAIT_SOCKET", 0, false, RESET_TIME_WAIT },
	{ "NO_SOCKET", 0, false, RESET_NO_SOCKET },
	{ "TCP_FLAGS", TCP_LISTEN, false, RESET_NO_REQUEST },
	{ "INVALID_SYN", TCP_LISTEN, false, RESET_OVERFLOW },
	{ "TCP_STATE", TCP_CLOSE, true, RESET_CLOSED },
	{ "TCP_STATE", 0, true, RESET_DESTROYED },
};

enum reset_kind reset_kind(const struct seen_reset *reset)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(reset->reason, kinds[i].reason) &&
		    (!kinds[i].state || kinds[i].state == reset->state) &&
		    (!kinds[i].active || reset->active))
			return kinds[i].kind;
	}
	return RESET_KINDS;
}

/* The ports on which somebody listened, a bit each. */
struct ports {
	uint64_t bits[65536 / 64];
};

static void add_port(struct ports *ports, uint16_t port)
{
	ports->bits[port / 64] |= UINT64_C(1) << port % 64;
}

static bool has_port(const struct ports *ports, uint16_t port)
{
	return ports->bits[port / 64] >> port % 64 & 1;
}

static void add_host(struct ports *ports, const struct host *host)
{
	for (size_t n = 0; n < host->n_ns; n++) {
		for (size_t i = 0; i < host->ns[n].n_listeners; i++)
			add_port(ports, host->ns[n].listeners[i].port);
	}
}

static void find_ports(const struct incident *incident, struct ports *ret)
{
	*ret = (struct ports){ { 0 } };
	add_host(ret, incident->after);
	if (incident->before)
		add_host(ret, incident->before);
	for (size_t i = 0; i < incident->seen->n_listeners; i++)
		add_port(ret, incident->seen->listeners[i].first.port);
}

/*
 * The ports that sockets of these namespaces were connected to. What looks
 * like a client's own port is none: each namespace uses the same ones.
 */
static void find_connected(const struct incident *incident, struct ports *ret)
{
	const struct sysctl_fact *range =
		&incident->after->ns[0].sysctl[SYSCTL_PORT_RANGE];

	*ret = (struct ports){ { 0 } };
	for (size_t i = 0; i < incident->seen->n_ends; i++) {
		const uint16_t port = incident->seen->ends[i].tuple.dport;

		if (port && range->state == FACT_KNOWN &&
		    (port < range->v[0] || port > range->v[1]))
			add_port(ret, port);
	}
}

/* Only what all of a kind have in common is kept. */
static void note_who(struct reset_tally *tally, enum reset_kind kind,
                     const struct seen_reset *reset, uint16_t port)
{
	const pid_t pid = reset->active ? reset->pid : 0;

	if (!tally->first[kind]) {
		tally->first[kind] = reset;
		tally->port[kind] = port;
		tally->pid[kind] = pid;
	}
	if (tally->port[kind] != port)
		tally->port[kind] = 0;
	if (tally->pid[kind] != pid)
		tally->pid[kind] = 0;
}

/* Of a connection of ours, to a listener that nobody saw? */
static bool is_unseen(const struct ports *connected,
                      const struct seen_reset *reset)
{
	return has_port(connected, reset->tuple.sport) ||
	       has_port(connected, reset->tuple.dport);
}

static void add(struct reset_tally *tally, const struct ports ports[static 2],
                const struct seen_reset *reset)
{
	const enum reset_kind kind = reset_kind(reset);
	const bool by_client = has_port(&ports[0], reset->tuple.dport) ||
	                       reset->match == SEEN_PEER;
	const bool by_server = has_port(&ports[0], reset->tuple.sport) ||
	                       (reset->match == SEEN_OWN && !by_client);

	if (reset->received || kind == RESET_KINDS)
		return;
	if (!by_server && !by_client && kind != RESET_NO_SOCKET) {
		tally->complete =
			tally->complete && !is_unseen(&ports[1], reset);
		return;
	}
	note_who(tally, kind, reset,
	         by_server ? reset->tuple.sport : reset->tuple.dport);
	tally->n[kind]++;
	tally->by_client[kind] += by_client && !by_server;
}

void tally_make(const struct incident *incident, struct reset_tally *ret)
{
	const struct observed *seen = incident->seen;
	struct ports ports[2]; /* listened on; connected to */

	*ret = (struct reset_tally){ .complete = false };
	if (!seen)
		return;
	ret->complete = seen->traced.state == FACT_KNOWN &&
	                !seen->traced.lost && seen->reasons;
	find_ports(incident, &ports[0]);
	find_connected(incident, &ports[1]);
	for (size_t i = 0; i < seen->n_resets; i++)
		add(ret, ports, &seen->resets[i]);
}

uint64_t tally_port(const struct incident *incident, enum reset_kind kind,
                    uint16_t port, uint64_t since_ns)
{
	const struct observed *seen = incident->seen;
	uint64_t n = 0;

	for (size_t i = 0; seen && i < seen->n_resets; i++) {
		const struct seen_reset *reset = &seen->resets[i];

		n += !reset->received && reset->tuple.sport == port &&
		     reset->at_ns >= since_ns && reset_kind(reset) == kind;
	}
	return n;
}
