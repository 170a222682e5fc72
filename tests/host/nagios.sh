#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nagios - the plug-in interface: one line, and the statuses that belong to it
. "$(dirname "$0")/../support/host.sh"

# plugin STATUS WORD ARGUMENT...
plugin()
{
	local status=$1 word=$2
	shift 2
	expect_exit "$status" kiloflow "$@" --format nagios
	[[ $(wc -l <stdout) == 1 ]] || fail "not one line: $*"
	says stdout "^KILOFLOW $word - "
	[[ $(tr -cd '|' <stdout | wc -c) -le 1 ]] || fail "more than one |: $*"
}

# What monitoring reads of it: label=value[unit];warn;crit;min;max, by blanks
numbers()
{
	cut -d'|' -f2 stdout | tr ' ' '\n' | sed '/^$/d' >numbers
	if grep -vE '^[a-z][a-z0-9_]*=[0-9]+(\.[0-9]+)?s?;;;0(;[0-9]+)?$' numbers; then
		fail "not performance data"
	fi
}

case_ok()
{
	plugin 0 OK check --flows 100 --time 50ms
	silent stderr
	numbers
	says numbers '^flows_ok=100;;;0;100$'
	says numbers '^queue_peak=100;;;0$'
	says numbers '^max_flows_ports=28232;;;0$'
	says numbers '^max_burst_net_core_somaxconn=4097;;;0$'
}

case_warning()
{
	echo 'net.core.somaxconn >= 65536 warn "x | y"' >p
	plugin 1 WARNING check --flows 100 --no-load --policy p
	numbers
	plugin 2 CRITICAL check --flows 100 --no-load --policy p --strict
}

case_critical()
{
	sysctl -qw net.core.somaxconn=128
	plugin 2 CRITICAL check --flows 200 --time 50ms
	says stdout 'net.core.somaxconn is 128'
	numbers
	says numbers '^queue_drops=71;;;0$'
	plugin 2 CRITICAL load -6 --flows 100000
	says stdout 'ports'
	numbers
}

case_unknown()
{
	echo 'net.ipv4.tcp_mem[2] >= 1' >p
	plugin 3 UNKNOWN check --flows 100 --no-load --policy p
	numbers
}

# Nobody has looked at the host: no alarm about it.
case_errors_are_unknown()
{
	plugin 3 UNKNOWN check --flows 0
	says stderr '^kiloflow: --flows'
	plugin 3 UNKNOWN check --policy /nonexistent
	plugin 3 UNKNOWN check --port 9
	plugin 3 UNKNOWN check --netns nosuch
	plugin 3 UNKNOWN listeners
	plugin 3 UNKNOWN chekc
	expect_exit 3 kiloflow --format=nagios --frobnicate
	says stdout '^KILOFLOW UNKNOWN - there is no option'
}

connected() { [[ -n $(ss -Htn state established) ]]; }

case_interrupted()
{
	local status=0
	spawn "$KILOFLOW" load --flows 10 --time 30s --format nagios >stdout 2>stderr
	await connected
	sleep 0.3
	kill -TERM "$spawned"
	wait "$spawned" || status=$?
	[[ $status == 3 ]] || fail "exit $status, not 3"
	says stdout '^KILOFLOW UNKNOWN - interrupted\|'
}

# A process that calls itself what it likes is in no line of ours as it is.
case_hostile_names()
{
	spawn "$PEER" listen 127.0.0.1 7001 5 $'a|b\n\e'
	await listening 7001
	plugin 2 CRITICAL check --port 7001 --flows 100 --no-load
	numbers
	if LC_ALL=C grep -qP '[^\x20-\x7e]' stdout; then
		fail "not printable"
	fi
}

host_main "$@"
