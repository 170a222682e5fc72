#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# aggregates - the totals are right where other tools' broke: around 128 and
# 256 flows, with thousands, past 2^32 bytes
. "$(dirname "$0")/../support/host.sh"

# Bytes that lo carried: /proc/net/dev counts frames, headers included.
lo_bytes() { awk '$1 == "lo:" { print $2 }' /proc/net/dev; }

# One flow's handshake, hello and close are some ten segments of headers; of
# the data, headers and acknowledgements are under 5 %.
adds_up() # FLOWS BEFORE
{
	local claimed on_wire=$(($(lo_bytes) - $2))
	is .load.flows.ok "$1"
	is .load.bytes.exact true
	is .load.bytes.flows_off 0
	jqf '.load.bytes | .written == .acked and .acked == .received and .received == .read'
	jqf '(.load.intervals | map(.bytes) | add) == .load.bytes.read'
	claimed=$(jq .load.bytes.read stdout)
	((claimed > 0 && on_wire >= claimed)) ||
		fail "claims $claimed bytes, lo carried $on_wire"
	((on_wire <= claimed + claimed / 20 + $1 * 2000 + 10000)) ||
		fail "claims $claimed bytes, lo carried $on_wire"
}

flows() # N [ARGUMENT...]
{
	local n=$1 before
	shift
	sysctl -qw net.core.somaxconn=65536
	before=$(lo_bytes)
	report 0 load --flows "$n" "${@:---time=200ms}"
	adds_up "$n" "$before"
}

case_1() { flows 1; }
case_2() { flows 2; }
case_127() { flows 127; }
case_128() { flows 128; }
case_129() { flows 129; }
case_255() { flows 255; }
case_256() { flows 256; }
case_257() { flows 257; }
case_1000() { flows 1000; }
case_4096() { flows 4096; }
case_ipv6() { flows 300 -6 --time 200ms; }

case_one_flow_past_32_bits()
{
	flows 1 --bytes 4400M
	jqf '.load.bytes.read > 4294967296'
}

case_bytes_of_each_flow_are_exact()
{
	flows 100 --bytes 100000
	jqf '.load.bytes.read >= 10000000'
	flows 100 --bytes 1
	flows 100 --bytes 100000 --direction both
	jqf '.load.bytes.read >= 20000000'
}

host_main "$@"
