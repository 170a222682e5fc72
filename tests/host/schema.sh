#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# schema - every JSON report is valid by the schema that is installed
. "$(dirname "$0")/../support/host.sh"
. "$host_top/tests/support/fix.sh"

valid() # STATUS ARGUMENT...
{
	report "$@"
	/usr/bin/python3 - "$host_top/checker/report/kiloflow.report.schema.json" stdout <<-'P' || fail "not valid: $*"
		import json, sys, jsonschema
		schema, report = (json.load(open(path)) for path in sys.argv[1:])
		kind = jsonschema.validators.validator_for(schema)
		kind.check_schema(schema)
		errors = list(kind(schema).iter_errors(report))
		for error in errors:
		    print("/".join(map(str, error.path)), error.message[:300])
		sys.exit(bool(errors))
	P
	sorted_keys
}

sorted_keys()
{
	/usr/bin/python3 - stdout <<-'P' || fail "keys are not sorted, or come twice"
		import json, sys
		def pairs(items):
		    keys = [key for key, _ in items]
		    assert keys == sorted(set(keys)), keys
		json.load(open(sys.argv[1]), object_pairs_hook=pairs,
		          parse_constant=lambda name: sys.exit(name))
	P
}

case_ready() { valid 0 check --flows 100 --time 100ms; }
case_not_ready() { valid 1 check --flows 300 --backlog 100 --time 100ms; }
case_prediction() { valid 1 check --flows 10000 --no-load; }
case_load() { valid 0 load --flows 100 --direction both --time 100ms; }
case_eager() { valid 1 load --flows 300 --backlog 10 --eager --time 100ms; }
case_limit() { valid 1 load --find-limit --backlog 5; }
case_target()
{
	valid 1 load --target 127.0.0.1:7777 --flows 3
	spawn "$PEER" listen 127.0.0.1 7001 5
	await listening 7001
	valid 1 load --target 127.0.0.1:7001 --flows 3 --time 1ms
}
case_datapath() { valid 0 load --flows 10 --send zerocopy --receive discard --time 100ms; }

case_verify()
{
	valid 0 load --flows 10 --verify --time 100ms
	nft -f - 2>nft.err <<-'N' || skip "nft cannot change payload here: $(head -n 1 nft.err)"
		table inet corrupt {
			chain out {
				type filter hook output priority 0;
				meta length > 1000 @ih,800,8 set 0x55
			}
		}
	N
	valid 1 load --flows 10 --verify --time 100ms
	is .load.content.first.offset 116
}

case_slow() { valid 0 load --flows 10 --accept slow:100/s --time 100ms; }
case_shapes()
{
	valid 0 load --flows 10 --request 10 --response 10 --time 50ms
	valid 0 load --flows 10 --hold --rate 1k/s --time 50ms
	sysctl -qw net.ipv4.ip_local_port_range='40000 40009' net.ipv4.tcp_tw_reuse=0
	valid 1 load --churn 1k/s --time 20ms --flows 5
	valid 1 load --churn 1k/s --time 20ms --flows 11
}

# Planned, in force, taken back, impossible.
case_fix()
{
	private_files
	echo 128 >"$cap"
	valid 1 check --flows 300 --no-load --fix --dry-run
	valid 0 check --flows 300 --no-load --fix --yes --persist
	valid 0 undo
	mount --bind /proc/sys /proc/sys
	mount -o remount,ro,bind /proc/sys
	valid 4 check --flows 300 --no-load --fix --yes
}

case_no_listeners() { valid 0 listeners; }

case_listeners()
{
	spawn "$PEER" listen 127.0.0.1 7001 5 $'\e\xff'
	spawn "$PEER" listen ::1 7001 5
	await listening 7001
	valid 0 listeners
	valid 1 check --flows 10 --port 7001 --time 50ms
}

# tests/host/sum.sh has what they say.
case_sum()
{
	local log
	for log in "$host_top"/tests/fixtures/sum/*; do
		case $log in
		*-udp.txt) continue ;;
		*-refused.* | *-reset.* | *-129.* | *-server.* | *-no-sum.* | \
			*/cut-2.0.txt | */cut-wrong.* | \
			*/cut-sum-off-by-one.csv) valid 1 sum "$log" ;;
		*-sum-only.txt | */cut-truncated.*) valid 3 sum "$log" ;;
		*) valid 0 sum "$log" ;;
		esac
	done
}

case_policy()
{
	kiloflow policy >p
	echo 'ignore ports.ephemeral "x"' >>p
	echo 'net.ipv4.tcp_rmem[2] >= 99999999 warn "y"' >>p
	valid 0 check --flows 10 --no-load --policy p
}

case_namespaces()
{
	spawn unshare --net "$PEER" listen 127.0.0.1 7001 5
	await other_namespace
	valid 0 listeners --netns all
	valid 1 check --flows 10 --time 50ms --netns all --load
}

other_namespace() { nsenter -t "$spawned" -n true && [[ $(readlink "/proc/$spawned/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }

case_refused()
{
	ip link set lo down
	valid 1 load --flows 10
	valid 1 check --flows 10
}

case_unknown()
{
	mount -t tmpfs none /proc/sys/net/core
	valid 3 check --no-load
}

case_everything_gone()
{
	mount -t tmpfs none /proc/sys
	valid 3 check --no-load
}

case_run()
{
	kiloflow() { "$KILOFLOW" run --report run.json --format json -- "$KILOFLOW" load --flows 50 --backlog 5 --time 50ms >load.txt || true; cat run.json; }
	valid 0
	is .exit_code 1
}

# With causes and without, and with what is not known.
case_postmortem()
{
	kiloflow snapshot --output before.json
	valid 0 postmortem --before before.json
	kiloflow load --flows 200 --backlog 5 --eager --time 50ms >load.txt || true
	valid 1 postmortem --before before.json
	jq '.host.namespaces[0].counters |= map_values({state: "denied"})' before.json >denied.json
	valid 3 postmortem --before denied.json
}

case_interrupted()
{
	expect_exit 130 env --default-signal timeout --foreground --preserve-status --signal=INT 0.7 \
		"$KILOFLOW" load --flows 100 --time 30s --format json
	kiloflow() { cat interrupted.json; }
	mv stdout interrupted.json
	valid 0
}

host_main "$@"
