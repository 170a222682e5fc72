#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# limit - load --find-limit: the largest burst that loses nothing is the accept
# queue's limit + 1, and it is said whose limit that is
. "$(dirname "$0")/../support/host.sh"

found() # BURST BOUND-AS-JSON
{
	is .load.limit.burst "$1"
	is .load.limit.bound_by "$2"
	is .load.limit.complete true
	# what was found was carried, one more lost some
	is .load.flows.ok "$1"
	is .load.bytes.exact true
	is "[.load.limit.probes[] | select(.lost == 0) | .burst] | max" "$1"
	is "[.load.limit.probes[] | select(.lost != 0) | .burst] | min // $(($1 + 1))" $(($1 + 1))
	is '.load.left.time_wait' 0
}

case_somaxconn()
{
	local n
	for n in 0 1 128 1000; do
		echo $n >/proc/sys/net/core/somaxconn
		report 1 load --find-limit --flows 3000
		found $((n + 1)) '"net.core.somaxconn"'
	done
	jqf '[.findings[] | select(.id == "load.limit")][0].remedy.to == 4096'
	echo 128 >/proc/sys/net/core/somaxconn
	expect_exit 1 kiloflow load --find-limit
	says stdout 'FAIL +the largest burst that loses nothing is 129, the goal.s is 1000$'
	says stdout 'limit +a burst of 129 loses nothing, bound by net.core.somaxconn$'
}

case_backlog()
{
	local n
	for n in 0 1 5 128; do
		report 1 load --find-limit --backlog $n
		found $((n + 1)) '"--backlog"'
	done
	report 1 load --find-limit --backlog 5 -6
	found 6 '"--backlog"'
}

case_listener()
{
	spawn "$PEER" listen 127.0.0.1 7777 5
	await listening 7777
	report 1 load --find-limit --port 7777
	found 6 '"--port"'
	is .load.mode.emulates 7777
}

# The burst decides, not the number of flows up to which it is looked for.
case_verdict()
{
	report 0 load --find-limit --backlog 5 --burst 6
	found 6 '"--backlog"'
	report 1 load --find-limit --backlog 5 --burst 7
	report 0 load --find-limit --flows 300
	found 300 null
	is .load.limit.up_to 300
}

case_descriptors()
{
	ulimit -n 150 # many tables, each with room for few
	report 1 load --find-limit --flows 3000
	jqf '.load.limit.bound_by == "RLIMIT_NOFILE"'
	jqf '.load.limit.burst >= 100 and .load.limit.burst < 3000'
	jqf '.load.limit.burst == .load.limit.up_to'
}

# Those of one address do; others follow.
case_ports()
{
	echo 20000 20099 >/proc/sys/net/ipv4/ip_local_port_range
	report 0 load --find-limit --flows 150
	found 150 null
	report 1 load --find-limit --flows 150 -6
	found 100 '"ports"'
}

case_isolated()
{
	echo 128 >/proc/sys/net/core/somaxconn
	report 1 load --find-limit --isolated
	found 129 '"net.core.somaxconn"'
	expect_exit 0 nstat -az TcpActiveOpens
	says stdout 'TcpActiveOpens +0 '
}

# Nobody may look at the queue: found all the same, by halving.
case_unseen()
{
	echo 40 >/proc/sys/net/core/somaxconn
	# LeakSanitizer cannot work beside strace
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
	expect_exit 1 strace -qq -f -o /dev/null -e inject=recvmsg:error=EPERM \
		"$KILOFLOW" load --find-limit --flows 100 --format json
	is .load.accept_queue.limit null
	is .load.limit.burst 41
}

case_refused()
{
	ip link set lo down
	report 1 load --find-limit
	is .load.limit null
	is .load.refused.resource '"lo"'
	ip link set lo up
}

host_main "$@"
