// SPDX-License-Identifier: GPL-2.0-or-later
/* watch - see watch.h: what JSON lines and the table have in common. */
#include "checker/report/watch.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

struct watch_mark watch_mark_of(const struct seen_listener *listener)
{
	return (struct watch_mark){
		.drops = listener->drops.value,
		.syn_queue = listener->syn_queue.value,
		.queue = listener->queue_last,
		.limit = listener->limit,
	};
}

uint64_t watch_new_drops(const struct watch_frame *frame, size_t at)
{
	const struct fact_u64 drops = frame->seen->listeners[at].drops;
	const uint64_t before =
		at < frame->n_marks ? frame->marks[at].drops : 0;

	return drops.state == FACT_KNOWN ? drops.value - before : 0;
}

void watch_address(const struct seen_tuple *tuple, bool remote, char *buf,
                   size_t size)
{
	const uint8_t *addr = remote ? tuple->daddr : tuple->saddr;
	const uint16_t port = remote ? tuple->dport : tuple->sport;
	const bool ipv6 = tuple->family == AF_INET6;
	char text[INET6_ADDRSTRLEN];

	if (!port || !inet_ntop(tuple->family, addr, text, sizeof(text)))
		(void)snprintf(buf, size, "?");
	else
		(void)snprintf(buf, size, "%s%s%s:%u", ipv6 ? "[" : "", text,
		               ipv6 ? "]" : "", port);
}
