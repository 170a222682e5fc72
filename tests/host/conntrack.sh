#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# conntrack - a namespace that tracks is told from one that only could
#
# The files of conntrack are in every namespace; the ceiling is the machine's,
# so a goal above it is what brings the rule to speak.
. "$(dirname "$0")/../support/host.sh"

counts=/proc/sys/net/netfilter/nf_conntrack_count

above()
{
	[[ -e $counts ]] || skip "this kernel has no conntrack"
	above=$(($(cat /proc/sys/net/netfilter/nf_conntrack_max) + 1))
	((above > 1 && above <= 4000000)) || skip "nf_conntrack_max is no use here"
}

# the_rule_says VERDICT [OPTION...]
the_rule_says()
{
	local want=$1 status=0
	shift
	kiloflow check --no-load --flows "$above" --format json "$@" >stdout || status=$?
	[[ $status == 1 ]] || fail "exit $status"
	is '[.findings[] | select(.id == "conntrack.entries") | .verdict]' "[\"$want\"]"
}

rules() { nft -f - <<<"$1"; }

stateful='table ip f { chain c { type filter hook input priority 0; ct state established accept; }; }'

case_no_rule_no_tracking()
{
	above
	the_rule_says ok
	[[ $(cat "$counts") == 0 ]]
}

case_a_stateful_rule()
{
	above
	rules "$stateful"
	the_rule_says fail
	is '[.findings[] | select(.id == "conntrack.entries") | .needed]' "[$above]"
	# one family may be tracked without the other
	the_rule_says ok -6
	rules 'flush ruleset'
	the_rule_says ok
}

# Entries outlive the rules that made them: they are no evidence.
case_entries_that_are_left()
{
	above
	rules "$stateful"
	the_rule_says fail
	rules 'flush ruleset'
	[[ $(cat "$counts") != 0 ]]
	the_rule_says ok
}

case_translation_tracks_too()
{
	above
	rules 'table ip n { chain c { type nat hook postrouting priority 100; oif != "lo" masquerade; }; }'
	the_rule_says fail
}

case_loopback_is_exempt()
{
	above
	rules "$stateful"
	rules 'table ip r { chain c { type filter hook output priority raw; oif lo notrack; }; }'
	the_rule_says ok
}

# What was dropped may have been tracked or not. If it was, see the next case.
case_a_firewall_that_drops_datagrams()
{
	above
	rules 'table ip f { chain c { type filter hook input priority 0; meta l4proto udp drop; }; }'
	the_rule_says unknown
	rules 'flush ruleset'
	rules 'table ip f { chain c { type filter hook output priority 0; meta l4proto udp drop; }; }'
	the_rule_says unknown
}

case_a_firewall_that_tracks_and_drops()
{
	above
	rules "$stateful"
	rules 'add rule ip f c meta l4proto udp drop'
	the_rule_says fail
}

case_lo_is_down()
{
	above
	ip link set lo down
	the_rule_says unknown
}

case_an_ordinary_user()
{
	above
	rules "$stateful"
	kiloflow() { setpriv --reuid 65534 --clear-groups "$KILOFLOW" "$@"; }
	the_rule_says fail
}

# Nobody has to know whether it tracks when there is room anyway.
case_with_room_enough()
{
	above
	above=1000
	rules 'table ip f { chain c { type filter hook input priority 0; meta l4proto udp drop; }; }'
	kiloflow check --no-load --flows 1000 --format json >stdout || fail "exit $?"
	is '[.findings[] | select(.id == "conntrack.entries") | .verdict]' '["ok"]'
}

host_main "$@"
