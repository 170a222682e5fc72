// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * destroy_parse - see destroy_parse.h.
 *
 * The message is a dump's, but nobody asked for it: its sequence number is 0
 * (net/core/sock_diag.c:sock_diag_broadcast_destroy_work()). struct tcp_info
 * is always in it, whole, for both are younger than the members used here.
 */
#include "probes/observe/destroy_parse.h"

#include <string.h>

#include "probes/diag_parse.h"
#include "probes/observe/observed.h"

struct reading {
	uint64_t at_ns;
	int (*end)(void *to, const struct seen_end *end);
	void *to;
};

static int read_row(void *to, const struct diag_row *row)
{
	const struct reading *reading = to;
	struct seen_end end = {
		.at_ns = reading->at_ns,
		.tuple = { .family = row->family,
		           .sport = row->sport,
		           .dport = row->dport },
		.cookie = row->cookie,
		.bytes_acked = row->bytes_acked.value,
		.bytes_received = row->bytes_received.value,
		.total_retrans = (uint32_t)row->total_retrans.value,
		.retransmits = (uint8_t)row->retransmits.value,
		.backoff = (uint8_t)row->backoff.value,
		.unacked = (uint32_t)row->unacked.value,
	};

	memcpy(end.tuple.saddr, row->src, sizeof(end.tuple.saddr));
	memcpy(end.tuple.daddr, row->dst, sizeof(end.tuple.daddr));
	seen_tuple_unmap(&end.tuple);
	return reading->end(reading->to, &end);
}

int destroy_parse(const void *datagram, size_t len, uint64_t at_ns,
                  int (*end)(void *to, const struct seen_end *end), void *to)
{
	struct reading reading = { .at_ns = at_ns, .end = end, .to = to };
	struct diag_answer answer = { .row = read_row, .to = &reading };

	(void)diag_answer_read(&answer, datagram, len);
	return answer.code;
}
