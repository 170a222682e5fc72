#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# predict - what the rules say of a host is what the load test then shows, on
# both sides of every boundary
. "$(dirname "$0")/../support/host.sh"

tried=0

verdict()
{
	jq -r 'if .verdict == "not-ready" then "no" elif .verdict == "unknown" then "?" else "yes" end' stdout
}

# agrees WANT ARGUMENT...: predicted and proven alike, and both are WANT
agrees()
{
	local want=$1 predicted proven
	shift
	kiloflow check "$@" --no-load --format json >stdout 2>stderr || true
	predicted=$(verdict)
	kiloflow check "$@" --bytes 1000 --format json >stdout 2>stderr || true
	proven=$(verdict)
	[[ $predicted == "$want" && $proven == "$want" ]] ||
		fail "$*: predicted $predicted, proven $proven, not $want"
	# the load test alone, without what the rules said before it
	load_alone "$want" "$@"
	tried=$((tried + 1))
}

load_alone() # WANT ARGUMENT...
{
	local want=$1
	shift
	kiloflow load "$@" --bytes 1000 --format json >stdout 2>stderr || true
	[[ $(verdict) == "$want" ]] || fail "load $*: not $want"
}

# lifted ARGUMENT...: too much for one process and one destination, which is
# what a goal has; load alone takes more descriptor tables and addresses
lifted()
{
	kiloflow check "$@" --no-load --format json >stdout 2>stderr || true
	[[ $(verdict) == no ]] || fail "$*: predicted $(verdict)"
	kiloflow check "$@" --bytes 1000 --format json >stdout 2>stderr || true
	[[ $(verdict) == no ]] || fail "$*: proven $(verdict)"
	jqf '.load.refused'
	load_alone yes "$@"
	jqf '.load.mode | .tables > 1 or .sources > 1'
}

case_cap()
{
	local cap cookies
	for cookies in 0 1; do
		sysctl -qw net.ipv4.tcp_syncookies="$cookies"
		for cap in 1 50 127 128 400; do
			sysctl -qw net.core.somaxconn="$cap"
			agrees yes --flows $((cap + 1))
			agrees no --flows $((cap + 2))
		done
	done
	((tried == 20))
}

case_burst()
{
	sysctl -qw net.core.somaxconn=99
	agrees yes --flows 1000 --burst 100
	agrees no --flows 1000 --burst 101
	agrees yes --flows 150 --burst 1
}

case_listener()
{
	spawn "$PEER" listen 127.0.0.1 7777 5
	await listening 7777
	agrees yes --port 7777 --flows 6
	agrees no --port 7777 --flows 7
	agrees yes --port 7777 --flows 60 --burst 6
	agrees no --port 7777 --flows 60 --burst 7
}

case_ports()
{
	sysctl -qw net.ipv4.ip_local_port_range='40000 40099'
	agrees yes --flows 100
	lifted --flows 101
	agrees yes -6 --flows 100
	agrees no -6 --flows 101 # it has one loopback address
	sysctl -qw net.ipv4.ip_local_reserved_ports=40000-40009,40050
	agrees yes --flows 89
	lifted --flows 90
}

case_descriptors()
{
	ulimit -n 264
	agrees yes --flows 100
	lifted --flows 101
	ulimit -Sn 100
	agrees yes --flows 100
}

host_main "$@"
