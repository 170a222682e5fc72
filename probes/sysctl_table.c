// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl_table - see sysctl_table.h. Ranges are what a current kernel
 * accepts; an older one may accept more. Where what is commonly said about
 * a sysctl is wrong, its help says so.
 */
#include "probes/sysctl_table.h"

/* clang-format off */
static const struct sysctl_desc rows[SYSCTL_COUNT] = {
[SYSCTL_SOMAXCONN] = {
	.key = "net.core.somaxconn",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_LISTENERS,
	.min = 0, .max = INT32_MAX,
	.since = "default 128, 4096 since 5.4; at most 65535 in 3.11 to 4.0",
	.ref = "net/socket.c:__sys_listen_socket",
	.help =
	"The cap on accept queues, where finished connections wait until their program accepts them. "
	"A program that asks listen() for more than this silently gets only this; its queue then holds one connection more than that limit. "
	"A listener that is already running keeps the limit it has: a change counts from the next listen() call on. "
	"A new container or pod starts with the kernel's built-in default and not with the host's value, so raising it on the host does nothing for them. "
	"65535 is the maximum on Linux 3.11 to 4.0 only.",
},
[SYSCTL_MAX_SYN_BACKLOG] = {
	.key = "net.ipv4.tcp_max_syn_backlog",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "per namespace since 4.11; fixed at the first listen() before 4.4",
	.ref = "net/ipv4/tcp_input.c:tcp_conn_request",
	.help =
	"Limits the half-open connections of a listener, those whose handshake has begun and not finished, but only while SYN cookies are off (net.ipv4.tcp_syncookies = 0). "
	"Then new clients are dropped once three quarters of this value are half-open. "
	"With cookies on, which is the default, the kernel ignores it: the limit is the listener's own backlog. "
	"It never makes an accept queue longer, and net.core.somaxconn does not cap it.",
},
[SYSCTL_SYNCOOKIES] = {
	.key = "net.ipv4.tcp_syncookies",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.6",
	.ref = "net/ipv4/tcp_input.c:tcp_conn_request",
	.help =
	"What happens when a listener has too many half-open connections: 1 answers further ones with a SYN cookie, which needs no memory; 0 drops them; 2 always sends cookies, which is for tests. "
	"1 is right for nearly everyone. "
	"Cookies do not protect against a full accept queue: the connection is dropped all the same, and a client that answers a cookie with much data at once is reset. "
	"Other values up to 255 act like 1.",
},
[SYSCTL_ABORT_ON_OVERFLOW] = {
	.key = "net.ipv4.tcp_abort_on_overflow",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.15",
	.ref = "net/ipv4/tcp_minisocks.c:tcp_check_req",
	.help =
	"With 1, a client whose handshake ends on a full accept queue is reset instead of being left to try again. "
	"0, the default, is right: most such clients get through a moment later, and a reset only turns a delay into an error. "
	"It is no repair for an overflow, and it does not even act on most of them: neither when the queue is full before the handshake begins nor on the path of SYN cookies.",
},
[SYSCTL_SYNACK_RETRIES] = {
	.key = "net.ipv4.tcp_synack_retries",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.6",
	.ref = "net/ipv4/inet_connection_sock.c:reqsk_timer_handler",
	.help =
	"How often a server repeats its part of a handshake before it forgets a half-open connection: 5, the default, makes that 63 seconds. "
	"When the half-open connections of a listener exceed half its backlog, the kernel gives up sooner by itself.",
},
[SYSCTL_SYN_RETRIES] = {
	.key = "net.ipv4.tcp_syn_retries",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 1, .max = 127,
	.since = "per namespace since 4.6",
	.ref = "net/ipv4/tcp_timer.c:tcp_write_timeout",
	.help =
	"How often a client asks again for a connection that nobody answers before connect() fails with a timeout: 6, the default, takes a little more than two minutes. "
	"A lower value only makes it fail sooner.",
},
[SYSCTL_PORT_RANGE] = {
	.key = "net.ipv4.ip_local_port_range",
	.type = SYSCTL_TYPE_PAIR,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 1, .max = UINT16_MAX,
	.since = "per namespace since 3.13",
	.ref = "net/ipv4/inet_hashtables.c:__inet_hash_connect",
	.help =
	"The first and the last of the ephemeral ports, from which the kernel takes one for every outgoing connection. "
	"It bounds the connections from one local address to one address and port, not those of the whole host; a closed connection keeps its port for a minute (TIME_WAIT). "
	"When they are used up, connect() fails with EADDRNOTAVAIL and no counter says so. "
	"A wider range may collide with servers that want a fixed port in it: list those in net.ipv4.ip_local_reserved_ports.",
},
[SYSCTL_RESERVED_PORTS] = {
	.key = "net.ipv4.ip_local_reserved_ports",
	.type = SYSCTL_TYPE_PORTS,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 0, .max = UINT16_MAX,
	.since = "per namespace since 3.16",
	.ref = "net/ipv4/inet_hashtables.c:__inet_hash_connect",
	.help =
	"Ports within net.ipv4.ip_local_port_range that the kernel never hands out by itself, such as 8080,9000-9010. "
	"A program may still ask for one of them by number. "
	"Every one of them inside the range is a port less for outgoing connections. "
	"A new network namespace starts with none.",
},
[SYSCTL_UNPRIVILEGED_PORT_START] = {
	.key = "net.ipv4.ip_unprivileged_port_start",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 0, .max = UINT16_MAX,
	.since = "4.11",
	.ref = "net/ipv4/af_inet.c:__inet_bind",
	.help =
	"The first port that a program without privileges may listen on, 1024 by default. "
	"net.ipv4.ip_local_port_range cannot begin below it.",
},
[SYSCTL_TW_REUSE] = {
	.key = "net.ipv4.tcp_tw_reuse",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 0, .max = 2,
	.since = "per namespace since 4.11; 2, loopback only, is the default since 4.19",
	.ref = "net/ipv4/tcp_ipv4.c:tcp_twsk_unique",
	.help =
	"Whether a new outgoing connection may take over the port of one to the same address that closed more than a second ago: 0 never, 1 always, 2 on loopback only. "
	"It helps only the side that connects, and only with net.ipv4.tcp_timestamps on. "
	"Otherwise such a port is kept for 60 seconds, which nothing shortens: net.ipv4.tcp_fin_timeout is about another state.",
},
[SYSCTL_MAX_TW_BUCKETS] = {
	.key = "net.ipv4.tcp_max_tw_buckets",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "per namespace since 4.11",
	.ref = "net/ipv4/inet_timewait_sock.c:inet_twsk_alloc",
	.help =
	"How many closed connections may be in TIME_WAIT, the minute in which late packets of theirs are still recognised. "
	"Beyond it a connection skips that state: a late packet is then answered with a reset (TCPTimeWaitOverflow counts them). "
	"One costs about 256 bytes; lowering it to save ports or memory is a bad trade.",
},
[SYSCTL_MAX_ORPHANS] = {
	.key = "net.ipv4.tcp_max_orphans",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_INIT,
	.live = SYSCTL_LIVE,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "one for the host in every version",
	.ref = "net/ipv4/tcp.c:tcp_check_oom",
	.help =
	"How many connections may exist that no program holds any more, because it closed them while data was still on its way. "
	"Beyond it they are reset (TCPAbortOnMemory, and \"too many orphaned sockets\" in the kernel's log). "
	"It is one number for the whole host, and its file is missing in containers.",
},
[SYSCTL_TIMESTAMPS] = {
	.key = "net.ipv4.tcp_timestamps",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.13",
	.ref = "net/ipv4/tcp_output.c:tcp_syn_options",
	.help =
	"Whether connections carry timestamps, 1 by default. "
	"Leave it on: net.ipv4.tcp_tw_reuse does nothing without them, and connections made by SYN cookie lose their options.",
},
[SYSCTL_TCP_MEM] = {
	.key = "net.ipv4.tcp_mem",
	.type = SYSCTL_TYPE_TRIPLE,
	.scope = SYSCTL_SCOPE_INIT,
	.live = SYSCTL_LIVE,
	.min = 0, .max = INT64_MAX,
	.since = "one for the host in every version",
	.ref = "net/core/sock.c:__sk_mem_raise_allocated",
	.help =
	"How much memory the buffers of all TCP connections of the host may take together, in pages (mostly 4096 bytes), not bytes. "
	"Below the first number all is well; above the second the kernel shrinks buffers; above the third connections stall, and some are reset when they are closed. "
	"A connection that holds any unread data takes at least one page. "
	"The file is missing in containers, but the limit holds for them too.",
},
[SYSCTL_TCP_RMEM] = {
	.key = "net.ipv4.tcp_rmem",
	.type = SYSCTL_TYPE_TRIPLE,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 1, .max = INT32_MAX,
	.since = "per namespace since 4.15; a new namespace copies the host's",
	.ref = "net/ipv4/tcp_input.c:tcp_rcv_space_adjust",
	.help =
	"The receive buffer of one connection in bytes: the least, what it starts with, and the most that it may grow to. "
	"The kernel grows it by itself as the connection needs it, so the last number is a bound and not what a thousand connections take. "
	"It does not make an accept queue longer.",
},
[SYSCTL_TCP_WMEM] = {
	.key = "net.ipv4.tcp_wmem",
	.type = SYSCTL_TYPE_TRIPLE,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 1, .max = INT32_MAX,
	.since = "per namespace since 4.15; a new namespace copies the host's",
	.ref = "net/ipv4/tcp_input.c:tcp_sndbuf_expand",
	.help =
	"The send buffer of one connection in bytes: the least, what it starts with, and the most that it may grow to. "
	"The kernel grows it by itself as the connection needs it. "
	"All buffers together are bounded by net.ipv4.tcp_mem.",
},
[SYSCTL_CONGESTION_CONTROL] = {
	.key = "net.ipv4.tcp_congestion_control",
	.type = SYSCTL_TYPE_WORD,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.since = "per namespace since 4.15",
	.ref = "net/ipv4/tcp_cong.c:tcp_assign_congestion_control",
	.help =
	"The algorithm that decides how fast a connection sends, such as cubic or bbr. "
	"It shapes throughput and fairness between flows; whether connections are accepted does not depend on it.",
},
[SYSCTL_FILE_MAX] = {
	.key = "fs.file-max",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_LIVE,
	.min = 0, .max = INT64_MAX,
	.since = "one for the host in every version",
	.ref = "fs/file_table.c:alloc_empty_file",
	.help =
	"How many files the whole host may have open, connections included. "
	"A connection with both ends on this host takes two. "
	"Beyond it open(), socket() and accept() fail with ENFILE, except for root. "
	"What one process may open is another limit, RLIMIT_NOFILE.",
},
[SYSCTL_FILE_NR] = {
	.key = "fs.file-nr",
	.type = SYSCTL_TYPE_TRIPLE,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_READ_ONLY,
	.min = 0, .max = INT64_MAX,
	.since = "one for the host in every version",
	.ref = "fs/file_table.c:proc_nr_files",
	.help =
	"How many files the whole host has open now, a zero, and fs.file-max. "
	"It can only be read. "
	"The kernel counts per CPU, so the first number may lag a little.",
},
[SYSCTL_NR_OPEN] = {
	.key = "fs.nr_open",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_LIVE,
	.min = 1, .max = INT32_MAX,
	.since = "2.6.25",
	.ref = "kernel/sys.c:do_prlimit",
	.help =
	"The highest value to which the limit of open files of a process (RLIMIT_NOFILE) can be set, 1048576 by default. "
	"A change counts from the next time such a limit is set; it raises no limit by itself.",
},
};
/* clang-format on */

const struct sysctl_desc *sysctl_desc(enum sysctl_id id)
{
	return &rows[id];
}
