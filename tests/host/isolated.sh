#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# isolated - the load test in a throwaway namespace proves the same, and
# leaves this one as it was
. "$(dirname "$0")/../support/host.sh"

# What this namespace has counted, and what is left in it.
traces()
{
	cat /proc/net/snmp /proc/net/netstat /proc/net/snmp6
	ss -Htan
	cat /proc/net/dev
}

case_leaves_nothing_behind()
{
	traces >before
	report 0 check --isolated --flows 1000 --time 100ms
	is .load.flows.ok 1000
	is .load.bytes.exact true
	is .load.mode.isolated true
	traces >after
	cmp before after
	report 0 check --isolated -6 --flows 100 --time 50ms
	report 0 load --isolated --flows 100 --time 50ms
	traces >after
	cmp before after
}

# That the traces are ones: without it, they are there.
case_otherwise_it_does()
{
	traces >before
	report 0 check --flows 100 --time 50ms
	is .load.mode.isolated false
	traces >after
	if cmp -s before after; then
		fail "it left no trace"
	fi
	[[ -n $(ss -Htan state time-wait) ]]
}

case_proves_the_same()
{
	sysctl -qw net.core.somaxconn=128
	sysctl -qw net.ipv4.ip_local_port_range='20000 20299'
	report 1 check --isolated --flows 300 --time 50ms
	is .load.accept_queue '{"drops":171,"limit":128,"peak":129}'
	is .load.mode.not_copied '[]'
	report 1 check --isolated --flows 301 --time 50ms
	is .load.refused.resource '"ports"'
	spawn "$PEER" listen 127.0.0.1 7777 5
	await listening 7777
	report 1 check --isolated --port 7777 --flows 10 --time 50ms
	is .load.accept_queue '{"drops":4,"limit":5,"peak":6}'
	expect_exit 0 ss -Htln "sport = :7777"
	says stdout '^LISTEN +0 +5 '
}

# Also those of which one bounds the other.
case_every_value_is_copied()
{
	sysctl -qw net.ipv4.ip_unprivileged_port_start=500
	sysctl -qw net.ipv4.ip_local_port_range='600 65535'
	sysctl -qw net.ipv4.ip_local_reserved_ports=7000-7099,8080
	sysctl -qw net.ipv4.tcp_rmem='8192 100000 5000000'
	sysctl -qw net.ipv4.tcp_congestion_control=reno
	sysctl -qw net.ipv4.tcp_syncookies=2
	sysctl -qw net.ipv4.tcp_max_syn_backlog=-1
	sysctl -qw net.ipv4.tcp_timestamps=0
	report 0 load --isolated --flows 100 --time 50ms
	is .load.mode.not_copied '[]'
	sysctl -qw net.ipv4.ip_local_port_range='40000 65535'
	sysctl -qw net.ipv4.ip_unprivileged_port_start=33000
	report 0 load --isolated --flows 100 --time 50ms
	is .load.mode.not_copied '[]'
}

# What segments are cut to: 16436 was the default until Linux 3.7.
case_mtu_of_lo()
{
	local mtu
	for mtu in 16436 1500 100000; do
		ip link set lo mtu "$mtu"
		spawn "$KILOFLOW" load --isolated --flows 10 --time 30s >/dev/null
		await is_isolated "$spawned"
		nsenter --net="/proc/$spawned/ns/net" ip -o link show lo >stdout
		says stdout "<LOOPBACK,UP,LOWER_UP> mtu $mtu "
		kill "$spawned"
		wait "$spawned" || true
	done
}

is_isolated() # PID
{
	local its
	its=$(readlink "/proc/$1/ns/net") && [[ $its != $(readlink /proc/self/ns/net) ]] &&
		nsenter --net="/proc/$1/ns/net" ip -o link show up | grep -q lo
}

case_what_cannot_be_copied_is_said()
{
	sysctl -qw net.core.somaxconn=200 net.ipv4.tcp_syncookies=0
	mount -o bind,ro /proc/sys /proc/sys
	report 0 load --isolated --flows 100 --time 50ms
	is .load.mode.not_copied '["net.core.somaxconn","net.ipv4.tcp_syncookies"]'
	is .load.accept_queue.limit 4096
	kiloflow load --isolated --flows 100 --time 50ms | tr -s ' \n' ' ' >stdout
	says stdout 'not copied: net.core.somaxconn, net.ipv4.tcp_syncookies'
}

case_without_root()
{
	traces >before
	sysctl -qw net.core.somaxconn=128
	expect_exit 1 setpriv --reuid=65534 --clear-groups \
		"$KILOFLOW" load --isolated --flows 200 --time 50ms --format json
	is .load.accept_queue '{"drops":71,"limit":128,"peak":129}'
	is .load.mode.not_copied '[]'
	traces >after
	cmp before after
}

case_of_another_namespace()
{
	mount -t tmpfs none /run
	ip netns add other
	ip netns exec other ip link set lo up
	ip netns exec other sysctl -qw net.core.somaxconn=64
	ip netns exec other cat /proc/net/netstat >before
	report 1 check --netns other --isolated --flows 100 --time 50ms
	is .load.accept_queue.limit 64
	ip netns exec other cat /proc/net/netstat >after
	cmp before after
}

# Neither a namespace nor a way into one: that is no proof, and it is said.
case_where_there_can_be_none()
{
	# a sanitizer cannot look for leaks under a tracer
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
	expect_exit 3 strace -o trace -f -e inject=unshare:error=EPERM \
		"$KILOFLOW" check --isolated --flows 100
	says stdout 'cannot make a network namespace'
	traces >before
	expect_exit 3 strace -o trace -f -e inject=unshare:error=ENOSPC \
		"$KILOFLOW" check --isolated --flows 100 --format json
	is .load null
	traces >after
	cmp before after
}

case_interrupted()
{
	local status=0
	traces >before
	spawn "$KILOFLOW" load --isolated --flows 10 --time 30s --format json >stdout 2>stderr
	sleep 1
	kill -TERM "$spawned"
	wait "$spawned" || status=$?
	[[ $status == 143 ]] || fail "exit $status, not 143"
	jqf '.load.flows.ok == 10 and .load.mode.isolated'
	traces >after
	cmp before after
}

# It is in the process's namespaces only, and gone with it.
case_the_namespace_is_gone()
{
	readlink /proc/self/ns/net >before
	lsns -nt net | wc -l >>before
	report 0 load --isolated --flows 50 --time 50ms
	readlink /proc/self/ns/net >after
	lsns -nt net | wc -l >>after
	cmp before after
}

host_main "$@"
