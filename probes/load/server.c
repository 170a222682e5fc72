// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * server - see server.h.
 *
 * Which listener takes a connection is the kernel's choice: the one bound to
 * the address before one bound to any, and IPv4 before an IPv6 socket that
 * takes IPv4 too (net/ipv4/inet_hashtables.c:compute_score()). Those of the
 * best rank are a group that shares the connections.
 */
#include "probes/load/server.h"

#include <linux/inet_diag.h>
#include <string.h>

/* include/net/tcp_states.h */
#define STATE_ESTABLISHED 1
#define STATE_SYN_RECV 3
#define STATE_CLOSE_WAIT 8
#define STATE_LISTEN 10

/* ---- its listeners ---- */

enum rank { RANK_NONE, RANK_IPV6_ANY, RANK_ANY, RANK_EXACT };

struct ranked {
	const union address *at;
	enum rank best;
	struct server_queue queue;
};

static bool is_any(const struct diag_row *row)
{
	static const uint8_t zero[16];

	return !memcmp(row->src, zero, sizeof(zero));
}

static union address row_address(int family, const uint8_t bytes[static 16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	union address ret = { .any.sa_family = (sa_family_t)family };

	if (family == AF_INET) {
		memcpy(&ret.in.sin_addr, bytes, 4);
	} else if (!memcmp(bytes, mapped, sizeof(mapped))) {
		ret.any.sa_family = AF_INET;
		memcpy(&ret.in.sin_addr, bytes + 12, 4);
	} else {
		memcpy(&ret.in6.sin6_addr, bytes, 16);
	}
	return ret;
}

static enum rank rank_of(const union address *at, const struct diag_row *row)
{
	const union address bound = row_address(row->family, row->src);

	if (address_is_same(&bound, at))
		return RANK_EXACT;
	if (!is_any(row))
		return RANK_NONE;
	if (row->family == at->any.sa_family)
		return RANK_ANY;
	return row->family == AF_INET6 && !(row->v6only.state == FACT_KNOWN &&
	                                    row->v6only.value)
	               ? RANK_IPV6_ANY
	               : RANK_NONE;
}

static void forget(void *to)
{
	struct ranked *ranked = to;

	*ranked = (struct ranked){ .at = ranked->at };
}

static int rank_row(void *to, const struct diag_row *row)
{
	struct ranked *ranked = to;
	struct server_queue *queue = &ranked->queue;
	const enum rank rank = rank_of(ranked->at, row);

	if (rank == RANK_NONE || rank < ranked->best)
		return 0;
	if (rank > ranked->best) {
		ranked->best = rank;
		*queue = (struct server_queue){ .cookie = row->cookie,
			                        .drops = fact_known(0) };
	}
	queue->n++;
	queue->length += row->rqueue;
	queue->capacity += (uint64_t)row->wqueue + 1;
	if (row->drops.state != FACT_KNOWN)
		queue->drops = row->drops;
	else if (queue->drops.state == FACT_KNOWN)
		queue->drops.value += row->drops.value;
	return 0;
}

/* Return: whether the listeners of the family could be read. */
static bool rank_family(struct server *server, int family, struct ranked *ret)
{
	const struct diag_query query = {
		.family = family,
		.states = 1U << STATE_LISTEN,
		.ext = 1U << (INET_DIAG_SKMEMINFO - 1),
		.sport = address_port(server->at),
		.restart = forget,
	};

	*ret = (struct ranked){ .at = server->at };
	return !diag_dump(&server->diag, &query, rank_row, ret, NULL);
}

/* An IPv6 socket may take IPv4. */
static void read_queue(struct server *server)
{
	struct ranked in6;
	struct ranked in;

	if (!server->diag.socket || !rank_family(server, AF_INET6, &in6))
		return;
	server->queue = in6.queue;
	if (server->at->any.sa_family == AF_INET &&
	    rank_family(server, AF_INET, &in) && in.best > in6.best)
		server->queue = in.queue;
}

void server_open(struct server *server, const union address *at)
{
	*server = (struct server){ .at = at };
	if (diag_open(&server->diag, NULL))
		return;
	read_queue(server);
	if (server->queue.n)
		server->drops_before = server->queue.drops;
}

void server_close(struct server *server)
{
	diag_close(&server->diag);
}

void server_sample(struct server *server)
{
	read_queue(server);
	if (server->queue.n && server->queue.length >= server->peak.value)
		server->peak = fact_known(server->queue.length);
}

struct fact_u64 server_drops(const struct server *server)
{
	const struct fact_u64 before = server->drops_before;
	const struct fact_u64 after = server->queue.drops;

	if (!server->queue.n || before.state != FACT_KNOWN)
		return before;
	if (after.state != FACT_KNOWN)
		return after;
	return fact_known((uint32_t)(after.value - before.value));
}

/* ---- its ends of connections ---- */

struct ends {
	const union address *from;
	uint8_t *ret;
};

static int note_end(void *to, const struct diag_row *row)
{
	const struct ends *ends = to;
	const union address client = row_address(row->family, row->dst);

	if (!address_is_same(&client, ends->from))
		return 0;
	/* net/ipv4/inet_diag.c: no inode before accept() gave it one */
	ends->ret[row->dport] = row->inode && row->state != STATE_SYN_RECV
	                                ? SERVER_END_ACCEPTED
	                                : SERVER_END_WAITS;
	return 0;
}

bool server_ends(struct server *server, const union address *from, uint8_t *ret)
{
	struct ends ends = { .from = from, .ret = ret };
	struct diag_query query = {
		.family = AF_INET6,
		.states = 1U << STATE_ESTABLISHED | 1U << STATE_SYN_RECV |
		          1U << STATE_CLOSE_WAIT,
		.sport = address_port(server->at),
	};

	(void)memset(ret, SERVER_END_NONE, UINT16_MAX + 1);
	if (!server->queue.n ||
	    diag_dump(&server->diag, &query, note_end, &ends, NULL))
		return false;
	query.family = AF_INET;
	return from->any.sa_family == AF_INET6 ||
	       !diag_dump(&server->diag, &query, note_end, &ends, NULL);
}
