// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl_table - see sysctl_table.h. Ranges are what a current kernel
 * accepts; an older one may accept more. Where what is commonly said about
 * a sysctl is wrong, its help says so.
 */
#include "probes/sysctl_table.h"

#include <string.h>

/*
 * kernel/sysctl.c:proc_dointvec_jiffies() takes seconds as long as their
 * jiffies fit an int. How many jiffies a second has is the kernel's secret;
 * 100 is the least.
 */
#define JIFFIES_SECONDS_MAX (INT32_MAX / 100)

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
	.sense = SYSCTL_SWITCH,
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
	.sense = SYSCTL_SWITCH,
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
[SYSCTL_SYN_LINEAR_TIMEOUTS] = {
	.key = "net.ipv4.tcp_syn_linear_timeouts",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 0, .max = 127,
	.since = "6.5; before it the waits doubled from the first one on",
	.ref = "net/ipv4/tcp_timer.c:tcp_retransmit_timer",
	.help =
	"How often a client asks again after one second each, before the waits begin to double: 4 by default. "
	"Together with net.ipv4.tcp_syn_retries it decides how long a connect() to a server that does not answer takes: 131 seconds by default, 127 on kernels without it.",
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
	.sense = SYSCTL_SWITCH,
	.min = 0, .max = 2,
	.since = "per namespace since 4.11; 2, loopback only, is the default since 4.19",
	.ref = "net/ipv4/tcp_ipv4.c:tcp_twsk_unique",
	.help =
	"Whether a new outgoing connection may take over the port of one to the same address that closed more than a second ago: 0 never, 1 always, 2 on loopback only. "
	"It helps only the side that connects, and only with net.ipv4.tcp_timestamps on. "
	"Otherwise such a port is kept for 60 seconds, which nothing shortens: net.ipv4.tcp_fin_timeout is about another state.",
},
[SYSCTL_TW_REUSE_DELAY] = {
	.key = "net.ipv4.tcp_tw_reuse_delay",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 1, .max = 60000,
	.since = "6.14; one second before",
	.ref = "net/ipv4/tcp_ipv4.c:tcp_twsk_unique",
	.help =
	"How long after its end a connection's port may be taken over by a new one, in milliseconds, where net.ipv4.tcp_tw_reuse allows that at all: 1000 by default. "
	"A client that runs out of ports gets EADDRNOTAVAIL until then; it is not made to wait.",
},
[SYSCTL_MAX_TW_BUCKETS] = {
	.key = "net.ipv4.tcp_max_tw_buckets",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "per namespace since 4.11; a negative one bounds nothing since 5.18, and kept none before",
	.ref = "net/ipv4/inet_timewait_sock.c:inet_twsk_alloc",
	.help =
	"How many closed connections may be in TIME_WAIT, the minute in which late packets of theirs are still recognised. "
	"Beyond it a connection skips that state: a late packet is then answered with a reset (TCPTimeWaitOverflow counts them). "
	"One costs about 256 bytes; lowering it to save ports or memory is a bad trade.",
},
[SYSCTL_FIN_TIMEOUT] = {
	.key = "net.ipv4.tcp_fin_timeout",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = -JIFFIES_SECONDS_MAX, .max = JIFFIES_SECONDS_MAX,
	.since = "per namespace since 4.6",
	.ref = "net/ipv4/tcp.c:__tcp_close",
	.help =
	"How many seconds the kernel keeps a connection that its program has closed and whose peer has not (FIN_WAIT2): 60 by default. "
	"It has nothing to do with TIME_WAIT, whatever is written about it: that lasts 60 seconds on every kernel, and no setting shortens it. "
	"Lowering it frees no port and no descriptor.",
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
[SYSCTL_ORPHAN_RETRIES] = {
	.key = "net.ipv4.tcp_orphan_retries",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.6",
	.ref = "net/ipv4/tcp_timer.c:tcp_orphan_retries",
	.help =
	"How often the kernel repeats data of a connection that its program has closed already, before it gives up: 0, the default, means 8. "
	"A lower value clears away connections to dead peers sooner, and loses data of slow ones.",
},
[SYSCTL_RETRIES2] = {
	.key = "net.ipv4.tcp_retries2",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.6",
	.ref = "net/ipv4/tcp_timer.c:tcp_write_timeout",
	.help =
	"How often data that nobody acknowledges is sent again before a connection fails with a timeout: 15, the default, makes that about 15 minutes. "
	"RFC 1122 asks for at least 100 seconds, which is 8. "
	"Such a connection ends without a reset, and its peer is not told.",
},
[SYSCTL_KEEPALIVE_TIME] = {
	.key = "net.ipv4.tcp_keepalive_time",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = -JIFFIES_SECONDS_MAX, .max = JIFFIES_SECONDS_MAX,
	.since = "per namespace since 4.5",
	.ref = "net/ipv4/tcp_timer.c:tcp_keepalive_timer",
	.help =
	"How many seconds a connection may be idle before the kernel asks its peer for a sign of life: 7200 by default. "
	"Only connections whose program set SO_KEEPALIVE are asked. "
	"Firewalls and load balancers on the way forget an idle connection much sooner.",
},
[SYSCTL_KEEPALIVE_PROBES] = {
	.key = "net.ipv4.tcp_keepalive_probes",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.5",
	.ref = "net/ipv4/tcp_timer.c:tcp_keepalive_timer",
	.help =
	"How many signs of life may stay unanswered before a connection is given up with a timeout and its peer is reset: 9 by default. "
	"It concerns only connections whose program set SO_KEEPALIVE.",
},
[SYSCTL_KEEPALIVE_INTVL] = {
	.key = "net.ipv4.tcp_keepalive_intvl",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = -JIFFIES_SECONDS_MAX, .max = JIFFIES_SECONDS_MAX,
	.since = "per namespace since 4.5",
	.ref = "net/ipv4/tcp_timer.c:tcp_keepalive_timer",
	.help =
	"How many seconds lie between two questions for a sign of life: 75 by default. "
	"It concerns only connections whose program set SO_KEEPALIVE.",
},
[SYSCTL_TIMESTAMPS] = {
	.key = "net.ipv4.tcp_timestamps",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.sense = SYSCTL_SWITCH,
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
[SYSCTL_MODERATE_RCVBUF] = {
	.key = "net.ipv4.tcp_moderate_rcvbuf",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.sense = SYSCTL_SWITCH,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.15",
	.ref = "net/ipv4/tcp_input.c:tcp_rcv_space_adjust",
	.help =
	"Whether the kernel grows a connection's receive buffer as the connection needs it, 1 by default. "
	"With 0 it stays at the second number of net.ipv4.tcp_rmem for good. "
	"A program that sets SO_RCVBUF turns it off for that connection.",
},
[SYSCTL_LIMIT_OUTPUT_BYTES] = {
	.key = "net.ipv4.tcp_limit_output_bytes",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "3.6; per namespace since 4.15; 1 MiB by default, 4 MiB since 6.16",
	.ref = "net/ipv4/tcp_output.c:tcp_small_queue_check",
	.help =
	"How many bytes of one connection may wait in the queues of a device at the same time. "
	"It keeps thousands of flows from filling those queues; a flow that has nothing there may always send. "
	"It is not a limit on what a connection has under way.",
},
[SYSCTL_RMEM_DEFAULT] = {
	.key = "net.core.rmem_default",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 256, .max = INT32_MAX,
	.since = "not to be seen in a child namespace up to 6.1; read-only there in 6.12 and later",
	.ref = "net/core/sock.c:sock_init_data_uid",
	.help =
	"The receive buffer that a new socket gets in bytes, unless its protocol says otherwise. "
	"TCP does: its sockets get the second number of net.ipv4.tcp_rmem.",
},
[SYSCTL_RMEM_MAX] = {
	.key = "net.core.rmem_max",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 256, .max = INT32_MAX,
	.since = "212992 by default, 4194304 in 6.18; not to be seen in a child namespace up to 6.1, read-only there in 6.12 and later",
	.ref = "net/core/sock.c:sk_setsockopt",
	.help =
	"The most that a program may ask for with SO_RCVBUF, in bytes; the kernel then doubles it. "
	"It does not bound the buffers that the kernel grows by itself, net.ipv4.tcp_rmem does. "
	"A program that sets SO_RCVBUF turns that growing off, and is often slower for it.",
},
[SYSCTL_WMEM_DEFAULT] = {
	.key = "net.core.wmem_default",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 256, .max = INT32_MAX,
	.since = "not to be seen in a child namespace up to 6.1; read-only there in 6.12 and later",
	.ref = "net/core/sock.c:sock_init_data_uid",
	.help =
	"The send buffer that a new socket gets in bytes, unless its protocol says otherwise. "
	"TCP does: its sockets get the second number of net.ipv4.tcp_wmem.",
},
[SYSCTL_WMEM_MAX] = {
	.key = "net.core.wmem_max",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 256, .max = INT32_MAX,
	.since = "212992 by default, 4194304 in 6.18; not to be seen in a child namespace up to 6.1, read-only there in 6.12 and later",
	.ref = "net/core/sock.c:sk_setsockopt",
	.help =
	"The most that a program may ask for with SO_SNDBUF, in bytes; the kernel then doubles it. "
	"It does not bound the buffers that the kernel grows by itself, net.ipv4.tcp_wmem does.",
},
[SYSCTL_MEM_PCPU_RSV] = {
	.key = "net.core.mem_pcpu_rsv",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_INIT,
	.live = SYSCTL_LIVE,
	.min = 1, .max = INT32_MAX,
	.since = "6.7; before it 1 MiB",
	.ref = "include/net/sock.h:sk_memory_allocated_add",
	.help =
	"How many pages of buffer memory a CPU may hold back before it settles with the host's account: 256 by default. "
	"So what /proc/net/sockstat shows of TCP's memory may be wrong by that much for each CPU.",
},
[SYSCTL_NETDEV_MAX_BACKLOG] = {
	.key = "net.core.netdev_max_backlog",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_INIT,
	.live = SYSCTL_LIVE,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "one for the host in every version",
	.ref = "net/core/dev.c:enqueue_to_backlog",
	.help =
	"How many packets may wait for one CPU before the kernel has time for them: 1000 by default. "
	"Loopback, the veth devices of containers and receive packet steering use this queue; most network cards do not. "
	"Beyond it packets are dropped: the second column of /proc/net/softnet_stat counts them for each CPU, and even flows over loopback then retransmit. "
	"It is no accept queue: more of it does not let in one connection more.",
},
[SYSCTL_NETDEV_BUDGET] = {
	.key = "net.core.netdev_budget",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_INIT,
	.live = SYSCTL_LIVE,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "one for the host in every version",
	.ref = "net/core/dev.c:net_rx_action",
	.help =
	"How many packets a CPU takes in one go before it lets others have their turn: 300 by default. "
	"When there was more to do, the third column of /proc/net/softnet_stat counts it; a few of those are no trouble.",
},
[SYSCTL_NETDEV_BUDGET_USECS] = {
	.key = "net.core.netdev_budget_usecs",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_INIT,
	.live = SYSCTL_LIVE,
	.min = 0, .max = INT32_MAX,
	.since = "4.12; two ticks of the clock by default",
	.ref = "net/core/dev.c:net_rx_action",
	.help =
	"How many microseconds a CPU takes packets in one go before it lets others have their turn. "
	"It ends such a go when net.core.netdev_budget has not ended it before.",
},
[SYSCTL_DEFAULT_QDISC] = {
	.key = "net.core.default_qdisc",
	.type = SYSCTL_TYPE_WORD,
	.scope = SYSCTL_SCOPE_INIT,
	.live = SYSCTL_NEW_SOCKETS,
	.since = "3.12",
	.ref = "net/sched/sch_generic.c:attach_one_default_qdisc",
	.help =
	"Which queue a network device gets for what it sends, when it is created or brought up: pfifo_fast, or what the distribution chose. "
	"It changes no device that is there already. "
	"fq gives every flow its turn and its pace, which many flows to one peer gain from. "
	"Loopback has no such queue.",
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
[SYSCTL_AVAILABLE_CONGESTION_CONTROL] = {
	.key = "net.ipv4.tcp_available_congestion_control",
	.type = SYSCTL_TYPE_WORDS,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_READ_ONLY,
	.since = "the same in every namespace; to be seen in a child since 5.13",
	.ref = "net/ipv4/tcp_cong.c:tcp_get_available_congestion_control",
	.help =
	"The algorithms that net.ipv4.tcp_congestion_control may be set to, as far as they are loaded. "
	"Others may exist as kernel modules: setting one loads its module. "
	"Outside of the initial namespace only those can be set that are free for everyone.",
},
[SYSCTL_SLOW_START_AFTER_IDLE] = {
	.key = "net.ipv4.tcp_slow_start_after_idle",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.sense = SYSCTL_SWITCH,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.15",
	.ref = "include/net/tcp.h:tcp_slow_start_after_idle_check",
	.help =
	"Whether a connection that was idle for a while feels its way again before it sends at full speed, 1 by default. "
	"With 0 it sends as much at once as it had found out before the pause; many flows that do so together overrun the path.",
},
[SYSCTL_NO_METRICS_SAVE] = {
	.key = "net.ipv4.tcp_no_metrics_save",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.sense = SYSCTL_SWITCH,
	.min = 0, .max = UINT8_MAX,
	.since = "per namespace since 4.15",
	.ref = "net/ipv4/tcp_metrics.c:tcp_update_metrics",
	.help =
	"Whether the kernel forgets what a connection learned of its peer, such as the round-trip time: 0, the default, keeps it for the next connection. "
	"With 1 every connection starts alike, which makes tests repeatable. "
	"`ip tcp_metrics flush` forgets once.",
},
[SYSCTL_EHASH_ENTRIES] = {
	.key = "net.ipv4.tcp_ehash_entries",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_READ_ONLY,
	.min = INT32_MIN, .max = INT32_MAX,
	.since = "6.1",
	.ref = "net/ipv4/sysctl_net_ipv4.c:proc_tcp_ehash_entries",
	.help =
	"How many buckets the kernel's table of connections has. "
	"A negative number says that the namespace shares the table of the host. "
	"Connections beyond it are no error, only slower to find: a few to a bucket do not matter. "
	"The host's is chosen at boot by memory, or by thash_entries= on the kernel's command line.",
},
[SYSCTL_CHILD_EHASH_ENTRIES] = {
	.key = "net.ipv4.tcp_child_ehash_entries",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_NEW_SOCKETS,
	.min = 0, .max = 16777216,
	.since = "6.1",
	.ref = "net/ipv4/tcp_ipv4.c:tcp_set_hashinfo",
	.help =
	"How large a table of connections of their own the namespaces get that are created from this one: 0, the default, lets them share the host's. "
	"A number is rounded up to a power of two. "
	"Such a namespace also gets half as many net.ipv4.tcp_max_tw_buckets, and net.ipv4.tcp_max_syn_backlog is then a 128th of it, but at least 128. "
	"It does not change a namespace that exists.",
},
[SYSCTL_MIGRATE_REQ] = {
	.key = "net.ipv4.tcp_migrate_req",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_NETNS,
	.live = SYSCTL_LIVE,
	.sense = SYSCTL_SWITCH,
	.min = 0, .max = 1,
	.since = "5.14",
	.ref = "net/core/sock_reuseport.c:reuseport_migrate_sock",
	.help =
	"Whether connections that wait on a listener go to another one of its group when it is closed: 0, the default, resets them. "
	"It matters to servers that share a port by SO_REUSEPORT and restart their workers one by one.",
},
[SYSCTL_CONNTRACK_MAX] = {
	.key = "net.netfilter.nf_conntrack_max",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_LIVE,
	.min = 0, .max = INT32_MAX,
	.since = "one ceiling for the host, to which each namespace counts its own; read-only in a child namespace",
	.ref = "net/netfilter/nf_conntrack_core.c:__nf_conntrack_alloc",
	.help =
	"How many connections a network namespace may track for its firewall or address translation. "
	"Beyond it packets of new connections are dropped, and the kernel logs \"nf_conntrack: table full, dropping packet\"; clients see a timeout. "
	"A closed connection is tracked for two minutes more. "
	"It is missing where nothing has loaded nf_conntrack, and counts nothing in a namespace whose firewall does not ask for connections. "
	"At boot it may be set before the module is there, and is then lost.",
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
	.min = 1, .max = 0x7fffffc0,
	.since = "2.6.25",
	.ref = "kernel/sys.c:do_prlimit",
	.help =
	"The highest value to which the limit of open files of a process (RLIMIT_NOFILE) can be set, 1048576 by default. "
	"A change counts from the next time such a limit is set; it raises no limit by itself.",
},
[SYSCTL_THREADS_MAX] = {
	.key = "kernel.threads-max",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_LIVE,
	.min = 1, .max = 0x3fffffff,
	.since = "one for the host in every version; chosen at boot by memory",
	.ref = "kernel/fork.c:copy_process",
	.help =
	"How many threads the whole host may run, all programs together. "
	"A tool that starts a thread for each flow needs as many as it has flows, at the client and at the server. "
	"Beyond it a new thread fails with EAGAIN; a container's or a unit's own limit (pids.max, TasksMax=) is mostly hit first.",
},
[SYSCTL_PID_MAX] = {
	.key = "kernel.pid_max",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_LIVE,
	.min = 1, .max = 4194304,
	.since = "32768 by default, which systemd raises to 4194304; per pid namespace since 6.14",
	.ref = "kernel/pid.c:alloc_pid",
	.help =
	"One more than the highest number that a process or thread can get, and so a limit to how many there are. "
	"Every thread takes a number of its own: 32768 are too few for a tool that starts a thread for each of 30000 flows. "
	"Beyond it a new thread fails with EAGAIN.",
},
[SYSCTL_MAX_MAP_COUNT] = {
	.key = "vm.max_map_count",
	.type = SYSCTL_TYPE_INT,
	.scope = SYSCTL_SCOPE_GLOBAL,
	.live = SYSCTL_LIVE,
	.min = 0, .max = INT32_MAX,
	.since = "65530 by default; some distributions raise it to 1048576",
	.ref = "mm/mmap.c:do_mmap",
	.help =
	"How many memory areas one process may have. "
	"Each thread's stack takes two, so a program that starts a thread for each flow ends at about 32700 of them; the thread then fails with EAGAIN or ENOMEM.",
},
};
/* clang-format on */

const struct sysctl_desc *sysctl_desc(enum sysctl_id id)
{
	return &rows[id];
}

enum sysctl_id sysctl_by_key(const char *key)
{
	enum sysctl_id id = 0;

	while (id < SYSCTL_COUNT && strcmp(rows[id].key, key) != 0)
		id++;
	return id;
}

unsigned int sysctl_numbers(enum sysctl_type type)
{
	switch (type) {
	case SYSCTL_TYPE_INT:
		return 1;
	case SYSCTL_TYPE_PAIR:
		return 2;
	case SYSCTL_TYPE_TRIPLE:
		return 3;
	case SYSCTL_TYPE_WORD:
	case SYSCTL_TYPE_WORDS:
	case SYSCTL_TYPE_PORTS:
		break;
	}
	return 0;
}
