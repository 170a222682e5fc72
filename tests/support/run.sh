#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh SUITE... - run test suites; the last line is "N passed, N failed"
#
# Everything that tests speaks TAP: cmocka's binaries, the host cases, the
# gates, the fuzzers. So there is one way to count. A program that dies, ends
# before its plan does, or fails without saying what, is one failed test more.
# A skipped test is neither passed nor failed, except where CI is set: there
# it is a failure.
#
# As many run at a time as there are CPUs: each has namespaces of its own, and
# none asks how long anything takes. They are shown in the order in which they
# were started.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

BUILD=$(realpath -m "${BUILD:-build}")
MAKE=${MAKE:-make}
export CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8
logs=$BUILD/test-logs
at_once=$(nproc)
started=()
passed=0
failed=0
skipped=0

# Reads TAP and prints "passed failed skipped"; the failed tests, with what
# they said, go to standard error.
count_tap() # EXIT-STATUS
{
	awk -v status="$1" -v ci="${CI:-}" '
	function show(line) { print "    " line >"/dev/stderr" }
	/^1\.\.[0-9]+$/ { plan = substr($0, 4); next }
	/^ok [0-9]+ .*# SKIP/ {
		seen++; speaking = 0
		if (ci) { failed++; show("not ok (a skip, and CI is set)" substr($0, 3)) }
		else { skipped++; show($0) }
		next
	}
	/^ok [0-9]+ /     { seen++; passed++; speaking = 0; before = ""; next }
	/^not ok 0 - /    { failed++; show(before $0); next } # group set-up, teardown
	/^not ok [0-9]+ / { seen++; failed++; speaking = 1; show($0); next }
	/^# (not )?ok - / { next }
	speaking          { show($0) }
	                  { tail[++lines] = $0; before = before $0 "\n    " }
	END {
		if (plan == "" || seen < plan || (status && !failed)) {
			failed++
			show("not ok: ended with status " status " after " (seen + 0) " of " (plan == "" ? "unplanned" : plan) " tests")
			for (i = (lines > 40 ? lines - 39 : 1); i <= lines; i++)
				if (!speaking) show("# " tail[i])
		}
		print passed + 0, failed + 0, skipped + 0
	}'
}

# Starts COMMAND, as soon as a CPU is free.
tap() # NAME COMMAND...
{
	while [[ $(jobs -rp | wc -l) -ge $at_once ]]; do
		wait -n
		show_ended
	done
	rm -f "$(log_of "$1").counts"
	run_tap "$@" &
	started+=("$1")
}

log_of() # NAME
{
	echo "$logs/${1//[ \/]/-}.tap"
}

run_tap() # NAME COMMAND...
{
	local log status=0 counts
	log=$(log_of "$1")
	shift
	"$@" >"$log" 2>&1 </dev/null || status=$?
	counts=$(count_tap "$status" <"$log" 2>"$log.failed")
	echo "$counts" >"$log.counts"
}

