#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# interrupt - what was measured so far is reported, and the status says so
. "$(dirname "$0")/../support/host.sh"

# A shell may have left SIGINT ignored; kiloflow would respect that.
signalled() # SIGNAL AFTER-SECONDS ARGUMENT...
{
	env --default-signal timeout --foreground --preserve-status --signal="$1" "$2" \
		"$KILOFLOW" "${@:3}"
}

all_accounted_for()
{
	jqf '.load.flows | .asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
	jqf '([.load.intervals[].bytes] | add // 0) == .load.bytes.read'
}

case_burst()
{
	expect_exit 130 signalled INT 0.5 load --flows 300 --backlog 0 --time 30s --format json
	is .exit_code 130
	is .load.accept_queue.peak 1
	all_accounted_for
}

case_transfer()
{
	expect_exit 130 signalled INT 1 load --flows 300 --time 30s --format json
	is .exit_code 130
	is .load.flows.ok 300
	is .load.bytes.exact true
	jqf '.load.bytes.read > 0'
	all_accounted_for
}

case_check()
{
	expect_exit 130 signalled INT 1 check --flows 300 --time 30s --format json
	is .exit_code 130
	jqf '.findings | length > 5'
	jqf '.load.bytes.read > 0'
}

case_slow_accept()
{
	expect_exit 130 signalled INT 1 load --flows 300 --accept slow:10/s --format json
	is .exit_code 130
	all_accounted_for
}

case_terminated()
{
	expect_exit 143 signalled TERM 1 load --flows 300 --time 30s --format json
	is .exit_code 143
}

case_in_words()
{
	expect_exit 130 signalled INT 1 check --flows 300 --time 30s
	says stdout '[Ii]nterrupted|INTERRUPTED'
}

case_ends_at_once()
{
	local before=$SECONDS
	expect_exit 130 signalled INT 1 load --flows 1000 --time 60s
	((SECONDS - before < 5)) || fail "took $((SECONDS - before)) s"
}

host_main "$@"
