# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# host.sh - the harness of tests/host: a case is a function
#
#	. tests/support/host.sh
#	case_something() { ... }
#	host_main "$@"
#
# Each case_* runs in network, mount and PID namespaces of its own, in an
# empty directory, with lo up, errexit on and a time limit; no case can see or
# change the machine's settings, and none can leave a process behind that
# anybody would have to look for. Run one alone: tests/host/origin.sh boundary
#
# What a case started with `spawn` is ended after it. Anything else that still
# runs or listens then was left behind by the program under test: a failure.
set -Eeuo pipefail

host_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(cd "$host_top" && realpath -m "${BUILD:-build}")
KILOFLOW=$BUILD/kiloflow
PEER=$BUILD/tests/support/peer
SERVERS=${SERVERS:-$BUILD/servers} # see servers.sh
export BUILD PEER SERVERS
host_limit_s=120
host_skipped=77
host_pids=()
host_case_files=() # with cases, besides the one that is run

# --- what a case may use ---------------------------------------------------

kiloflow() { "$KILOFLOW" "$@"; }

fail()
{
	echo "failed: $*"
	host_show stdout
	host_show stderr
	exit 1
}

# This host cannot do what the case needs. A failure where CI is set.
skip()
{
	echo "$*" >skipped
	exit "$host_skipped"
}

# expect_exit STATUS COMMAND...: leaves ./stdout and ./stderr
expect_exit()
{
	local want=$1 got=0
	shift
	"$@" >stdout 2>stderr || got=$?
	if grep -qE 'Sanitizer|runtime error:' stderr; then
		fail "a sanitizer spoke: $*"
	fi
	[[ $got == "$want" ]] || fail "exit $got, not $want: $*"
}

# report STATUS ARGUMENT...: a kiloflow command whose JSON report is ./stdout
report()
{
	local want=$1
	shift
	expect_exit "$want" kiloflow "$@" --format json
	jq -e . stdout >/dev/null || fail "not JSON: $*"
}

# is FILTER VALUE: what jq finds in ./stdout, as compact JSON
is()
{
	local got
	got=$(jq -c "$1" stdout) || fail "jq cannot: $1"
	[[ $got == "$2" ]] || fail "$1 is $got, not $2"
}

# jqf FILTER: holds for ./stdout
jqf()
{
	jq -e "$1" stdout >/dev/null || fail "does not hold: $1"
}

# says FILE REGEX: FILE has it
says()
{
	grep -qE -- "$2" "$1" || fail "$1 does not say: $2"
}

silent()
{
	[[ ! -s $1 ]] || fail "$1 is not empty"
}

# spawn PROGRAM...: in the background until the case is over; its pid is
# $spawned, so it must not be a function
spawn()
{
	"$@" &
	spawned=$!
	host_pids+=("$spawned")
}

# await COMMAND...: until it succeeds, at most ten seconds
await()
{
	local i
	for ((i = 0; i < 200; i++)); do
		if "$@" >/dev/null 2>&1; then
			return
		fi
		sleep 0.05
	done
	fail "never came true: $*"
}

listening() # PORT
{
	[[ -n $(ss -Htln "sport = :$1") ]]
}

# --- inside the namespaces -------------------------------------------------

host_show() # FILE
{
	if [[ -s $1 ]]; then
		echo "--- $1"
		{ jq -c 'del(.counters?, .load.counters?)' "$1" 2>/dev/null || cat "$1"; } |
			head -c 4000
		echo
	fi
}

host_end_spawned()
{
	local pid
	for pid in "${host_pids[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
		kill -CONT "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}

# Sets $left. A zombie has no command line, and is gone soon.
host_find_left_behind()
{
	local proc
	left=$(ss -Htln)
	for proc in /proc/[0-9]*; do
		if [[ $proc != "/proc/$$" ]]; then
			left+=$(tr '\0' ' ' <"$proc/cmdline") || true
		fi
	done
}

host_inside() # CASE
{
	local left
	ip link set lo up
	ulimit -Hn 20000 2>/dev/null || true
	trap 'echo "failed in line $LINENO: $BASH_COMMAND"' ERR
	"$1"
	trap - ERR
	host_end_spawned
	host_find_left_behind
	[[ -z $left ]] || fail "left behind: $left"
}

# --- outside ---------------------------------------------------------------

# What a case that passed wants to be known: it is left in ./said.
host_said() # FILE
{
	if [[ -s $1 ]]; then
		echo " ($(cat "$1"))"
	fi
}

host_run() # NUMBER CASE
{
	local dir log status=0 name=${2#case_}
	dir=$(mktemp -d)
	log=$dir/log
	mkdir "$dir/empty"
	chmod 755 "$dir"
	(cd "$dir/empty" &&
		timeout --kill-after=5 "$host_limit_s" \
			unshare --net --mount --pid --fork --kill-child --mount-proc \
			"$host_self" --inside "$2") >"$log" 2>&1 </dev/null || status=$?
	case $status in
	0) echo "ok $1 - $name$(host_said "$dir/empty/said")" ;;
	"$host_skipped") echo "ok $1 - $name # SKIP $(cat "$dir/empty/skipped")" ;;
	124) echo "not ok $1 - $name: still running after $host_limit_s s" ;;
	*) echo "not ok $1 - $name" ;;
	esac
	if [[ $status != 0 && $status != "$host_skipped" ]]; then
		tr -cd '\t\n[:print:]' <"$log" | sed 's/^/# /'
	fi
	rm -rf "$dir"
}

host_main() # [CASE...]
{
	local cases n=0 c
	host_self=$(realpath "$0")
	if [[ ${1:-} == --inside ]]; then
		host_inside "$2"
		exit
	fi
	mapfile -t cases < <(grep -ohE '^case_\w+' "${host_case_files[@]}" "$host_self")
	if [[ $# != 0 ]]; then
		cases=("${@/#/case_}")
	fi
	echo "1..${#cases[@]}"
	for c in "${cases[@]}"; do
		n=$((n + 1))
		host_run "$n" "$c"
	done
}
