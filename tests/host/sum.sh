#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sum - the logs of Debian's iperf and iperf3, with and without failures
. "$(dirname "$0")/../support/host.sh"

unpacked=("$host_top/tests/support/servers.sh" "$SERVERS")

serve() # PROGRAM PORT
{
	spawn "${unpacked[@]}" "$1" -s
	await listening "$2"
}

# Whether it fails is in its log.
client() # PROGRAM ARGUMENT...
{
	timeout 60 "${unpacked[@]}" "$1" -c 127.0.0.1 -t 1 "${@:2}" >log 2>&1 || true
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
	is .sum.flows "{\"asked\":$1,\"covered\":$1,\"failed\":0}"
	is .sum.intervals.wrong 0
}

case_iperf2()
{
	local n
	big_queues
	serve iperf 5001
	for n in 1 100 127 128 300 1000; do
		client iperf -P "$n"
		right "$n"
	done
}

case_iperf2_intervals()
{
	big_queues
	serve iperf 5001
	client iperf -P 10 -i 0.25 -f k
	right 10
	jqf '.sum.intervals.right >= 3'
	client iperf -P 10 -R
	right 10
	is '.sum.totals[0].side' '"receiver"'
}

case_iperf2_resets()
{
	sysctl -qw net.core.somaxconn=128
	serve iperf 5001
	client iperf -P 1000
	sums 1 1000
	is .sum.verdict '"fewer-flows"'
	jqf '.sum.flows.failed > 0 and .sum.flows.failed <= 871'
	jqf '[.sum.errors[].text] | any(test("Connection reset by peer"))'
	is '.sum.totals[0].state' '"right"'
}

case_iperf2_refused()
{
	client iperf -P 5
	sums 1 5
	is .sum.flows '{"asked":5,"covered":0,"failed":5}'
	is '.sum.errors[0].count' 5
}

# This iperf 2 writes no sum there.
case_iperf2_csv()
{
	big_queues
	serve iperf 5001
	client iperf -P 4 -y C
	sums 1 4
	is .sum.verdict '"missing"'
	is .sum.format '"iperf 2 CSV"'
	is '.sum.totals[0].bytes | .min == .max' true
}

case_iperf3()
{
	local n how
	big_queues
	serve iperf3 5201
	for n in 1 100 127 128; do
		for how in '' -J; do
			client iperf3 -P "$n" ${how:+"$how"}
			right "$n"
		done
	done
	client iperf3 -P 2 --bidir -i 0.5 -J
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

# Sanitizers need more than that for themselves.
in_64_mib()
(
	if ! nm -D "$KILOFLOW" 2>/dev/null | grep -qE '__(asan|tsan)_'; then
		ulimit -v 65536
	fi
	kiloflow "$@"
)

# A log that is still growing, and one of a hundred thousand flows, which
# takes bounded memory.
case_streams()
{
	big_queues
	serve iperf 5001
	"${unpacked[@]}" iperf -c 127.0.0.1 -t 1 -P 10 | kiloflow sum - >stdout
	says stdout '^RIGHT$'
	awk 'BEGIN {
		for (i = 1; i <= 100000; i++)
			printf "[%d] 0.0-1.0 sec  1000 Bytes  8 Kbits/sec\n", i
		print "[SUM] 0.0-1.0 sec  100000001 Bytes  8 Kbits/sec"
	}' >log
	sums 1 100000
	is .sum.verdict '"wrong"'
	is '.sum.totals[0].bytes' '{"max":100000000,"min":100000000}'
	expect_exit 1 in_64_mib sum --quiet log
	says stdout '^WRONG$'
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
