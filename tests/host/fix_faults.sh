#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fix_faults - whatever fails or gets in the way of a repair: the host is as it
# was, and the message names the step
. "$(dirname "$0")/../support/host.sh"
. "$host_top/tests/support/fix.sh"
# LeakSanitizer cannot work beside strace
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0

# refused WORDS COMMAND...: exit 4, the step is named, all is as before
refused()
{
	local words=$1
	shift
	expect_exit 4 "$@"
	says stderr "$words"
	as_before
	expect_exit 0 kiloflow undo --list
	says stdout 'no fix'
}

# injected PATH FAULT: the fault hits system calls on that file only
injected()
{
	strace -qq -o /dev/null -P "$1" -e "inject=$2" \
		"$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes --persist
}

case_write_fails()
{
	short_queues
	state >former
	for errno in EINVAL EPERM ENOSPC EROFS; do
		refused "net.core.somaxconn.*$errno|net.core.somaxconn" \
			injected $cap "write:error=$errno:when=1"
	done
}

# Several sysctls: whichever write fails, those before it are taken back.
case_any_of_several_writes_fails()
{
	local net=/proc/sys/net n errno at
	local paths=("$net/core/somaxconn" "$net/ipv4/ip_local_port_range"
		"$net/ipv4/ip_local_reserved_ports" "$net/ipv4/tcp_max_tw_buckets")
	short_queues
	echo 40000 40100 >"${paths[1]}"
	echo 10 >"${paths[3]}"
	cat "${paths[@]}" >values
	state >former
	report 1 check --flows 1000 --port 6379 --no-load --fix --dry-run
	n=$(jq '[.fix.planned[] | select(.kind == "sysctl")] | length' stdout)
	[[ $n -ge 3 ]] || fail "$n sysctls only"
	at=("${paths[@]/#/-P}")
	for ((i = 1; i <= n; i++)); do
		for errno in EINVAL EPERM ENOSPC EROFS; do
			refused '^kiloflow: (net|cannot)' strace -qq -o /dev/null "${at[@]}" \
				-e "inject=write:error=$errno:when=$i" \
				"$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes
			cat "${paths[@]}" | diff values - >&2 || fail "write $i, $errno"
		done
	done
}

# It seems to be written, and is not.
case_value_reads_back_different()
{
	short_queues
	state >former
	refused 'net.core.somaxconn' injected $cap 'write:retval=5:when=1'
}

# The listener is the second step: the first is taken back.
case_second_step_fails()
{
	short_queues
	state >former
	refused '6379' strace -qq -o /dev/null -e inject=listen:error=EACCES:when=1 \
		"$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes
}

case_listen_is_not_taken()
{
	short_queues
	state >former
	refused '6379' strace -qq -o /dev/null -e inject=listen:retval=0:when=1 \
		"$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes
}

# Somebody lowers the cap between the two steps: listen() gets less.
case_cap_lowered_meanwhile()
{
	short_queues
	state >former
	spawn bash -c "until [[ \$(cat $cap) == 4096 ]]; do :; done; echo 128 >$cap"
	refused '6379' strace -qq -o /dev/null -e inject=listen:delay_enter=500000:when=1 \
		"$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes
}

# Somebody else is quicker, with another value: theirs stays.
case_changed_before_it_is_written()
{
	short_queues
	mkdir -m 700 /var/lib/kiloflow
	expect_exit 4 strace -qq -o strace.out -e trace=flock \
		-e 'inject=flock:delay_exit=1000000:when=1' \
		bash -c "(sleep 0.6; echo 300 >$cap) & exec $KILOFLOW check --flows 1000 \
			--port 6379 --no-load --fix --yes"
	says stderr 'net.core.somaxconn'
	[[ $(cat $cap) == 300 && $(limit_of 6379) == 5 ]] || fail "it was overwritten"
}

# The server ends after the plan was made: its step fails, the first is undone.
case_server_dies_meanwhile()
{
	short_queues
	expect_exit 4 strace -qq -o strace.out -e trace=flock \
		-e 'inject=flock:delay_exit=1000000:when=1' \
		bash -c "(sleep 0.6; kill $redis) & exec $KILOFLOW check --flows 1000 \
			--port 6379 --no-load --fix --yes"
	says stderr '6379'
	says stderr 'gone'
	[[ $(cat $cap) == 128 ]] || fail "the cap was left raised"
	expect_exit 0 kiloflow undo --list
	says stdout 'no fix'
}

