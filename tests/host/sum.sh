#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sum - the logs of Debian's iperf and iperf3, with and without failures
. "$(dirname "$0")/../support/host.sh"

unpacked=("$host_top/tests/support/servers.sh" "$SERVERS")

serve() # PROGRAM PORT
{
	spawn "${unpacked[@]}" "$1" -s -p "$2"
	await listening "$2"
}

# Whether it fails is in its log.
client() # PROGRAM ARGUMENT...
{
	timeout --kill-after=2 20 "${unpacked[@]}" "$1" -c 127.0.0.1 "${@:2}" >log 2>&1 || true
}

big_queues()
{
	sysctl -qw net.core.somaxconn=4096 net.ipv4.tcp_max_syn_backlog=8192
}

# sums STATUS FLOWS
sums()
{
	report "$1" sum log
	is .sum.flows.asked "$2"
	is .sum.tests 1
	is .findings '[]'
	
}

right() # FLOWS
{
	sums 0 "$1"
	is .sum.verdict '"right"'
	is .sum.flows.covered "$1"
	is .sum.flows.failed 0
}

# Each line of a write() is a flow, and shutdown() fails after it.
with_failures() # FLOWS
{
	sums 1 "$1"
	jqf '.sum.verdict == "fewer-flows" or .sum.verdict == "missing"'
	jqf '.sum.flows.failed == ([.sum.flows.failed_by[].flows] | add)'
	jqf ".sum.flows.failed <= $1 and .sum.flows.failed >= $(awk '/write failed: /{n++} END {print n + 0}' log)"
}

# The server of iperf 2.1.8 aborts in some runs of many flows: see its pthread
# assertions. Then flows fail, and the log is to be read as such.
case_iperf2()
{
	local n
	big_queues
	for n in 1 100 127 128 300 1000; do
		serve iperf "$((5000 + n))"
		client iperf -P "$n" -n 64K -p "$((5000 + n))"
		if grep -q 'failed: ' log; then
			with_failures "$n"
		else
			right "$n"
		fi
	done
}

# The sums of intervals of iperf 2.1 are off now and then, its total is not.
case_iperf2_intervals()
{
	big_queues
	serve iperf 5001
	client iperf -t 0.6 -P 10 -i 0.2 -f k
	right 10
	jqf '.sum.intervals.right >= 1'
	client iperf -n 64K -P 10 -R
	right 10
	is '.sum.totals[0].side' '"receiver"'
}

# A queue that is too short for a thousand flows, and the kernel's timers as
# short as they can be: those that do not fit are given up, not waited for.
case_iperf2_overflow()
{
	sysctl -qw net.core.somaxconn=128 net.ipv4.tcp_syn_retries=1 \
		net.ipv4.tcp_synack_retries=1 net.ipv4.tcp_retries2=3
	serve iperf 5001
	client iperf -t 1 -P 1000
	with_failures 1000
	jqf '.sum.flows.covered < 1000'
	jqf '.sum.flows.failed_by | any(.errno == "ETIMEDOUT")'
}

established() # FLOWS
{
	[[ $(ss -Htn state established "( dport = :5001 )" | wc -l) == "$1" ]]
}

# The server dies while all flows write.
case_iperf2_resets()
{
	local server
	serve iperf 5001
	server=$spawned
	client iperf -t 10 -P 100 &
	await established 100
	kill -KILL "$server"
	wait "$!"
	with_failures 100
	jqf '.sum.flows.failed_by | any(.errno == "ECONNRESET")'
}

case_iperf2_refused()
{
	client iperf -P 5 -t 1
	sums 1 5
	is .sum.flows.covered 0
	is .sum.flows.failed_by '[{"errno":"ECONNREFUSED","flows":5}]'
	is '.sum.errors[0].count' 5
}

