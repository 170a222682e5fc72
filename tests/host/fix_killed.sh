#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fix_killed - a repair that is killed at any system call: undo brings back
# what was
. "$(dirname "$0")/../support/host.sh"
. "$host_top/tests/support/fix.sh"
host_limit_s=300

# Every system call from the first that touches the journal on, as
# "NAME N": the N-th call of that name. The kernel's log is read a line a call:
# one of them stands for all.
points() # COMMAND...
{
	strace -qq -y -o trace "$@" >/dev/null 2>&1 || true
	awk -F'(' '{ n[$1]++ } /\/var\/lib\/kiloflow/ { seen = 1 }
		!seen || $1 !~ /^[a-z_0-9]+$/ || $1 == "exit_group" { next }
		/<\/dev\/kmsg>/ && logged++ { next }
		{ print $1, n[$1] }' trace
}

killed_at() # NAME N COMMAND...
{
	local name=$1 at=$2
	shift 2
	(
		strace -f --seccomp-bpf -qq -o /dev/null -e "trace=$name" \
			-e "inject=$name:signal=SIGKILL:when=$at" "$@" || true
	) >/dev/null 2>&1
}

case_killed_anywhere()
{
	local name at n=0
	short_queues
	state >former
	points "$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes --persist >calls
	kiloflow undo >/dev/null
	while read -r name at; do
		killed_at "$name" "$at" "$KILOFLOW" check --flows 1000 --port 6379 \
			--no-load --fix --yes --persist
		n=$((n + 1))
		expect_exit 0 kiloflow undo
		as_before
		[[ -z $(find /var/lib/kiloflow -name 'fix-*') ]] || fail "killed at $name $at: an entry is left"
	done <calls
	[[ $n -gt 50 ]] || fail "$n points only"
	echo "killed at $n system calls" >said
}

# And so is undo itself.
case_undo_killed_anywhere()
{
	local name at n=0
	short_queues
	state >former
	expect_exit 0 fixing --persist
	points "$KILOFLOW" undo >calls
	while read -r name at; do
		expect_exit 0 fixing --persist
		killed_at "$name" "$at" "$KILOFLOW" undo
		n=$((n + 1))
		expect_exit 0 kiloflow undo
		as_before
	done <calls
	[[ $n -gt 20 ]] || fail "$n points only"
	echo "killed at $n system calls" >said
}

host_main "$@"
