#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# datapath - how bytes get into the kernel and out of it: exact whatever the
# way, and what is corrupt is found and located
. "$(dirname "$0")/../support/host.sh"

sends=(copy zerocopy)
ways=(up down both)

# exact FLOWS ARGUMENT...
exact()
{
	local flows=$1
	shift
	report 0 load --flows "$flows" --bytes 300000 "$@"
	jqf ".load | .flows.ok == $flows and .bytes.exact and .content.first == null and
		(.bytes | .written == .acked and .acked == .received and .received == .read) and
		(.intervals | map(.bytes) | add) == .bytes.read"
}

# in_all_ways FLOWS ARGUMENT...
in_all_ways()
{
	local way family
	for way in "${ways[@]}"; do
		for family in -4 -6; do
			exact "$1" "$family" --direction "$way" "${@:2}"
		done
	done
}

case_discard()
{
	local send
	for send in "${sends[@]}"; do
		in_all_ways 40 --send "$send" --receive discard
		is '.load.mode | [.send, .receive, .verify]' "[\"$send\",\"discard\",false]"
		is .load.content null
	done
}

case_zerocopy()
{
	in_all_ways 40 --send zerocopy
	is '.load.mode | [.send, .receive, .verify]' '["zerocopy","copy",false]'
}

case_verify()
{
	local send
	for send in "${sends[@]}"; do
		in_all_ways 40 --send "$send" --verify
		is '.load.mode | [.send, .receive, .verify]' "[\"$send\",\"copy\",true]"
		is .load.content '{"first":null,"flows_off":0}'
	done
}

# By time: flows end in the middle of a chunk.
case_by_time()
{
	local mode
	for mode in '--send zerocopy --receive discard' '--send zerocopy --verify'; do
		# shellcheck disable=SC2086 # they are options
		report 0 load --flows 100 --time 200ms --direction both $mode
		is .load.bytes.exact true
		jqf '.load.content.flows_off // 0 == 0'
	done
}

case_tables()
{
	local mode
	ulimit -n 256
	for mode in '--send zerocopy --receive discard' '--send zerocopy --verify' '--eager --verify'; do
		# shellcheck disable=SC2086 # they are options
		exact 500 --direction both $mode
		jqf '.load.mode.tables > 3'
	done
	exact 500 --send zerocopy --verify --close rst
	is .load.left.closed_by_reset 500
}

# Hellos that are read before the transfer are compared too.
case_waves()
{
	ulimit -n 6000
	report 0 load --flows 20001 --burst 4000 --bytes 20 --verify
	is .load.bytes.exact true
	is .load.content '{"first":null,"flows_off":0}'
}

case_named()
{
	expect_exit 0 kiloflow load --flows 10 --time 50ms --send zerocopy --receive discard
	says stdout 'received bytes discarded'
	expect_exit 0 kiloflow load --flows 10 --time 50ms --verify
	says stdout 'content verified'
	expect_exit 2 kiloflow load --verify --receive discard
	says stderr '--verify and --receive discard'
	silent stdout
}

# mangle WHO: the byte behind the first hundred of each large segment that is
# sent by WHO (up: clients, whose ports are ephemeral)
mangle()
{
	local sport='32768-60999'
	[[ $1 == up ]] || sport='!= 32768-60999'
	nft -f - <<-N 2>nft.err || skip "nft cannot change payload here: $(head -n 1 nft.err)"
		table inet corrupt {
			chain out {
				type filter hook output priority 0;
				tcp sport $sport meta length > 1000 @ih,800,8 set 0x55
			}
		}
	N
}

unmangle() { nft delete table inet corrupt; }

# The first large segment begins behind the hello, of 16 bytes.
case_corruption()
{
	local send
	mangle up
	for send in "${sends[@]}"; do
		report 1 load --flows 20 --bytes 200000 --direction both --send "$send" --verify
		is .load.flows.ok 20
		is .load.bytes.exact true
		is .load.content.flows_off 20
		is '.load.content.first | [.flow, .direction, .offset]' '[0,"up",116]'
		is '.load.content.first.seen[:2]' '"55"'
		jqf '.load.content.first | .expected[:2] != "55" and .expected[2:] == .seen[2:]'
		jqf '[.findings[] | select(.id == "load.accounting" and .subject == "content")] |
			length == 1 and .[0].verdict == "fail" and .[0].observed == 20'
	done
	unmangle
	mangle down
	report 1 load -6 --flows 3 --bytes 200000 --direction down --verify
	is '.load.content.first | [.flow, .direction, .offset]' '[0,"down",100]'
	expect_exit 1 kiloflow load --flows 3 --bytes 200000 --direction down --verify
	says stdout 'FAIL .* are not those that were sent: 3'
	says stdout 'flow 0 down, byte 100: 0x[0-9a-f]{2} was sent, 0x55 was'
	unmangle
	report 0 load --flows 3 --bytes 200000 --verify
}

# Nobody looks, nobody sees.
case_corruption_unseen()
{
	mangle up
	report 0 load --flows 3 --bytes 200000
	is .load.content null
}

# A reset while pages are spliced is an outcome like any other.
case_reset()
{
	nft -f - <<-'N' 2>nft.err || skip "nft cannot reject here: $(head -n 1 nft.err)"
		table inet cut {
			chain out {
				type filter hook output priority 0;
				tcp sport & 1 == 0 meta length > 1000 reject with tcp reset
			}
		}
	N
	report 1 load --flows 50 --time 300ms --direction both --send zerocopy
	jqf '.load.flows | .reset > 0 and ([.[]] | add) == 2 * .asked'
}

host_main "$@"