case_disk_full_while_persisting()
{
	short_queues
	mount -t tmpfs -o size=4k none $lasting
	head -c 4096 /dev/zero >$lasting/full 2>/dev/null || true
	state >former
	refused 'kiloflow.conf' kiloflow check --flows 1000 --port 6379 --no-load \
		--fix --yes --persist
}

case_journal_cannot_be_written()
{
	short_queues
	mount -t tmpfs -o size=4k none /var/lib
	mkdir -m 700 /var/lib/kiloflow
	head -c 8192 /dev/zero >/var/lib/full 2>/dev/null || true
	state >former
	expect_exit 4 fixing
	says stderr 'kiloflow'
	as_before
	mount -t tmpfs -o ro none /var/lib
	expect_exit 4 fixing
	says stderr '/var/lib/kiloflow'
	as_before
}

case_two_at_once()
{
	short_queues
	state >former
	mkdir -m 700 /var/lib/kiloflow
	: >/var/lib/kiloflow/lock
	chmod 600 /var/lib/kiloflow/lock
	spawn flock --no-fork /var/lib/kiloflow/lock sleep 20
	await bash -c '! flock -n /var/lib/kiloflow/lock true'
	expect_exit 4 fixing
	says stderr 'under way'
	as_before
}

case_report_cannot_be_written()
{
	short_queues
	state >former
	for to in '/dev/full' '&-'; do
		got=0
		eval "fixing >$to 2>stderr" || got=$?
		[[ $got == 4 ]] || fail "exit $got with stdout $to"
		says stderr 'stdout|report'
		as_before
	done
	expect_exit 0 kiloflow undo --list
	says stdout 'no fix'
}

# Nobody reads to the end: that is no reason to take it back.
case_reader_leaves()
{
	short_queues
	fixing -v | head -n 1 >/dev/null
	[[ $(limit_of 6379) == 4096 ]] || fail "it was taken back"
}

case_interrupted()
{
	short_queues
	state >former
	for signal in HUP INT TERM; do
		got=0
		strace -qq -o /dev/null -e "inject=listen:signal=$signal:when=1" \
			"$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes \
			>stdout 2>stderr || got=$?
		[[ $got == 129 || $got == 130 || $got == 143 ]] || fail "exit $got"
		says stdout 'was put back'
		as_before
	done
	expect_exit 0 kiloflow undo --list
	says stdout 'no fix'
}

# What somebody changed meanwhile stays; it is said which, and what to do.
case_interrupted_after_a_change()
{
	local got=0
	short_queues
	"$KILOFLOW" check --flows 1000 --port 6379 --time 20s --fix --yes \
		>stdout 2>stderr &
	await bash -c "[[ \$(cat $cap) == 4096 && \$(ss -Htln 'sport = :6379') == *4096* ]]"
	sleep 0.3
	echo 777 >$cap
	kill -TERM $!
	wait $! || got=$?
	[[ $got == 4 ]] || fail "exit $got"
	says stderr 'not all of it is taken back: net.core.somaxconn; .kiloflow undo.'
	[[ $(cat $cap) == 777 && $(limit_of 6379) == 5 ]] || fail "it is otherwise"
	expect_exit 0 kiloflow undo --force
	[[ $(cat $cap) == 128 ]] || fail "not taken back"
}

case_ordinary_user()
{
	short_queues
	state >former
	expect_exit 4 setpriv --reuid=65534 --regid=65534 --clear-groups \
		env HOME="$PWD" "$KILOFLOW" check --flows 1000 --port 6379 --no-load --fix --yes
	says stdout 'root'
	as_before
}

case_read_only_sysctls()
{
	short_queues
	state >former
	mount --bind /proc/sys /proc/sys
	mount -o remount,ro,bind /proc/sys
	report 4 check --flows 1000 --no-load --fix --yes
	jqf '.fix.skipped[0].why | test("read-only") and test("--sysctl")'
	as_before
}

# A server that may not be looked into is root's to repair, and says so.
case_not_dumpable()
{
	short_queues
	state >former
	expect_exit 4 strace -qq -o /dev/null -e inject=pidfd_getfd:error=EPERM \
		"$KILOFLOW" check --flows 100 --port 6379 --no-load --fix --yes
	says stdout 'tcp-backlog|ptrace|root'
	as_before
	expect_exit 4 strace -qq -o /dev/null -e inject=pidfd_getfd:error=ENOSYS \
		"$KILOFLOW" check --flows 100 --port 6379 --no-load --fix --yes
	says stdout 'pidfd_getfd'
	as_before
}

host_main "$@"
