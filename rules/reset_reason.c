// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reset_reason - see reset_reason.h. To add one: a row. One for a state stands
 * before the one for any.
 */
#include "rules/reset_reason.h"

#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

/* include/net/rstreason.h:sk_rst_reason */
static const struct row {
	const char *reason;
	uint8_t state; /* 0: any */
	const char *words;
} rows[] = {
	{ "NO_SOCKET", 0, "nobody listens there, or the connection is gone" },
	{ "TCP_FLAGS", TCP_LISTEN,
	  "to a listener that knows no such handshake: it expired or overflowed" },
	{ "TCP_FLAGS", 0, "a packet that fits no connection" },
	{ "INVALID_SYN", TCP_LISTEN,
	  "the accept queue was full, and tcp_abort_on_overflow is on" },
	{ "INVALID_SYN", 0, "a SYN inside of a connection" },
	{ "TCP_TIMEWAIT_SOCKET", 0,
	  "data came when both sides had closed already" },
	{ "TCP_ABORT_ON_CLOSE", 0, "closed with data that was not read" },
	{ "TCP_ABORT_ON_DATA", 0, "data came when the socket was closed" },
	{ "TCP_ABORT_ON_LINGER", 0, "closed with TCP_LINGER2 below 0" },
	{ "TCP_ABORT_ON_MEMORY", 0,
	  "TCP is out of memory, or there are too many orphans" },
	{ "TCP_STATE", TCP_ESTABLISHED, "destroyed from outside (ss -K)" },
	{ "TCP_STATE", 0,
	  "aborted: SO_LINGER 0, or its listener was closed before accept()" },
	{ "TCP_KEEPALIVE_TIMEOUT", 0, "the peer did not answer keepalives" },
	{ "TCP_DISCONNECT_WITH_DATA", 0,
	  "disconnected with data that was not sent" },
	{ "TCP_INVALID_ACK_SEQUENCE", 0, "an ACK of what was never sent" },
	{ "TCP_ACK_UNSENT_DATA", 0, "an ACK of what was never sent" },
	{ "TCP_TOO_OLD_ACK", 0, "an ACK that is far too old" },
	{ "TCP_OLD_ACK", 0, "an ACK that is too old" },
	{ "TCP_RFC7323_PAWS", 0, "a timestamp that is too old" },
	{ "NOT_SPECIFIED", 0, "the kernel gives no reason" },
	{ "", 0, "this kernel gives no reasons" },
};

const char *reset_reason_words(const char *reason, uint8_t state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i].reason, reason) &&
		    (!rows[i].state || rows[i].state == state))
			return rows[i].words;
	}
	return NULL;
}
