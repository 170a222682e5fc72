// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * counter_table - see counter_table.h. The names are those of
 * net/ipv4/proc.c:snmp4_tcp_list, snmp4_net_list
 * and their neighbours. Where a name promises
 * something that the counter does not count, its help says so.
 */
#include "probes/counter_table.h"

/* clang-format off */
static const struct counter_desc rows[COUNTER_COUNT] = {
[COUNTER_LISTEN_OVERFLOWS] = { "TcpExt", "ListenOverflows",
	"A connection or a handshake was dropped because the accept queue of its listener was full. "
	"One client that tries again is counted each time." },
[COUNTER_LISTEN_DROPS] = { "TcpExt", "ListenDrops",
	"A listener dropped a handshake, for any reason. "
	"Every overflow of an accept queue is counted here as well; the difference to ListenOverflows is half-open connections over their limit, and lack of memory or of a route." },
[COUNTER_REQ_Q_FULL_DO_COOKIES] = { "TcpExt", "TCPReqQFullDoCookies",
	"A listener had too many half-open connections and turned to SYN cookies; nothing is lost by that. "
	"With tcp_syncookies = 2 every handshake is counted." },
[COUNTER_REQ_Q_FULL_DROP] = { "TcpExt", "TCPReqQFullDrop",
	"A listener had as many half-open connections as its backlog, cookies were off, and it dropped a handshake. "
	"Drops by tcp_max_syn_backlog are not counted here, only in ListenDrops." },
[COUNTER_SYNCOOKIES_SENT] = { "TcpExt", "SyncookiesSent",
	"A handshake was answered with a SYN cookie." },
[COUNTER_SYNCOOKIES_RECV] = { "TcpExt", "SyncookiesRecv",
	"A client came back with a valid SYN cookie. "
	"It is counted even if the accept queue was full and the connection was dropped." },
[COUNTER_SYNCOOKIES_FAILED] = { "TcpExt", "SyncookiesFailed",
	"A packet came for a listener that should have carried a valid SYN cookie and did not; it was answered with a reset. "
	"Clients that send much at once, before the full accept queue took them, end like this." },
[COUNTER_OUT_RSTS] = { "Tcp", "OutRsts",
	"This host's TCP sent a reset. "
	"Resets made by a firewall are not counted." },
[COUNTER_ESTAB_RESETS] = { "Tcp", "EstabResets",
	"An established connection ended at once instead of being closed, by either side: by a reset sent or received, or a timeout." },
[COUNTER_ATTEMPT_FAILS] = { "Tcp", "AttemptFails",
	"A connection attempt failed: refused, timed out, or given up by its client half-way." },
[COUNTER_EMBRYONIC_RSTS] = { "TcpExt", "EmbryonicRsts",
	"A half-open connection was reset: by the peer, or by this host because of tcp_abort_on_overflow." },
[COUNTER_RETRANS_SEGS] = { "Tcp", "RetransSegs",
	"A segment was sent again, those of handshakes included." },
[COUNTER_SYN_RETRANS] = { "TcpExt", "TCPSynRetrans",
	"A segment of a handshake was sent again: by a client that got no answer, or by a server that waits for a client." },
[COUNTER_TIMEOUTS] = { "TcpExt", "TCPTimeouts",
	"A retransmission timer ran out, those of handshakes included." },
[COUNTER_IN_ERRS] = { "Tcp", "InErrs",
	"A segment came in that was damaged or made no sense for its connection." },
[COUNTER_ABORT_ON_DATA] = { "TcpExt", "TCPAbortOnData",
	"A connection was reset by its own side: data came after the program had closed it, or the program closed it with SO_LINGER 0." },
[COUNTER_ABORT_ON_CLOSE] = { "TcpExt", "TCPAbortOnClose",
	"A program closed a connection, or died, while data that it had not read was waiting; the peer got a reset." },
[COUNTER_ABORT_ON_MEMORY] = { "TcpExt", "TCPAbortOnMemory",
	"A connection was reset because TCP memory (tcp_mem) or the number of orphans (tcp_max_orphans) was exceeded." },
[COUNTER_ABORT_ON_TIMEOUT] = { "TcpExt", "TCPAbortOnTimeout",
	"A connection was given up because its peer did not answer in time. "
	"Mostly no reset is sent for it." },
[COUNTER_ABORT_ON_LINGER] = { "TcpExt", "TCPAbortOnLinger",
	"A closed connection was reset because its program had set TCP_LINGER2 below zero. "
	"SO_LINGER 0 is not counted here but in TCPAbortOnData." },
[COUNTER_ABORT_FAILED] = { "TcpExt", "TCPAbortFailed",
	"A reset should have been sent and there was no memory for it." },
[COUNTER_TIME_WAIT_OVERFLOW] = { "TcpExt", "TCPTimeWaitOverflow",
	"A closed connection skipped TIME_WAIT because tcp_max_tw_buckets was reached, or for lack of memory." },
[COUNTER_MEMORY_PRESSURES] = { "TcpExt", "TCPMemoryPressures",
	"TCP memory came under pressure: it exceeded the second number of tcp_mem." },
[COUNTER_BACKLOG_DROP] = { "TcpExt", "TCPBacklogDrop",
	"A packet was dropped because its connection was busy and too many were waiting for it. "
	"It has nothing to do with the backlog of listen()." },
[COUNTER_RCVQ_DROP] = { "TcpExt", "TCPRcvQDrop",
	"Data was dropped because the receive buffer of its connection was full or no memory was left; the sender sends it again." },
[COUNTER_SYN_CHALLENGE] = { "TcpExt", "TCPSYNChallenge",
	"A connection that stood got another SYN or SYN-ACK, and answered with a challenge ACK. "
	"On a client it means that its server sends the SYN-ACK again: the ACK was lost, or dropped by a full accept queue." },
[COUNTER_CHALLENGE_ACK] = { "TcpExt", "TCPChallengeACK",
	"A doubtful SYN or reset was answered with an ACK, so that only the true peer can end the connection." },
[COUNTER_DEFER_ACCEPT_DROP] = { "TcpExt", "TCPDeferAcceptDrop",
	"A listener with TCP_DEFER_ACCEPT got a bare ACK and went on waiting for data; nothing is lost by that." },
[COUNTER_KEEP_ALIVE] = { "TcpExt", "TCPKeepAlive",
	"An idle connection was asked for a sign of life (SO_KEEPALIVE)." },
[COUNTER_TW_RECYCLED] = { "TcpExt", "TWRecycled",
	"A connection in TIME_WAIT was ended early because a new one took its ports (tcp_tw_reuse)." },
[COUNTER_RETRANS_FAIL] = { "TcpExt", "TCPRetransFail",
	"A segment could not be sent again, because this host itself refused to send it: a firewall rule or a full conntrack table." },
[COUNTER_LOSS_PROBES] = { "TcpExt", "TCPLossProbes",
	"A segment was sent again early, to find out whether the last ones were lost." },
[COUNTER_FAST_RETRANS] = { "TcpExt", "TCPFastRetrans",
	"A segment was sent again because later ones had arrived: it was lost, or dropped on the way." },
[COUNTER_ACTIVE_OPENS] = { "Tcp", "ActiveOpens",
	"A program of this namespace called connect(), and a SYN was sent." },
[COUNTER_PASSIVE_OPENS] = { "Tcp", "PassiveOpens",
	"A client's handshake with a listener came to its end." },
[COUNTER_LOCK_DROPPED_ICMPS] = { "TcpExt", "LockDroppedIcmps",
	"An ICMP message about a connection came while its program was at work on it, and was passed over; a connect() may have failed by it all the same." },
[COUNTER_IN_ADDR_ERRORS] = { "Ip", "InAddrErrors",
	"A packet came for an address that this host does not have, or has no longer." },
[COUNTER_OUT_NO_ROUTES] = { "Ip", "OutNoRoutes",
	"A packet could not be sent, because there was no route for it, or its address was not here any more." },
[COUNTER_ICMP_IN_UNREACHS] = { "Icmp", "InDestUnreachs",
	"Somebody answered a packet of this host with ICMP: its destination cannot be reached, or refuses it." },
[COUNTER_ICMP_OUT_UNREACHS] = { "Icmp", "OutDestUnreachs",
	"This host answered a packet with ICMP: a firewall rejects, no program has that UDP port, or there is no route." },
};
/* clang-format on */

const struct counter_desc *counter_desc(enum counter_id id)
{
	return &rows[id];
}
