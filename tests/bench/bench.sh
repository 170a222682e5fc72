#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench.sh - what kiloflow promises, as ratios against the tools people use
#
# Both sides of a ratio are measured in turns, in one run, in one namespace of
# its own, and the medians are compared: machines are noisy, and a time says
# little. Nothing here is a test; a number that was missed is printed as such.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$top" && realpath -m "${BUILD:-build}")
kiloflow=$build/kiloflow
server=("$top/tests/support/servers.sh" "$build/servers")
flows=1000
seconds=5
rounds=3

if [[ ${1:-} != --inside ]]; then
	if ! why=$(unshare --net --mount --pid --fork --mount-proc true 2>&1); then
		echo "bench.sh: needs root and network, mount and PID namespaces: $why" >&2
		exit 1
	fi
	"${server[@]}"
	exec unshare --net --mount --pid --fork --kill-child --mount-proc "$0" --inside "$@"
fi
shift

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ip link set lo up
sysctl -qw net.core.somaxconn=65536
ulimit -Sn "$(ulimit -Hn)"

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# elapsed COMMAND...: its seconds
elapsed()
{
	local begin=$EPOCHREALTIME
	"$@" >/dev/null 2>&1 || true
	awk -v b="$begin" -v e="$EPOCHREALTIME" 'BEGIN { printf "%.6f\n", e - b }'
}

row() { printf '%-28s %14s %14s %8s %8s\n' "$@"; }

# ratio WHAT OURS THEIRS RATIO AIM
ratio()
{
	local reached
	reached=$(awk -v r="$4" -v a="$5" 'BEGIN { print (r >= a ? "reached" : "MISSED") }')
	row "$1" "$2" "$3" "$(printf '%.1f x' "$4")" "$5 x $reached"
}

divide() { awk -v a="$1" -v b="$2" 'BEGIN { print b ? a / b : 0 }'; }

# --- the check without the load test, against what people type --------------

three_tools()
{
	sysctl -a
	ss -ltnpm
	nstat -az
}

bench_check()
{
	local i
	for ((i = 0; i < 20; i++)); do
		elapsed "$kiloflow" check --no-load >>"$dir/check.ours"
		elapsed three_tools >>"$dir/check.theirs"
	done
	ours=$(median <"$dir/check.ours")
	theirs=$(median <"$dir/check.theirs")
	ratio "check --no-load, seconds" "$(printf '%.4f' "$ours")" "$(printf '%.4f' "$theirs")" \
		"$(divide "$theirs" "$ours")" 5
}

# --- many flows, against iperf 2 ---------------------------------------------

ours_once()
{
	"$kiloflow" load --flows "$flows" --time "${seconds}s" --format json >"$dir/load.json"
	jq .load.gbit_per_s "$dir/load.json" >>"$dir/gbit.ours"
	jq .load.rss_kib "$dir/load.json" >>"$dir/kib.ours"
}

# The kernel keeps a process's peak until it has exited: the last reading
# before that is taken.
watch_peak() # PID FILE
{
	while grep VmHWM "/proc/$1/status" 2>/dev/null >"$2.new"; do
		[[ ! -s $2.new ]] || mv "$2.new" "$2"
		sleep 0.02
	done
}

# Its client prints a line a flow and one [SUM] in bits per second. Its server
# is known to die of many flows: a round that it did not live through says
# nothing about speed and fails.
theirs_once()
{
	local listener client
	"${server[@]}" iperf -s -B 127.0.0.1 >"$dir/iperf-s.log" 2>&1 &
	listener=$!
	until [[ -n $(ss -Htln 'sport = :5001') ]]; do sleep 0.05; done
	watch_peak "$listener" "$dir/hwm.server" &
	"${server[@]}" iperf -c 127.0.0.1 -P "$flows" -t "$seconds" -f k >"$dir/iperf-c.log" 2>&1 &
	client=$!
	watch_peak "$client" "$dir/hwm.client" &
	wait "$client" || true
	kill -KILL "$listener" || true
	wait
	if grep -qE 'failed|reset' "$dir/iperf-c.log" || ! grep -q '^\[SUM\]' "$dir/iperf-c.log"; then
		return 1
	fi
	# [SUM] 0.0000-5.0123 sec  9876543210 KBytes  12345678 Kbits/sec
	grep '^\[SUM\]' "$dir/iperf-c.log" | tail -n 1 |
		grep -oE '[0-9.]+ Kbits/sec' | awk '{ print $1 / 1e6 }' >>"$dir/gbit.theirs"
	cat "$dir/hwm.server" "$dir/hwm.client" | awk '{ sum += $2 } END { print sum }' >>"$dir/kib.theirs"
}