# Shows and counts what has ended, up to the first that has not.
show_ended()
{
	local log p f s
	while [[ ${#started[@]} != 0 ]]; do
		log=$(log_of "${started[0]}")
		if [[ ! -s $log.counts ]]; then return; fi
		read -r p f s <"$log.counts"
		printf '%-28s %3d passed' "${started[0]}" "$p"
		if [[ $f != 0 ]]; then printf ', %d FAILED' "$f"; fi
		if [[ $s != 0 ]]; then printf ', %d skipped' "$s"; fi
		printf '\n'
		cat "$log.failed"
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
		started=("${started[@]:1}")
	done
}

settle()
{
	wait
	show_ended
}

build_step() # MAKE-ARGUMENT...
{
	local output
	if output=$("$MAKE" --no-print-directory -s -j "$at_once" "$@" 2>&1); then
		echo "ok 1 - it builds"
	else
		echo "not ok 1 - it builds"
		tail -n 60 <<<"$output" | sed 's/^/# /'
	fi
	echo "1..1"
}

# Builds what a suite needs; a suite that does not build is one failure.
built() # NAME MAKE-ARGUMENT...
{
	local name=$1 before
	shift
	settle
	before=$failed
	tap "$name build" build_step "$@"
	settle
	[[ $failed == "$before" ]]
}

# The cases of tests/host make their own namespaces. Where that cannot be,
# it is said once and not by each of them.
can_host()
{
	local why
	if [[ -n ${host_checked:-} ]]; then return "$host_checked"; fi
	host_checked=0
	if ! why=$(unshare --net --mount --pid --fork --mount-proc ip link set lo up 2>&1); then
		host_checked=1
		tap "host capabilities" echo "1..1
ok 1 - root and namespaces # SKIP these tests need root and network, mount and PID namespaces: $why"
	fi
	return "$host_checked"
}

unit_tests() # PREFIX BUILD
{
	local t
	for t in tests/unit/test_*.c; do
		t=$(basename "$t" .c)
		tap "$1 ${t#test_}" timeout -k 5 300 "$2/tests/unit/$t"
	done
}

# Once, and outside: a case's namespace has no way to a mirror.
fetch_servers()
{
	export SERVERS=$BUILD/servers
	if [[ ! -e $SERVERS/unpacked ]]; then
		tap "host servers" fetch_step
		settle
	fi
}

fetch_step()
{
	echo "1..1"
	if tests/support/servers.sh "$SERVERS"; then
		echo "ok 1 - redis, nginx and iperf are unpacked"
	else
		echo "not ok 1 - redis, nginx and iperf are unpacked"
	fi
}

host_tests() # PREFIX BUILD TOPIC...
{
	local prefix=$1 dir=$2 t
	shift 2
	can_host || return
	fetch_servers
	for t; do
		tap "$prefix $t" env BUILD="$dir" "tests/host/$t.sh"
	done
}

all_topics()
{
	basename -s .sh tests/host/*.sh
}

# SECONDS of CPU time for all of them together
fuzz_tests() # BUILD SECONDS
{
	local targets=(tests/fuzz/fuzz_*.c) each t
	each=$(($2 / ${#targets[@]} + 1))
	for t in "${targets[@]}"; do
		t=$(basename "$t" .c)
		tap "fuzz ${t#fuzz_}" tests/fuzz/run.sh "$1" "$each" "${t#fuzz_}"
	done
}

suite_unit()
{
	built unit programs BUILD="$BUILD" && unit_tests unit "$BUILD"
}

suite_host()
{
	local topics
	mapfile -t topics < <(all_topics)
	built host programs BUILD="$BUILD" &&
		host_tests host "$BUILD" "${topics[@]}"
}

suite_lint()
{
	local gate
	built lint programs BUILD="$BUILD" || return
	for gate in tests/gates/*.sh; do
		tap "gate $(basename "$gate" .sh)" env BUILD="$BUILD" MAKE="$MAKE" "$gate"
	done
}

# The topics that say nothing new about memory are left out: installing, the
# package and the shells, predictions, the incidents, which take long, and those
# that look at the program through strace, as LeakSanitizer cannot.
suite_asan()
{
	local dir=$BUILD/asan topics
	local flags='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all'
	mapfile -t topics < <(all_topics | grep -vxE 'install|package|completion|traced|fix_killed|predict|incidents|resets')
	export ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1:detect_stack_use_after_return=1:strict_string_checks=1
	export UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
	built asan programs BUILD="$dir" CFLAGS="$flags" &&
		unit_tests asan "$dir" &&
		host_tests asan "$dir" "${topics[@]}"
}

# ThreadSanitizer's shadow memory does not fit beside a widely randomised
# address space (vm.mmap_rnd_bits above 28), hence setarch. It keeps a clock a
# descriptor number, and crashes in it where several tables have that number:
# for the topic that makes such tables io_sync=0 leaves those clocks out.
suite_tsan()
{
	local dir=$BUILD/tsan
	export TSAN_OPTIONS=exitcode=99:halt_on_error=1
	built tsan programs BUILD="$dir" CFLAGS='-O1 -g -fsanitize=thread' &&
		tap "tsan owners" setarch --addr-no-randomize "$dir/tests/unit/test_owners" &&
		can_host &&
		tap "tsan modes" env BUILD="$dir" setarch --addr-no-randomize tests/host/modes.sh &&
		tap "tsan shapes" env BUILD="$dir" setarch --addr-no-randomize tests/host/shapes.sh \
			request hold rate churn churn_interrupted &&
		tap "tsan tables" env BUILD="$dir" \
			TSAN_OPTIONS="$TSAN_OPTIONS:io_sync=0:suppressions=$PWD/tests/support/tables.supp" \
			setarch --addr-no-randomize tests/host/tables.sh &&
		tap "tsan netns_all" env BUILD="$dir" setarch --addr-no-randomize tests/host/netns_all.sh \
			two_hundred text_folds_what_is_alike load_elsewhere_only_when_asked
}

suite_fuzz()
{
	local dir=$BUILD/fuzz
	local flags='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	built fuzz fuzzers BUILD="$dir" CC=clang CFLAGS="$flags" &&
		fuzz_tests "$dir" "${FUZZ_SECONDS:-120}"
}

mkdir -p "$logs"
for suite; do
	"suite_$suite"
done
settle
if [[ $skipped != 0 ]]; then
	echo "$skipped skipped"
fi
echo "$passed passed, $failed failed"
[[ $failed == 0 && $passed != 0 ]]
