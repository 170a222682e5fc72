#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# traced - what strace sees: nothing is opened too early or left open, and
# signals that come in the shortest phases are met
. "$(dirname "$0")/../support/host.sh"

strace -o /dev/null true 2>/dev/null || cannot_trace=1

traced() # STRACE-ARGUMENT... -- KILOFLOW-ARGUMENT...
{
	local args=()
	[[ -z ${cannot_trace:-} ]] || skip "strace cannot trace here"
	while [[ $1 != -- ]]; do
		args+=("$1")
		shift
	done
	shift
	env --default-signal strace -f -qq -o trace "${args[@]}" -- "$KILOFLOW" "$@"
}

no_tcp_socket()
{
	if grep -E 'socket\(AF_INET6?, SOCK_STREAM|listen\(|accept4?\(' trace; then
		fail "a TCP socket was opened"
	fi
}

case_refused_before_anything_is_opened()
{
	ulimit -Sn 140
	ulimit -Hn 140
	expect_exit 1 traced -e trace=network -- load --flows 2000 --format json
	is .load.refused.resource '"RLIMIT_NOFILE"'
	is .load.refused.have 140
	no_tcp_socket
}

case_usage_error_before_anything_is_opened()
{
	expect_exit 2 traced -e trace=network -- check --flows 0
	[[ ! -s trace ]] || fail "$(cat trace)"
}

case_prediction_opens_no_tcp_socket()
{
	expect_exit 0 traced -e trace=network -- check --no-load --flows 10
	no_tcp_socket
}

# Stopped at its very end, a process shows what it did not close.
left_open() # ARGUMENT...
{
	local pid i
	(
		close_inherited
		traced -e trace=exit_group -e inject=exit_group:delay_enter=600000 -- "$@"
	) >stdout 2>stderr &
	for ((i = 0; i < 400; i++)); do
		pid=$(pgrep -x kiloflow) && grep -qs exit_group trace && break
		sleep 0.02
	done
	find "/proc/$pid/fd" -mindepth 1 -printf '%f %l\n' | grep -vE '^[012] ' >open || true
	wait $! || true
	rm trace
	[[ ! -s open ]] || fail "left open by $*: $(cat open)"
}

close_inherited()
{
	local fd
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		if ((fd > 2)); then
			eval "exec $fd>&-"
		fi
	done
}

case_no_descriptor_is_left_open()
{
	left_open check --no-load
	left_open listeners
	left_open listeners --netns all
	left_open load --flows 50 --time 50ms
	left_open load --flows 50 --backlog 5 --eager --time 50ms
	left_open explain backlog.somaxconn
	left_open check --netns "$$" --no-load
}

case_interrupted_while_probing()
{
	local n
	for n in 25 35; do
		expect_exit 130 traced -e trace=openat -e "inject=openat:signal=INT:when=$n" -- \
			check --flows 100 --time 30s --format json
		is .exit_code 130
	done
}

case_interrupted_while_draining()
{
	expect_exit 130 traced -e trace=shutdown -e inject=shutdown:signal=INT:when=3 -- \
		load --flows 100 --workers 1 --time 100ms --format json
	is .exit_code 130
	jqf '.load.flows | .asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
}

case_interrupted_while_preparing()
{
	expect_exit 130 traced -e trace=listen -e inject=listen:signal=INT:when=1 -- \
		load --flows 100 --time 30s --format json
	is .exit_code 130
}

# The system refuses in the middle: a failed flow is a measurement.
case_no_more_descriptors()
{
	expect_exit 1 traced -e trace=socket -e inject=socket:error=EMFILE:when=30 -- \
		load --flows 100 --time 100ms --format json
	is .load.flows.failed 1
	is '[.load.errors[] | [.phase, .errno, .count]]' '[["socket","EMFILE",1]]'
	is .load.bytes.exact true
}

# As above, in the tables of those flows that one table has no room for.
in_tables() # STATUS STRACE-ARGUMENT...
{
	local want=$1
	shift
	ulimit -n 256
	expect_exit "$want" traced "$@" -- load --flows 300 --bytes 1000 --format json
	is .load.mode.tables 4
	jqf '.load.flows | .asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
	is .load.bytes.exact true
}

case_no_more_descriptors_in_a_table()
{
	in_tables 1 -e trace=socket -e inject=socket:error=EMFILE:when=30
	is .load.flows.failed 4 # strace counts each thread's own
	is '[.load.errors[] | [.phase, .errno, .count]]' '[["socket","EMFILE",4]]'
}

# All that a message brought is lost with it: the ends, not their count.
case_no_room_for_what_is_passed_on()
{
	in_tables 1 -e trace=sendmsg -e inject=sendmsg:error=ETOOMANYREFS:when=4
	jqf '.load.flows.failed > 0 and .load.flows.failed < 97'
	is '[.load.errors[] | [.phase, .errno]]' '[["accept","EMFILE"]]'
}

case_no_table()
{
	ulimit -n 256
	expect_exit 3 traced -e trace=unshare -e inject=unshare:error=ENOMEM:when=1 -- \
		load --flows 300 --bytes 1000
	tr -s ' \n' ' ' <stdout >words
	says words 'cannot open descriptor table 1 of 4: Cannot allocate memory'
}

host_main "$@"
