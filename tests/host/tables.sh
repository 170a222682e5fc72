#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tables - more flows than one descriptor table, and more than the ports of
# one source address; the outcome is that of a test which has room for all
. "$(dirname "$0")/../support/host.sh"

# Of a process of 256 descriptors: 96 flows a table.
many() # STATUS ARGUMENT...
{
	local want=$1
	shift
	ulimit -n 256
	report "$want" load --flows 2000 --bytes 1000 "$@"
	is .load.mode.tables 21
}

exact()
{
	is .load.flows.ok 2000
	is .load.errors '[]'
	is .load.bytes.exact true
	jqf '(.load.intervals | map(.bytes) | add) == .load.bytes.read'
}

all_accounted_for()
{
	is .load.bytes.flows_off 0
	jqf '.load.flows | .asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
}

case_held()
{
	many 0
	exact
	is .load.accept_queue '{"drops":0,"limit":4096,"peak":2000}'
	is .load.bytes.read 2000000
}

case_down() { many 0 --direction down && exact; }
case_both() { many 0 --direction both && exact; }
case_accept_now() { many 0 --accept now && exact; }
case_accept_slow() { many 0 --accept slow:4000/s && exact; }
case_eager() { many 0 --eager && exact; }
case_one_worker() { many 0 --workers 1 && exact; }
case_more_workers_than_tables() { many 0 --workers 64 && exact; }

# Waves smaller than a table, and not aligned with them; and larger.
case_waves()
{
	many 0 --burst 70
	exact
	is .load.accept_queue.peak 70
	many 0 --burst 300
	exact
	is .load.accept_queue.peak 300
}

case_by_time()
{
	ulimit -n 256
	report 0 load --flows 2000 --time 1s
	exact
	# everyone has had a turn
	jqf '.load.flow_mbit_per_s.min > 0.01'
}

# One sender: the queue is filled to limit + 1, whatever table a flow is in.
case_overflow()
{
	many 1 --backlog 20
	is .load.accept_queue '{"drops":1979,"limit":20,"peak":21}'
	is .load.bytes.exact true
	all_accounted_for
}

case_eager_overflow()
{
	many 1 --backlog 20 --eager
	is .load.accept_queue.peak 21
	all_accounted_for
}

case_requests()
{
	ulimit -n 256
	report 0 load --flows 2000 --time 200ms --request 10 --response 10
	exact
	jqf '.load.bytes.read == 32000 + 20 * .load.exchanges.count'
}

# Held, by workers that take turns; and opened by a schedule.
case_hold_at_a_rate()
{
	ulimit -n 256
	report 0 load --flows 2000 --rate 20k/s --hold --time 50ms
	exact
	is .load.exchanges.count 2000
}

# Tables begin with what their process was started with.
case_inherited_descriptors()
{
	local fd
	for fd in {100..179}; do
		eval "exec $fd</dev/null"
	done
	ulimit -n 256
	report 0 load --flows 2000 --bytes 1000
	exact
	jqf '.load.mode.tables > 30'
}

case_interrupted()
{
	ulimit -n 256
	expect_exit 130 env --default-signal timeout --foreground --preserve-status --signal=INT 1 \
		"$KILOFLOW" load --flows 2000 --time 30s --format json
	is .load.flows.ok 2000
	is .load.bytes.exact true
	all_accounted_for
}

case_interrupted_in_the_burst()
{
	ulimit -n 256
	expect_exit 130 env --default-signal timeout --foreground --preserve-status --signal=INT 1 \
		"$KILOFLOW" load --flows 2000 --backlog 0 --format json
	all_accounted_for
}

# 100 ports: 50 for each address.
case_many_sources()
{
	sysctl -qw net.ipv4.ip_local_port_range='40000 40099'
	ulimit -n 256
	report 0 load --flows 2000 --bytes 1000
	exact
	is .load.mode.sources 40
	report 0 load --flows 2000 --bytes 1000 --burst 333
	exact
}

case_one_source_of_ipv6()
{
	sysctl -qw net.ipv4.ip_local_port_range='40000 40099'
	report 0 load -6 --flows 100 --time 50ms
	report 1 load -6 --flows 101 --time 50ms
	is .load.refused '{"have":100,"need":101,"resource":"ports"}'
}

case_too_few_even_for_tables()
{
	ulimit -n 160
	report 1 load --flows 2000 --bytes 1000
	is .load.refused.resource '"RLIMIT_NOFILE"'
	is .load.refused.have 160
	ulimit -n 170 2>/dev/null || true
	report 0 load --flows 500 --bytes 1000
}

time_wait() # what the namespace has
{
	awk '/^TCP:/ { print $7 }' /proc/net/sockstat
}

case_close_in_order()
{
	many 0
	is .load.left '{"closed_by_reset":0,"seconds":60,"time_wait":2000}'
	[[ $(time_wait) == 2000 ]] || fail "$(time_wait) in TIME_WAIT"
}

case_close_by_reset()
{
	local way
	for way in up down both; do
		many 0 --close rst --direction "$way"
		exact
		is .load.left '{"closed_by_reset":2000,"seconds":null,"time_wait":0}'
	done
	[[ $(time_wait) == 0 ]] || fail "$(time_wait) in TIME_WAIT"
}

# As many in order as there is room for, the rest by reset.
case_close_what_fits()
{
	sysctl -qw net.ipv4.tcp_max_tw_buckets=500
	many 0
	exact
	is .load.left '{"closed_by_reset":1500,"seconds":60,"time_wait":500}'
	is .load.counters.TCPTimeWaitOverflow 0
}

# A hello that is not read holds a page: they are read wave by wave.
case_hellos_are_read()
{
	ulimit -n 4000
	report 0 load --flows 21000 --burst 4000 --bytes 16
	is .load.flows.ok 21000
	is .load.bytes.exact true
	is .load.bytes.read 336000
	is '.load.intervals | map(.bytes) | add' 336000
}

host_main "$@"
