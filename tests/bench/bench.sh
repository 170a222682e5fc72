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
bounds=$build/tests/support/bounds
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
cd "$dir" # neper leaves its logs where it is
ip link set lo up
sysctl -qw net.core.somaxconn=65536
ulimit -Sn "$(ulimit -Hn)"

# What is on PATH is taken, else what was unpacked.
iperf=(iperf)
iperf3=(iperf3)
command -v iperf >/dev/null || iperf=("${server[@]}" iperf)
command -v iperf3 >/dev/null || iperf3=("${server[@]}" iperf3)

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# elapsed_to FILE COMMAND...: its seconds
elapsed_to()
{
	local begin=$EPOCHREALTIME
	"${@:2}" || true
	awk -v b="$begin" -v e="$EPOCHREALTIME" 'BEGIN { printf "%.6f\n", e - b }' >"$1"
}

# elapsed COMMAND...: its seconds
elapsed()
{
	local begin=$EPOCHREALTIME
	"$@" >/dev/null 2>&1 || true
	awk -v b="$begin" -v e="$EPOCHREALTIME" 'BEGIN { printf "%.6f\n", e - b }'
}

row() { printf '%-32s %14s %14s %8s %8s\n' "$@"; }

# ratio WHAT OURS THEIRS RATIO AIM
ratio()
{
	local reached
	reached=$(awk -v r="$4" -v a="$5" 'BEGIN { print (r >= a ? "reached" : "MISSED") }')
	row "$1" "$2" "$3" "$(printf '%.1f x' "$4")" "$5 x $reached"
}

# timed NAME COMMAND...: its output is in $dir/NAME.log, its CPU seconds are
# in $dir/NAME.cpu
timed()
{
	local TIMEFORMAT='%U %S' status=0
	{ time "${@:2}" >"$dir/$1.log" 2>&1 || status=$?; } 2>"$dir/$1.cpu"
	return "$status"
}

# cpu_per_gb BYTES NAME...: CPU seconds that NAMEs took for 10^9 bytes
cpu_per_gb()
{
	local bytes=$1
	shift
	(cd "$dir" && cat "${@/%/.cpu}") |
		awk -v bytes="$bytes" 'NF == 2 { sum += $1 + $2 } END { printf "%.4f\n", sum / (bytes / 1e9) }'
}

listening() { [[ -n $(ss -Htln "sport = :$1") ]]; }

# of NAME DIGITS: the median of $dir/NAME
of() { printf "%.$2f" "$(median <"$dir/$1")"; }

# compare WHAT NAME DIGITS more|less AIM: $dir/NAME.{ours,theirs}; what is better
compare()
{
	local ours theirs
	ours=$(median <"$dir/$2.ours")
	theirs=$(median <"$dir/$2.theirs")
	if [[ $4 == less ]]; then
		set -- "$1" "$(divide "$theirs" "$ours")" "$3" "$4" "$5"
	else
		set -- "$1" "$(divide "$ours" "$theirs")" "$3" "$4" "$5"
	fi
	ratio "$1" "$(printf "%.$3f" "$ours")" "$(printf "%.$3f" "$theirs")" "$2" "$5"
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
	compare "check --no-load, seconds" check 4 less 5
}

# --- many flows, against iperf 2 ---------------------------------------------

ours_once()
{
	"$kiloflow" load --flows "$flows" --time "${seconds}s" --format json >"$dir/load.json"
	jq .load.gbit_per_s "$dir/load.json" >>"$dir/gbit.ours"
	jq .load.rss_kib "$dir/load.json" >>"$dir/kib.ours"
	jq '.load | .cpu_seconds / (.bytes.read / 1e9)' "$dir/load.json" >>"$dir/cpu.ours"
}

# The kernel keeps a process's peak and its CPU time until it has exited: the
# last reading before that is taken. KiB, and CPU seconds.
watch() # PID FILE
{
	while cat "/proc/$1/status" "/proc/$1/stat" 2>/dev/null |
		awk -v hz="$(getconf CLK_TCK)" '$1 == "VmHWM:" { kib = $2 } NF > 40 { cpu = ($14 + $15) / hz }
			END { if (kib) print kib, cpu; exit !kib }' >"$2.new"; do
		mv "$2.new" "$2"
		sleep 0.02
	done
}

