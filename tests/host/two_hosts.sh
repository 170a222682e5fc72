#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# two_hosts - load --connect and serve, in two namespaces joined by a veth:
# what went wrong between them is counted, and the rest is exact
. "$(dirname "$0")/../support/host.sh"

here=10.9.0.1
there=10.9.0.2

# LeakSanitizer looks through another process, which a confined one cannot have.
unleaked=(env "ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0")

far() { ip netns exec far "$@"; }

# The far host, and a key that both have.
two_hosts()
{
	mount -t tmpfs tmpfs /run
	ip netns add far
	ip link add near0 type veth peer name far0 netns far
	ip addr add $here/24 dev near0
	ip addr add fd09::1/64 dev near0 nodad
	ip link set near0 up
	far ip addr add $there/24 dev far0
	far ip addr add fd09::2/64 dev far0 nodad
	far ip link set far0 up
	far ip link set lo up
	(umask 077 && head -c 32 /dev/urandom | base64 >key)
}

serve() # [ARGUMENT...]
{
	spawn "${unleaked[@]}" ip netns exec far "$KILOFLOW" serve --listen $there --key-file key "$@" 2>serve.log
	await eval 'far ss -Htln "sport = :5202" | grep -q .'
}

connected() # STATUS ARGUMENT...
{
	local want=$1
	shift
	report "$want" load --connect $there --key-file key "$@"
}

exact() # FLOWS
{
	is .load.bytes.exact true
	is .load.bytes.flows_off 0
	is '.load.flows | .ok + .late' "$1"
	jqf '(.load.intervals | map(.bytes) | add) == .load.bytes.read'
	is '.peers[0].lost' null
}

accounted() # for as many flows as were asked for
{
	jqf '.load.flows | .asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
}

case_directions()
{
	two_hosts
	serve
	local way
	for way in up down both; do
		connected 0 --flows 200 --time 200ms --direction $way
		exact 200
	done
	is '.peers[0] | .address, .verdict' "$(printf '"%s:5202"\n"ready"' $there)"
	is .goal.peer "\"$there\""
}

case_bytes_waves_and_ipv6()
{
	two_hosts
	serve
	connected 0 --flows 100 --bytes 10000 --burst 30
	exact 100
	is .load.bytes.read 1000000
	is .load.accept_queue.peak 30
	spawn "${unleaked[@]}" ip netns exec far "$KILOFLOW" serve --quiet --listen '[fd09::2]:5203' --key-file key
	await eval 'far ss -Htln "sport = :5203" | grep -q .'
	report 0 load --connect '[fd09::2]:5203' --key-file key --flows 50 --bytes 64K --direction both
	exact 50
	is .load.mode.family '"ipv6"'
	is .load.bytes.written $((50 * 65536 * 2))
}

# The queue is the far one's: so are its limit, its drops, and the finding.
case_far_queue()
{
	two_hosts
	far sysctl -qw net.core.somaxconn=64
	serve
	connected 1 --flows 90 --bytes 1000
	is .load.accept_queue '{"drops":25,"limit":64,"peak":65}'
	exact 90
	is '.peers[0].verdict' '"not-ready"'
	is '.peers[0].findings[] | select(.verdict == "fail") | .id, .remedy.to' '"backlog.somaxconn"
4096'
	jqf '.peers[0].counters.ListenOverflows >= 25 and .load.counters.ListenOverflows == 0'
	expect_exit 1 kiloflow load --connect $there --key-file key --flows 90 --bytes 1000
	says stdout 'far host    10.9.0.2:5202'
	says stdout 'fix there: sysctl -w net.core.somaxconn=4096'
}

case_small_mtu()
{
	two_hosts
	far ip link set far0 mtu 600
	serve
	connected 0 --flows 50 --bytes 100K --direction both
	exact 50
}

case_loss()
{
	two_hosts
	serve
	far nft -f - <<-'N'
		table inet loss {
			chain input {
				type filter hook input priority 0;
				tcp dport != 5202 tcp flags & (syn | fin | rst) == 0 numgen inc mod 100 == 7 drop
			}
		}
	N
	connected 0 --flows 20 --bytes 500K
	exact 20
	jqf '.load.retransmits > 0'
}

case_firewall()
{
	two_hosts
	serve
	far nft -f - <<-'N'
		table inet wall {
			chain input {
				type filter hook input priority 0;
				tcp dport != 5202 tcp flags & (syn | ack) == syn numgen inc mod 4 == 0 reject with tcp reset
			}
		}
	N
	connected 1 --flows 100 --bytes 1000
	is '.load.flows | [.ok + .late, .refused]' '[75,25]'
	is .load.bytes.exact true
	is '.load.errors' '[{"count":25,"errno":"ECONNREFUSED","phase":"connect"}]'
}

