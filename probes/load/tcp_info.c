// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp_info - see tcp_info.h. The kernel cuts the struct to what it knows
 * and says so in the length; a field beyond that is not zero but unknown.
 */
#include "probes/load/tcp_info.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/* include/net/tcp_states.h; not in the headers for user space. */
enum {
	STATE_FIN_WAIT2 = 5,
	STATE_TIME_WAIT = 6,
	STATE_CLOSE = 7,
};

#define END_OF(field)                                                          \
	(offsetof(struct tcp_info, field) +                                    \
	 sizeof(((struct tcp_info *)NULL)->field))

int tcp_facts_read(int fd, struct tcp_facts *ret)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -errno;
	if (len < END_OF(tcpi_bytes_received))
		return -ENOTSUP;
	*ret = (struct tcp_facts){
		.bytes_acked = info.tcpi_bytes_acked,
		.bytes_received = info.tcpi_bytes_received,
		.total_retrans = info.tcpi_total_retrans,
		.unacked = info.tcpi_unacked,
		.notsent_bytes = info.tcpi_notsent_bytes,
		.closed = info.tcpi_state == STATE_CLOSE,
		.fin_acked = info.tcpi_state == STATE_FIN_WAIT2 ||
		             info.tcpi_state == STATE_TIME_WAIT ||
		             info.tcpi_state == STATE_CLOSE,
	};
	return 0;
}