bench_flows()
{
	local done=0 died=0
	while ((done < rounds && died < 5)); do
		ours_once
		if theirs_once 2>>"$dir/shell.log"; then
			done=$((done + 1))
		else
			died=$((died + 1))
		fi
		sleep 1
	done
	if ((died > 0)); then
		echo "iperf 2 did not live through $died of $((done + died)) rounds; they do not count"
	fi
	if ((done == 0)); then
		return
	fi
	ours=$(median <"$dir/gbit.ours")
	theirs=$(median <"$dir/gbit.theirs")
	ratio "Gbit/s, against iperf 2" "$(printf '%.1f' "$ours")" "$(printf '%.1f' "$theirs")" \
		"$(divide "$ours" "$theirs")" 4
	ours=$(median <"$dir/kib.ours")
	theirs=$(median <"$dir/kib.theirs")
	ratio "peak memory, KiB" "$ours" "$theirs" "$(divide "$theirs" "$ours")" 10
}

# --- every namespace, against ss in each of them ------------------------------

ss_in_each()
{
	local pid
	for pid in $(pgrep '^pod'); do
		nsenter -t "$pid" -n ss -Hltnpm
	done
}

bench_namespaces()
{
	local pods i reached
	"$build/tests/support/many_netns" 200 5 >"$dir/pods" &
	pods=$!
	until [[ -s $dir/pods ]]; do sleep 0.05; done
	for ((i = 0; i < 10; i++)); do
		elapsed "$kiloflow" listeners --netns all >>"$dir/netns.ours"
	done
	elapsed ss_in_each >>"$dir/netns.theirs"
	kill "$pods"
	wait "$pods" 2>/dev/null || true
	ours=$(median <"$dir/netns.ours")
	theirs=$(median <"$dir/netns.theirs")
	reached=$(awk -v s="$ours" 'BEGIN { print (s < 0.5 ? "reached" : "MISSED") }')
	row "200 namespaces, seconds" "$(printf '%.4f' "$ours")" "$(printf '%.4f' "$theirs")" \
		"$(printf '%.1f x' "$(divide "$theirs" "$ours")")" "< 0.5 s $reached"
}

# --- thousands of listeners on a busy host, against ss ------------------------

# Both ends of each connection are here, so ss and we look at 409 000 sockets.
bench_listeners()
{
	local many i
	"$build/tests/support/many_flows" 9000 200000 >"$dir/many" &
	many=$!
	for ((i = 0; i < 600; i++)); do
		if [[ -s $dir/many ]] || ! kill -0 "$many" 2>/dev/null; then
			break
		fi
		sleep 0.1
	done
	if [[ -s $dir/many ]]; then
		"$kiloflow" listeners >/dev/null || true # /proc has no entries of them yet
		for ((i = 0; i < 5; i++)); do
			elapsed "$kiloflow" listeners >>"$dir/listeners.ours"
			elapsed ss -ltnpm >>"$dir/listeners.theirs"
		done
	fi
	kill "$many" 2>/dev/null || true
	wait "$many" 2>/dev/null || true
	while pgrep '^flows[0-9]' >/dev/null; do sleep 0.05; done
	if [[ ! -s $dir/many ]]; then
		echo "9000 listeners with 200 000 connections could not be made here"
		return
	fi
	ours=$(median <"$dir/listeners.ours")
	theirs=$(median <"$dir/listeners.theirs")
	ratio "9000 of 200k, seconds" "$(printf '%.4f' "$ours")" "$(printf '%.4f' "$theirs")" \
		"$(divide "$theirs" "$ours")" 4
}

# --- a million flows, which nobody else carries --------------------------------

slab_kib() { awk '$1 == "Slab:" { print $2 }' /proc/meminfo; }

