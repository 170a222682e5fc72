#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# capacity - the answer without a goal is exact: so many flows come through
# the load test, one more does not
. "$(dirname "$0")/../support/host.sh"

# capacity_is BOUND_BY NUMBER ARGUMENT...: what check says before any test
capacity_is()
{
	local bound=$1 number=$2
	shift 2
	kiloflow check --no-load --format json "$@" >stdout 2>stderr || true
	is "[.capacity[] | select(.bound_by == \"$bound\")][0].max_flows" "$number"
}

# carries NUMBER ARGUMENT...: all of them are ok
carries()
{
	local number=$1
	shift
	report 0 check --time 50ms "$@" --flows "$number"
	is .load.flows.ok "$number"
	is .load.bytes.exact true
}

# refuses NUMBER RESOURCE ARGUMENT...: the load test does, before it begins
refuses()
{
	local number=$1 resource=$2
	shift 2
	report 1 check --time 50ms "$@" --flows "$number"
	is .load.refused.resource "\"$resource\""
}

# drops NUMBER: one connection too many for the queue
drops()
{
	report 1 check --time 50ms "${@:2}" --flows "$1"
	is .load.accept_queue.drops 1
}

case_ports()
{
	sysctl -qw net.ipv4.ip_local_port_range='40000 40099'
	capacity_is ports 100
	carries 100
	refuses 101 ports
}

# Reserved ones, and those that something listens on, do not count.
case_ports_that_are_taken()
{
	sysctl -qw net.ipv4.ip_local_port_range='40000 40099'
	sysctl -qw net.ipv4.ip_local_reserved_ports=40010-40019
	spawn "$PEER" listen 127.0.0.1 40050 5
	await listening 40050
	capacity_is ports 89
	carries 89
	refuses 90 ports
}

case_burst()
{
	sysctl -qw net.core.somaxconn=128
	capacity_is net.core.somaxconn 129
	carries 129
	drops 130
}

case_burst_of_one()
{
	sysctl -qw net.core.somaxconn=0
	capacity_is net.core.somaxconn 1
	carries 1
	drops 2
}

case_burst_of_a_listener()
{
	spawn "$PEER" listen 127.0.0.1 7777 5
	await listening 7777
	capacity_is "the listener's limit" 6 --port 7777 --flows 1
	carries 6 --port 7777
	drops 7 --port 7777
}

case_descriptors()
{
	ulimit -Sn 264
	ulimit -Hn 264
	capacity_is RLIMIT_NOFILE 100
	carries 100
	refuses 101 RLIMIT_NOFILE
}

# Those that the load test was started with are none that a flow could have.
case_inherited_descriptors()
{
	local fd
	for fd in {100..199}; do
		eval "exec $fd</dev/null"
	done
	ulimit -Sn 464
	ulimit -Hn 464
	carries 150
	refuses 200 RLIMIT_NOFILE
	for fd in {100..199}; do
		eval "exec $fd<&-"
	done
	carries 200
}

# What is global cannot be read here; it is no zero, and not in the words.
case_unknown_is_null()
{
	capacity_is net.ipv4.tcp_mem null
	kiloflow check --no-load --verbose >stdout
	says stdout '^  capacity    at most [0-9]+ flows, bound by '
	says stdout 'bound by ports'
	if grep -q tcp_mem <(sed -n '/^  capacity/,/^$/p' stdout); then
		fail "a number for what is not known"
	fi
}

case_tightest_first()
{
	sysctl -qw net.ipv4.ip_local_port_range='40000 40009'
	sysctl -qw net.core.somaxconn=4
	kiloflow check --no-load --flows 5 | tr -s ' \n' ' ' >stdout
	says stdout ' capacity at most 10 flows to one destination, bound by ports; '
	says stdout '; a burst of 5, bound by net.core.somaxconn '
	report 0 check --no-load --flows 5
	is '[.capacity[] | select(.of == "flows" and .max_flows != null).max_flows] | . == sort' true
}

# The same for every goal: an answer without one.
case_whatever_the_goal()
{
	local flows
	for flows in 1 50 5000; do
		kiloflow check --no-load --flows "$flows" --format json >stdout || true
		jq -c '[.capacity[] | select(.bound_by | test("ports|NOFILE|somaxconn"))]' stdout >"$flows"
	done
	cmp 1 50
	cmp 1 5000
}

host_main "$@"
