#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shapes - what flows do besides carrying a stream; some of it also under
# ThreadSanitizer
. "$(dirname "$0")/../support/host.sh"

exact() # CONNECTIONS
{
	is .load.flows.ok "$1"
	is .load.bytes.exact true
	is .load.bytes.flows_off 0
	jqf '(.load.intervals | map(.bytes) | add) == .load.bytes.read'
}

# Hellos and whole exchanges are all the bytes there are.
whole_exchanges()
{
	jqf '.load | .bytes.read == 16 * .flows.ok +
		.exchanges.count * (.exchanges.request + .exchanges.response)'
	jqf '.load.exchanges.us | 0 <= .min and .min <= .p50 and .p50 <= .p90 and
		.p90 <= .p99 and .p99 <= .p99_9 and .p99_9 <= .max'
}

request() # ARGUMENT...
{
	report 0 load --flows 200 --time 100ms --request 100 --response 3000 "$@"
	exact 200
	whole_exchanges
	is .load.mode.shape '"request"'
	jqf '.load.exchanges.count >= 200'
}

case_request()
{
	request
	request -6
	request --close rst
	is .load.left.time_wait 0
}

case_request_bytes()
{
	report 0 load --flows 50 --request 10 --response 100K --bytes 1M
	exact 50
	is .load.exchanges.count 550
	whole_exchanges
}

hold() # ARGUMENT...
{
	report 0 load --flows 300 --time 100ms --hold "$@"
	exact 300
	is .load.exchanges.count 300
	is .load.bytes.read $((300 * 48))
	jqf '.load.seconds >= 0.1'
}

case_hold()
{
	hold
	hold -6
}

# Idle flows that are killed meanwhile are counted, the others are alive.
case_hold_killed()
{
	local port
	# shellcheck disable=SC2016
	spawn sh -c '"$0" load --flows 20 --hold --time 2s --format json >stdout' "$KILOFLOW"
	await established 40
	ss -Htn state established | awk '{ print $3 }' | sort | uniq -u | head -n 3 >killed
	while read -r port; do
		ss -K -Htn "sport = :${port##*:}" >/dev/null
	done <killed
	wait "$spawned" && skip "ss -K does nothing here"
	is .load.flows.reset 3
	is .load.flows.ok 17
	is .load.exchanges.count 17
	is .load.bytes.flows_off 0
}

established() { [[ $(ss -Htn state established | wc -l) == "$1" ]]; }

# In time: not sooner than the schedule has it. From when they were due on.
case_rate()
{
	report 0 load --flows 100 --rate 500/s --time 20ms
	exact 100
	jqf '.load.phases.burst >= 0.198'
	jqf '.load.schedule.per_s == 500 and .load.schedule.begun_per_s > 0'
	jqf '.load.connect_us.max >= .load.schedule.behind_us.min'
	is .load.mode.burst null
	is .load.mode.accept '"now"'
}

# More than can be made: the schedule stands, and it is told how far behind.
case_rate_too_high()
{
	report 0 load --flows 2000 --rate 10M/s --time 50ms -6
	exact 2000
	jqf '.load.schedule.begun_per_s < 10e6'
	jqf '.load.schedule.behind_us.max > 1000'
	jqf '.load.connect_us.p50 >= .load.schedule.behind_us.p50 * 0.98'
}

churn() # ARGUMENT...
{
	report 0 load --churn 3k/s --time 100ms "$@"
	exact 300
	is .load.exchanges.count 300
	whole_exchanges
	is .load.flows.asked 300
}

case_churn()
{
	churn --request 100 --response 200K
	is .load.left '{"closed_by_reset":0,"seconds":60,"time_wait":300}'
	is .load.predicted.time_wait 300
}

case_churn_at_the_edges()
{
	churn -6
	# one place for all of them
	churn --flows 1
	churn --close rst
	is .load.left.closed_by_reset 300
	is .load.left.seconds null
}

# Without reuse each connection takes its port along for a minute.
case_churn_out_of_ports()
{
	sysctl -qw net.ipv4.tcp_tw_reuse=0 net.ipv4.ip_local_port_range='40000 40099'
	report 1 load --churn 1000/s --time 250ms --flows 10
	is .load.flows.ok 100
	is .load.flows.failed 150
	is .load.errors '[{"count":150,"errno":"EADDRNOTAVAIL","phase":"connect"}]'
	is .load.left.time_wait 100
	is '.load.predicted | [.ports, .ports_free]' '[250,100]'
	jqf '.load.schedule.ports_out >= 0.1'
	expect_exit 1 kiloflow load --churn 5k/s --time 50ms --flows 10
	says stdout 'none left after'
}

# More addresses have more ports.
case_churn_sources()
{
	sysctl -qw net.ipv4.tcp_tw_reuse=0 net.ipv4.ip_local_port_range='40000 40099'
	report 0 load --churn 5k/s --time 50ms --flows 10 --sources 3
	exact 250
	is .load.mode.sources 3
	is .load.predicted.ports_free 300
	[[ $(ss -Htan state time-wait src 127.0.0.3 | wc -l) == 83 ]] || fail "not evenly"
}

# With reuse a port is taken again, a second later.
case_churn_reuse()
{
	sysctl -qw net.ipv4.tcp_tw_reuse=2 net.ipv4.ip_local_port_range='40000 40194'
	report 0 load --churn 100/s --time 2s --flows 10
	exact 200
	is .load.predicted.ports 100
}

# What TIME_WAIT does not take is closed by reset.
case_churn_time_wait_full()
{
	sysctl -qw net.ipv4.tcp_max_tw_buckets=100
	churn
	is .load.left.closed_by_reset 200
	is .load.counters.TCPTimeWaitOverflow 0
}

case_churn_interrupted()
{
	expect_exit 130 env --default-signal timeout --foreground --preserve-status --signal=INT 0.7 \
		"$KILOFLOW" load --churn 200/s --time 30s --format json
	jqf '.load.flows | .asked == 6000 and .ok > 0 and
		.asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
	is .load.bytes.exact true
	jqf '(.load.intervals | map(.bytes) | add) == .load.bytes.read'
}

case_sources()
{
	report 0 load --flows 90 --sources 3 --bytes 1000
	exact 90
	is .load.mode.sources 3
	[[ $(ss -Htan state time-wait src 127.0.0.3 | wc -l) == 30 ]] || fail "not evenly"
	sysctl -qw net.ipv4.ip_local_port_range='40000 40099'
	report 1 load --flows 301 --sources 3
	is .load.refused '{"have":300,"need":301,"resource":"ports"}'
}

case_interval()
{
	report 0 load --flows 10 --time 200ms --interval 20ms
	exact 10
	jqf '.load.intervals[:-1] | [.[].t * 1000 | round] == [range(1; length + 1) * 20]'
	expect_exit 0 kiloflow load --flows 10 --time 100ms --interval 50ms
	says stdout '^ +intervals +0\.050 s '
}

host_main "$@"