# This iperf 2 writes no sum there.
case_iperf2_csv()
{
	big_queues
	serve iperf 5001
	client iperf -n 64K -P 4 -y C
	sums 1 4
	is .sum.verdict '"missing"'
	is .sum.format '"iperf 2 CSV"'
	is '.sum.totals[0].bytes' '{"max":262144,"min":262144}'
}

case_iperf3()
{
	local run
	big_queues
	serve iperf3 5201
	for run in 1 '100 -J' 127 '128 -J'; do
		# shellcheck disable=SC2086 # words
		client iperf3 -n 64K -P $run
		right "${run%% *}"
	done
	client iperf3 -t 1 -P 2 --bidir -i 0.5 -J
	right 4
	is '.sum.totals | length' 4
}

case_iperf3_cannot()
{
	client iperf3 -P 129
	sums 1 0
	jqf '.sum.errors[0].text | test("maximum = 128")'
	client iperf3 -P 2 -J
	sums 1 0
	jqf '.sum.errors[0].text | test("refused")'
}

# A log that is still growing.
case_pipe()
{
	big_queues
	serve iperf 5001
	"${unpacked[@]}" iperf -c 127.0.0.1 -n 64K -P 10 | kiloflow sum - >stdout
	says stdout '^RIGHT$'
}

# Sanitizers need more than that for themselves.
in_64_mib()
(
	if ! nm -D "$KILOFLOW" 2>/dev/null | grep -E '__(asan|tsan)_' >/dev/null; then
		ulimit -v 65536
	fi
	kiloflow "$@"
)

# A hundred thousand flows, of five intervals each: 30 MB.
case_bounded_text()
{
	awk 'BEGIN {
		for (t = 0; t < 5; t++) {
			for (i = 1; i <= 100000; i++)
				printf "[%d] %d.0-%d.0 sec  1000 Bytes  8 Kbits/sec\n", i, t, t + 1
			printf "[SUM] %d.0-%d.0 sec  100000000 Bytes  8 Kbits/sec\n", t, t + 1
		}
		for (i = 1; i <= 100000; i++)
			printf "[%d] 0.0-5.0 sec  5000 Bytes  8 Kbits/sec\n", i
		print "[SUM] 0.0-5.0 sec  500000001 Bytes  8 Kbits/sec"
	}' >log
	sums 1 100000
	is .sum.verdict '"wrong"'
	is '.sum.totals[0].bytes' '{"max":500000000,"min":500000000}'
	is .sum.intervals.right 5
	expect_exit 1 in_64_mib sum --quiet log
	says stdout '^WRONG$'
}

# iperf3 has one JSON document for a whole day: 37 MB, and in pieces.
case_bounded_json()
{
	{
		echo '{"start":{"test_start":{"num_streams":128}},"intervals":['
		awk 'BEGIN {
			for (i = 1; i <= 128; i++)
				line = line "{\"start\":1,\"bytes\":1000},"
			sub(/,$/, "", line)
			for (t = 0; t < 10000; t++)
				printf "%s{\"streams\":[%s],\"sum\":{\"bytes\":128000}}", (t ? ",\n" : ""), line
		}'
		echo '],"end":{"streams":[{"sender":{"bytes":1}},{"sender":{"bytes":1}}],"sum_sent":{"bytes":2}}}'
	} >log
	expect_exit 1 in_64_mib sum log
	says stdout '10000 of 10000 intervals'
}

case_usage()
{
	local log=$host_top/tests/fixtures/sum/iperf3-udp.txt
	expect_exit 2 kiloflow sum "$log"
	silent stdout
	says stderr 'iperf3-udp.txt: it is about UDP'
	expect_exit 2 kiloflow sum nosuch
	says stderr 'nosuch: No such file'
	expect_exit 2 kiloflow sum /etc/passwd
	says stderr 'it is no log of iperf'
	expect_exit 2 kiloflow sum - </dev/null
	silent stdout
	expect_exit 2 kiloflow sum
}

host_main "$@"