# many N: its report in $dir/many.json; sets $slab, the most bytes of the
# kernel's that it took, and $cpu, its microseconds of CPU a flow
many()
{
	local before most=0 now pid
	before=$(slab_kib)
	"$kiloflow" load --flows "$1" --burst "$(($1 < 65536 ? $1 : 65536))" --bytes 1000 --format json >"$dir/many.json" &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		now=$(slab_kib)
		most=$((now > most ? now : most))
		sleep 0.1
	done
	wait "$pid" || return
	slab=$(((most - before) * 1024))
	cpu=$(jq ".load.cpu_seconds * 1e6 / $1 | round" "$dir/many.json")
}

of_many() { jq "$1" "$dir/many.json"; }

# at_most WHAT OURS OTHER COMPARED AIM
at_most()
{
	row "$1" "$2" "$3" "$4" "<= $5 $(awk -v o="$2" -v a="$5" 'BEGIN { print (o <= a ? "reached" : "MISSED") }')"
}

bench_million()
{
	local n=1000000 cpu_of_few
	sysctl -qw net.ipv4.tcp_max_tw_buckets=$((2 * n))
	if ! many 10000; then
		echo "10 000 flows did not come through"
		return
	fi
	cpu_of_few=$cpu
	if ! many "$n"; then
		echo "$n flows: $(of_many '.load.refused // .load.flows' | tr -d '\n')"
		return
	fi
	of_many ".load | \"\(.flows.ok) flows ok, exact: \(.bytes.exact), $(nproc) CPUs, \(.mode.tables) tables, \(.mode.sources) addresses; burst \(.phases.burst | round) s, transfer \(.phases.transfer | round) s\"" |
		tr -d '"'
	at_most "$n flows, seconds" "$(of_many '.seconds | round')" - - 120
	at_most "  own memory, bytes a flow" "$(of_many ".load.rss_kib * 1024 / $n | round")" \
		"$(of_many ".load.predicted.own_bytes / $n | round") pred." - 300
	at_most "  kernel's, bytes a flow" "$((slab / n))" \
		"$(of_many ".load.predicted.kernel_bytes / $n | round") pred." - \
		"$(of_many ".load.predicted.kernel_bytes / $n | round")"
	at_most "  CPU us a flow, of 10 000" "$cpu" "$cpu_of_few" \
		"$(printf '%.2f x' "$(divide "$cpu" "$cpu_of_few")")" $((2 * cpu_of_few))
}

# --- what it costs to be watched ------------------------------------------------

throughput() # COMMAND...: of a load test that it runs
{
	"$@" "$kiloflow" load --flows "$flows" --time 2s --format json 2>/dev/null | jq .load.gbit_per_s
}

# The load test's Gbit/s vary by more than what is looked for: ten turns.
bench_run()
{
	local i
	for ((i = 0; i < 10; i++)); do
		throughput "$kiloflow" run --report /dev/null -- >>"$dir/run.ours"
		throughput env >>"$dir/run.alone"
	done
	ours=$(median <"$dir/run.ours")
	alone=$(median <"$dir/run.alone")
	at_most "run: Gbit/s lost, percent" "$(awk -v o="$ours" -v a="$alone" 'BEGIN { printf "%.1f", (a - o) * 100 / a }')" \
		"$(printf '%.1f alone' "$alone")" - 2
}

bench_watch()
{
	local pods TIMEFORMAT='%U %S' watched=20
	"$build/tests/support/many_netns" 1 10000 >"$dir/pods" &
	pods=$!
	until [[ -s $dir/pods ]]; do sleep 0.05; done
	{ time "$kiloflow" watch --netns "$(pgrep '^pod0')" --for "${watched}s" >/dev/null; } 2>"$dir/watch.cpu"
	kill "$pods"
	wait "$pods" 2>/dev/null || true
	at_most "watch: % of a CPU, 10k ports" \
		"$(awk -v s="$watched" '{ printf "%.1f", ($1 + $2) * 100 / s }' "$dir/watch.cpu")" - - 5
}

echo "$flows flows, $seconds s, $rounds rounds, $(nproc) CPUs, load $(cut -d ' ' -f 1 /proc/loadavg) before, $(uname -r)"
echo "kiloflow's mode: $(
	"$kiloflow" load --flows 10 --time 10ms --format json |
		jq -r '.load.mode | "send \(.send), receive \(.receive), \(.direction), \(.workers) workers"'
); iperf 2: its defaults, -P $flows; memory: client and server"
row what kiloflow "the others" ratio aim
if [[ $# == 0 ]]; then
	set -- check namespaces listeners flows million run watch
fi
for topic; do
	"bench_$topic"
done
