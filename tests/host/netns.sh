#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# netns - namespaces that are down, that lack the globals, that are named
. "$(dirname "$0")/../support/host.sh"

case_lo_down_says_how_to_mend_it()
{
	ip link set lo down
	report 1 check --flows 10
	is '[.findings[] | select(.id == "path.loopback")][0].verdict' '"fail"'
	jqf '[.findings[] | select(.id == "path.loopback")][0].remedy.command | test("ip link set (dev )?lo up")'
	is '.load.refused.resource' '"lo"'
	expect_exit 1 kiloflow check --flows 10
	says stdout 'ip link set (dev )?lo up'
}

# A child namespace has no net.ipv4.tcp_mem: what could not be looked at is
# said to be unknown, and the load test that carried the goal settles it.
case_absent_globals_and_yet_ready()
{
	[[ ! -e /proc/sys/net/ipv4/tcp_mem ]] || skip "this kernel shows tcp_mem in a child namespace"
	report 0 check --flows 1000 --time 200ms
	is .verdict '"ready"'
	is '[.findings[] | select(.id == "memory.tcp")][0].verdict' '"unknown"'
	jqf '[.findings[] | select(.id == "memory.tcp")][0].why | test("absent")'
}

named()
{
	mount -t tmpfs none /run
	ip netns add blue
	ip netns exec blue sysctl -qw net.core.somaxconn=77
	ip netns exec blue ip link set lo up
	spawn ip netns exec blue "$PEER" listen 127.0.0.1 7070 50
	inside=$spawned
	await ip netns exec blue ss -Htln
	await in_blue
	blue=$(ip netns exec blue stat -Lc %i /proc/self/ns/net)
}

in_blue() { [[ -n $(ip netns exec blue ss -Htln "sport = :7070") ]]; }

of_blue() # SPEC
{
	report 1 check --netns "$1" --no-load
	is '[.findings[] | select(.id == "backlog.somaxconn")][0].observed' 77
	is '[.findings[] | select(.id == "backlog.somaxconn")][0].netns.inode' "$blue"
	report 0 listeners --netns "$1"
	is '[.listeners[].port]' '[7070]'
	is '.listeners[0].netns.inode' "$blue"
	is '.listeners[0].owners[0].pid' "$inside"
}

case_by_name()
{
	named
	of_blue blue
	is '.listeners[0].netns.name' '"blue"'
}

case_by_path()
{
	named
	of_blue /run/netns/blue
}

case_by_pid()
{
	named
	of_blue "$inside"
}

case_load_there_only_when_asked()
{
	named
	report 1 check --netns blue --flows 1000
	is .load null
	report 1 check --netns blue --flows 1000 --load --time 100ms
	is .load.accept_queue.limit 77
	report 1 load --netns blue --flows 100 --time 100ms
	is .load.accept_queue.limit 77
}

case_remedy_enters_the_namespace()
{
	named
	report 1 check --netns blue --no-load
	jqf '[.findings[] | select(.id == "backlog.somaxconn")][0].remedy.command | test("nsenter|ip netns exec")'
}

case_no_such_namespace()
{
	local spec
	for spec in green 999999 /run/netns/green /etc/hostname; do
		expect_exit 2 kiloflow check --netns "$spec"
		silent stdout
		says stderr "$spec"
	done
}

host_main "$@"