# Its client prints a line a flow and one [SUM] in bits per second. Its server
# is known to die of many flows: a round that it did not live through says
# nothing about speed and fails.
theirs_once()
{
	local listener client kib cpu
	"${iperf[@]}" -s -B 127.0.0.1 >"$dir/iperf-s.log" 2>&1 &
	listener=$!
	until listening 5001; do sleep 0.05; done
	watch "$listener" "$dir/of.server" &
	"${iperf[@]}" -c 127.0.0.1 -P "$flows" -t "$seconds" -f k >"$dir/iperf-c.log" 2>&1 &
	client=$!
	watch "$client" "$dir/of.client" &
	wait "$client" || true
	kill -KILL "$listener" || true
	wait
	if grep -qE 'failed|reset' "$dir/iperf-c.log" || ! grep -q '^\[SUM\]' "$dir/iperf-c.log"; then
		return 1
	fi
	# [SUM] 0.0000-5.0123 sec  9876543210 KBytes  12345678 Kbits/sec
	grep '^\[SUM\]' "$dir/iperf-c.log" | tail -n 1 >"$dir/sum"
	grep -oE '[0-9.]+ Kbits/sec' "$dir/sum" | awk '{ print $1 / 1e6 }' >>"$dir/gbit.theirs"
	read -r kib cpu < <(awk '{ kib += $1; cpu += $2 } END { print kib, cpu }' "$dir"/of.{server,client})
	echo "$kib" >>"$dir/kib.theirs"
	grep -oE '[0-9.]+ KBytes' "$dir/sum" | awk -v cpu="$cpu" '{ print cpu / ($1 * 1024 / 1e9) }' >>"$dir/cpu.theirs"
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
	compare "$flows flows, Gbit/s" gbit 1 more 4
	compare "  CPU seconds a GB" cpu 4 less 4
	compare "  peak memory, KiB" kib 0 less 10
}

# --- 128 flows, against iperf3: copied, and not -------------------------------

# ours FLOWS NAME ARGUMENT...: adds to $dir/NAME.{gbit,cpu}.ours
stream_ours()
{
	"$kiloflow" load --flows "$1" --time "${seconds}s" --format json "${@:3}" >"$dir/load.json"
	jq .load.gbit_per_s "$dir/load.json" >>"$dir/$2.gbit.ours"
	jq '.load | .cpu_seconds / (.bytes.read / 1e9)' "$dir/load.json" >>"$dir/$2.cpu.ours"
}

stream_iperf3() # FLOWS NAME ARGUMENT...
{
	local bytes
	timed server timeout $((seconds + 30)) "${iperf3[@]}" -s -1 -B 127.0.0.1 &
	until listening 5201; do sleep 0.05; done
	timed client timeout $((seconds + 20)) "${iperf3[@]}" -c 127.0.0.1 -P "$1" -t "$seconds" -J "${@:3}" || true
	wait || true
	bytes=$(jq '.end.sum_received.bytes // 0' "$dir/client.log" || true)
	if [[ ${bytes:-0} == 0 ]]; then
		return 1
	fi
	jq '.end.sum_received.bits_per_second / 1e9' "$dir/client.log" >>"$dir/$2.gbit.theirs"
	cpu_per_gb "$bytes" server client >>"$dir/$2.cpu.theirs"
}

stream_neper() # FLOWS NAME
{
	local bits
	timed server timeout $((seconds + 30)) tcp_stream -F "$1" -T "$(nproc)" -l "$seconds" &
	until listening 12866; do sleep 0.05; done
	timed client timeout $((seconds + 20)) tcp_stream -c -H 127.0.0.1 -F "$1" -T "$(nproc)" -l "$seconds" || true
	wait || true
	bits=$(awk -F = '$1 == "local_throughput" { print $2 }' "$dir/server.log")
	if [[ ${bits:-0} == 0 ]]; then
		return 1
	fi
	awk -v bits="$bits" 'BEGIN { print bits / 1e9 }' >>"$dir/$2.gbit.theirs"
	cpu_per_gb "$(awk -v bits="$bits" -v s="$seconds" 'BEGIN { print bits / 8 * s }')" server client >>"$dir/$2.cpu.theirs"
}

# stream TOOL NAME WHAT AIM "OUR ARGUMENTS" "THEIR ARGUMENTS": 128 flows
stream()
{
	local i our_args their_args
	read -ra our_args <<<"$5"
	read -ra their_args <<<"$6"
	for ((i = 0; i < rounds; i++)); do
		stream_ours 128 "$2" "${our_args[@]}"
		if ! "stream_$1" 128 "$2" "${their_args[@]}"; then
			echo "$3: $1 did not come through a round; it does not count"
		fi
	done
	if [[ -s $dir/$2.gbit.theirs ]]; then
		compare "$3, Gbit/s" "$2.gbit" 1 more "$4"
		compare "  CPU seconds a GB" "$2.cpu" 4 less "$4"
	fi
}