# Flows break with their host; what was measured here is told.
case_far_host_dies()
{
	two_hosts
	serve
	(sleep 1 && far pkill -KILL -x -P "$spawned" -u 65534 kiloflow) &
	connected 1 --flows 50 --time 3s --direction both
	accounted
	jqf '.load.flows.reset > 0 and .peers[0].lost != null'
	is .load.bytes.exact false
	is .load.flows.asked 50
	connected 0 --flows 50 --bytes 1000
}

# The flows do not need it; only what the far end counted stays unknown.
case_control_dies()
{
	two_hosts
	serve
	(sleep 0.5 && nft 'table inet cut { chain output { type filter hook output priority 0; tcp dport 5202 reject with tcp reset; }; }') &
	connected 3 --flows 50 --time 1s
	is .load.flows.ok 50
	is '.peers[0].flows_untold' 50
	is .load.bytes.exact false
	is '.findings[] | select(.id == "load.accounting").verdict' '"note"'
	expect_exit 3 kiloflow load --connect $there --key-file key --flows 10
	says stdout 'cannot connect to 10.9.0.2:5202: Connection refused'
}

case_interrupted()
{
	two_hosts
	serve
	expect_exit 130 env --default-signal timeout --foreground --preserve-status --signal=INT 1 \
		"$KILOFLOW" load --connect $there --key-file key --flows 50 --time 30s --direction both --format json
	exact 50
	jqf '.seconds < 10'
	connected 0 --flows 50 --bytes 1000
}

case_keys()
{
	two_hosts
	expect_exit 2 kiloflow serve --listen $here
	says stderr '--key-file is needed'
	silent stdout
	cp key open && chmod 640 open
	expect_exit 2 kiloflow serve --listen $here --key-file open
	says stderr 'others may read it .mode 640.; chmod 600 open'
	expect_exit 2 kiloflow load --connect $there --key-file open
	(umask 077 && echo short >short && echo other-key-of-16-bytes >other)
	expect_exit 2 kiloflow load --connect $there --key-file short
	says stderr '5 bytes are too few'
	serve
	expect_exit 3 kiloflow load --connect $there --key-file other --flows 10
	says stdout 'has another key'
	expect_exit 3 kiloflow load --connect $there --flows 10
	says stdout 'has another key'
	says serve.log 'has not our key'
}

case_limits()
{
	two_hosts
	serve --max-flows 50 --max-time 2s --max-bytes 10M --max-clients 1
	connected 1 --flows 51
	is .load.refused '{"have":50,"need":51,"resource":"the far host'"'"'s --max-flows"}'
	connected 1 --flows 10 --time 3s
	is .load.refused.resource '"the far host'"'"'s --max-time (ms)"'
	connected 1 --flows 50 --bytes 1M
	is .load.refused.have $((10 << 20))
	# by time nobody knows before: it is cut off
	connected 1 --flows 10 --time 2s
	is '.load.errors[0].errno' '"EDQUOT"'
	accounted
	: >serve.log
	"$KILOFLOW" load --connect $there --key-file key --flows 2 --bytes 1000 --accept slow:1/s >other 2>&1 &
	await grep -q 'session begins' serve.log
	connected 1 --flows 1
	is .load.refused '{"have":1,"need":2,"resource":"the far host'"'"'s --max-clients"}'
	wait $!
}

case_confined()
{
	two_hosts
	serve
	await grep -q 'serving on port' serve.log
	says "/proc/$spawned/status" '^Uid:.65534.65534.65534.65534$'
	says "/proc/$spawned/status" '^CapEff:.0000000000000000$'
	says "/proc/$spawned/status" '^CapBnd:.0000000000000000$'
	says "/proc/$spawned/status" '^NoNewPrivs:.1$'
	says "/proc/$spawned/status" '^Seccomp:.2$'
}

# While others do all of that, one who does not is served as ever.
case_hostile()
{
	two_hosts
	serve --max-flows 1000000 --max-clients 64
	spawn python3 "$host_top/tests/support/near.py" $there 5202 key slow_loris
	local slow=$spawned
	expect_exit 0 python3 "$host_top/tests/support/near.py" $there 5202 key \
		garbage endless_line wrong_key replay half_open disconnects headers refusals out_of_turn
	connected 0 --flows 50 --bytes 10000
	exact 50
	wait "$slow" || fail "slow_loris"
}

case_schema()
{
	two_hosts
	far sysctl -qw net.core.somaxconn=64
	serve
	connected 1 --flows 90 --bytes 1000
	/usr/bin/python3 - "$host_top/checker/report/kiloflow.report.schema.json" stdout <<-'P' || fail "not valid"
		import json, sys, jsonschema
		schema, report = (json.load(open(path)) for path in sys.argv[1:])
		jsonschema.validate(report, schema)
		assert report["peers"][0]["findings"]
	P
}

# Over loopback nobody needs a key; and the privileges of nobody are enough.
case_loopback()
{
	chmod 777 .
	spawn "${unleaked[@]}" setpriv --reuid 65534 --regid 65534 --clear-groups "$KILOFLOW" serve --quiet
	await listening 5202
	report 0 load --connect localhost --flows 100 --time 200ms --direction both
	exact 100
}

host_main "$@"