bench_streams()
{
	echo "128 flows, $seconds s, up, $(nproc) CPUs, $("${iperf3[@]}" --version | head -n 1), -P 128: one thread"
	stream iperf3 copied "copied by both" 1.5 "" ""
	stream iperf3 spliced "sent zerocopy, copied out" 1.5 "--send zerocopy" "-Z"
	if "${iperf3[@]}" --help 2>&1 | grep -q -e --skip-rx-copy; then
		stream iperf3 discarded "zerocopy, discarded" 1.5 \
			"--send zerocopy --receive discard" "-Z --skip-rx-copy"
	else
		stream_ours 128 discarded --send zerocopy --receive discard
		row "zerocopy, discarded, Gbit/s" "$(of discarded.gbit.ours 1)" "cannot" - -
	fi
	if command -v tcp_stream >/dev/null; then
		stream neper neper "copied, neper" 1 "" ""
	fi
}

# --- many short flows, against iperf 2 -----------------------------------------

short_theirs() # FLOWS: what came through, in $dir/short.log
{
	local listener
	# a thread a flow at both ends: of small stacks
	(ulimit -s 256 && exec "${iperf[@]}" -s -B 127.0.0.1) >/dev/null 2>&1 &
	listener=$!
	until listening 5001; do sleep 0.05; done
	(ulimit -s 256 && elapsed_to "$dir/short.seconds" \
		timeout 120 "${iperf[@]}" -c 127.0.0.1 -P "$1" -n 64K -f k) >"$dir/short.log" 2>&1
	kill -KILL "$listener" 2>/dev/null || true
	wait "$listener" 2>/dev/null || true
}

bench_short()
{
	local n=10000 i came
	echo "$n flows of 64 KiB, up, copied by both, $(nproc) CPUs: seconds from start to verdict"
	for ((i = 0; i < rounds; i++)); do
		elapsed_to "$dir/seconds" "$kiloflow" load --flows "$n" --bytes 64K --format json >"$dir/load.json"
		if [[ $(jq '.load.flows.ok' "$dir/load.json") != "$n" ]]; then
			echo "kiloflow: $(jq -c .load.flows "$dir/load.json")"
			continue
		fi
		cat "$dir/seconds" >>"$dir/short.ours"
		short_theirs "$n" 2>>"$dir/shell.log"
		came=$(grep -v SUM "$dir/short.log" | grep -cE ' 64\.0 KBytes' || true)
		if [[ $came != "$n" ]]; then
			echo "iperf 2: $came of $n flows came through in $(<"$dir/short.seconds") s; it does not count"
			continue
		fi
		cat "$dir/short.seconds" >>"$dir/short.theirs"
	done
	if [[ -s $dir/short.theirs ]]; then
		compare "$n short flows, seconds" short 2 less 4
	else
		row "$n short flows, seconds" "$(of short.ours 2)" "lost flows" - -
	fi
}

# --- what bounds it --------------------------------------------------------------

# bound_of WORK: GB or connections, seconds, CPU seconds, of 2 s
bound_of() { "$bounds" "$1" 2000; }

bench_bounds()
{
	local i done_ s cpu w
	echo "128 flows, $seconds s, up, copied, $(nproc) CPUs, against what the machine does at most:"
	for ((i = 0; i < rounds; i++)); do
		stream_ours 128 bound
		for w in copy loop; do
			read -r done_ s cpu < <(bound_of "$w")
			awk -v n="$done_" -v s="$cpu" 'BEGIN { print s / (n / 1e9) }' >>"$dir/$w.bound"
		done
	done
	for w in copy:"two copies in the cache" loop:"bare send() and recv()"; do
		row "  CPU s a GB, ${w#*:}" "$(of bound.cpu.ours 4)" "$(of "${w%%:*}.bound" 4)" \
			"$(printf '%.2f x' "$(divide "$(of "${w%%:*}.bound" 6)" "$(of bound.cpu.ours 6)")")" 1
	done
}

# A burst is opened by one thread whatever the workers are: see burst.c.
bench_connects()
{
	local n=10000 i done_ s cpu w
	echo "$n flows, one burst, held: connected and accepted, a second; bound: connect() and accept() alone, of 1 CPU"
	for ((i = 0; i < rounds; i++)); do
		read -r done_ s cpu < <(taskset -c 0 "$bounds" connect 1000)
		divide "$done_" "$s" >>"$dir/connect.theirs"
		for ((w = 1; w <= $(nproc); w++)); do
			"$kiloflow" load --flows "$n" --bytes 16 --close rst --workers "$w" --format json |
				jq "$n / .load.phases.burst" >>"$dir/connect.$w"
		done
	done
	for ((w = 1; w <= $(nproc); w++)); do
		row "  connects a second, $w workers" "$(of "connect.$w" 0)" "$(of connect.theirs 0)" \
			"$(printf '%.2f x' "$(divide "$(of "connect.$w" 0)" "$(of connect.theirs 0)")")" 1
	done
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
	compare "9000 of 200k, seconds" listeners 4 less 4
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
	set -- check namespaces listeners flows streams short bounds connects million run watch
fi
for topic; do
	"bench_$topic"
done
