#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# offline - a snapshot is judged like the host that it was taken of; what is no
# snapshot is refused
. "$(dirname "$0")/../support/host.sh"

hostile=$'\e[2J\n"\xff\u202e'

# An address of its own, and listeners of every sort.
some_listeners()
{
	ip addr add 198.51.100.7/32 dev lo
	ip addr add 2001:db8:1::7/128 dev lo nodad
	spawn "$PEER" listen 127.0.0.1 7001 5
	spawn "$PEER" listen 198.51.100.7 7002 128 secret-app
	spawn "$PEER" listen 2001:db8:1::7 7002 128 secret-app
	spawn "$PEER" listen ::1 7003 600 "$hostile"
	spawn "$PEER" listen 0.0.0.0 7004 511 nginx
	local port
	for port in 7001 7002 7003 7004; do
		await listening "$port"
	done
}

# What is judged, each on one line. Not what the host carries at most: its
# memory and open files are others at each moment.
judged()
{
	jq -cS '.findings, .listeners, .verdict, .goal, .host' "$1"
}

here=() # options that only make sense where the host is

# same COMMAND [ARGUMENT...]: here, and from a snapshot taken before
same()
{
	local command=$1 options=("${here[@]}") status=0
	shift
	[[ $command == listeners ]] || options+=(--no-load)
	kiloflow "$command" "${options[@]}" "$@" --format json >here || status=$?
	report "$status" "$command" --from snapshot.json "$@"
	judged here >here.judged
	judged stdout >there.judged
	cmp here.judged there.judged || {
		diff <(jq . here.judged) <(jq . there.judged) | head -n 40
		fail "judged otherwise: $command $*"
	}
}

taken() # ARGUMENT...
{
	# the machine's log grows while other tests run
	mount --bind /dev/null /dev/kmsg
	expect_exit 0 kiloflow snapshot --output snapshot.json "$@"
	silent stdout
	silent stderr
}

case_same_findings()
{
	some_listeners
	taken
	same check
	same check --flows 10
	same check --flows 100000
	same check --strict --role server
	same listeners
	jq -e '.listeners | length == 5' here >/dev/null || fail "not five listeners"
}

case_same_findings_of_a_goal()
{
	some_listeners
	taken --port 7002
	same check --port 7002
	same check --port 7002 --flows 50000
	taken -6
	same check -6
	taken --peer 198.51.100.7
	same check --peer 198.51.100.7
}

case_same_findings_where_much_is_unknown()
{
	some_listeners
	mount -t tmpfs none /proc/sys/net/core
	taken
	same check
	same listeners
	mount -t tmpfs none /proc/sys
	taken
	same check
}

case_same_findings_of_nobody()
{
	cp "$KILOFLOW" kiloflow
	local program=$PWD/kiloflow
	chmod 777 .
	kiloflow() { setpriv --reuid=65534 --regid=65534 --clear-groups "$program" "$@"; }
	some_listeners
	taken
	same check
	same listeners
	jq -e '.listeners[0].owners_state == "denied"' here >/dev/null || fail "owners are seen"
}

case_same_findings_of_every_namespace()
{
	mount -t tmpfs none /run
	ip netns add one
	ip netns exec one ip link set lo up
	some_listeners
	spawn ip netns exec one "$PEER" listen 127.0.0.1 7009 5
	await listening_in_one 7009
	taken --netns all
	here=(--netns all)
	same check
	same listeners
	jq -e '[.listeners[] | select(.port == 7009)] | length == 1' here >/dev/null ||
		fail "the other namespace was not looked at"
}

listening_in_one() { [[ -n $(ip netns exec one ss -Htln "sport = :$1") ]]; }

case_standard_output_and_input()
{
	some_listeners
	kiloflow snapshot >snapshot.json
	kiloflow snapshot --output - | kiloflow listeners --from - --format json >stdout
	is '.listeners | length' 5
	same listeners
}

case_no_load_test()
{
	taken
	expect_exit 0 kiloflow check --from snapshot.json --flows 10
	says stdout "left out .the facts are a snapshot's"
	report 0 check --from snapshot.json --flows 10
	is .load null
}

valid()
{
	/usr/bin/python3 - "$host_top/checker/report/kiloflow.snapshot.schema.json" "$1" <<-'P' || fail "not valid: $1"
		import json, sys, jsonschema
		schema, report = (json.load(open(path)) for path in sys.argv[1:])
		kind = jsonschema.validators.validator_for(schema)
		kind.check_schema(schema)
		errors = list(kind(schema).iter_errors(report))
		for error in errors:
		    print("/".join(map(str, error.path)), error.message[:300])
		sys.exit(bool(errors))
	P
}

case_schema()
{
	some_listeners
	taken
	valid snapshot.json
	taken --redact
	valid snapshot.json
	mount -t tmpfs none /proc/sys
	taken
	valid snapshot.json
}

# --- redact ------------------------------------------------------------------

# What names and addresses are not part of.
anonymous()
{
	jq -cS '[.findings[] | {id, verdict, observed, needed, unit}] | sort' "$1"
}

case_redact()
{
	local name
	some_listeners
	taken --redact
	for name in secret-app nginx 198.51.100.7 2001:db8:1::7; do
		if grep -qF "$name" snapshot.json; then
			fail "it has $name"
		fi
	done
	report 0 listeners --from snapshot.json
	is '[.listeners[] | select(.port == 7002) | .owners[0].comm] | unique | length' 1
	is '[.listeners[].owners[0].comm] | unique' '["process-1","process-2","process-3","process-4"]'
	is '[.listeners[] | select(.port == 7001)][0].address' '"127.0.0.1"'
	is '[.listeners[] | select(.port == 7004)][0].address' '"0.0.0.0"'
	is .host.name '"host-1"'
	kiloflow check --no-load --flows 1000 --format json >here || true
	kiloflow check --from snapshot.json --flows 1000 --format json >there || true
	cmp <(anonymous here) <(anonymous there) || fail "judged otherwise"
}

# --- refusals ----------------------------------------------------------------

# refused REGEX COMMAND...: a usage error
refused()
{
	local regex=$1
	shift
	expect_exit 2 kiloflow "$@"
	silent stdout
	says stderr "$regex"
}

case_files_that_are_none()
{
	refused 'No such file.*; write one with .kiloflow snapshot.' check --from missing
	refused 'Is a directory; use --sos' check --from .
	refused 'too large|too many|File too large' listeners --from /dev/zero
	refused 'line 1' check --from /dev/null
	refused 'No such file' check --sos missing
	refused 'no unpacked sosreport' check --sos .
	refused 'Not a directory' listeners --sos "$KILOFLOW"
}

# Every length: each is refused, or whole.
case_cut_short()
{
	local size len
	taken
	size=$(stat -c %s snapshot.json)
	for ((len = 0; len < size - 1; len += size / 40)); do
		head -c "$len" snapshot.json >cut.json
		refused 'cut.json: line [0-9]+, column [0-9]+' check --from cut.json
	done
}

case_newer()
{
	taken
	sed -i 's,kiloflow.snapshot/1,kiloflow.snapshot/2,' snapshot.json
	refused 'newer kiloflow.*kiloflow.snapshot/2' check --from snapshot.json
	kiloflow listeners --format json >snapshot.json
	refused 'not a snapshot.*kiloflow.report/1' check --from snapshot.json
}

case_wrong_values()
{
	local edit
	some_listeners
	taken
	for edit in '.host.namespaces = []' '.host.namespaces[0].listeners = 1000000000' \
		'.host.namespaces[0].listeners[0].port = -1' \
		'.host.namespaces[0].listeners[0].port = "x"' \
		'.host.namespaces[0].listeners[0].owners[0].comm = "€"' \
		'.host.namespaces[0].sysctls["net.core.somaxconn"] = -1' \
		'.host.limits.nofile_hard = 1.5' 'del(.goal)' 'del(.host)'; do
		jq "$edit" snapshot.json >wrong.json
		refused 'wrong.json: (host|goal)' check --from wrong.json
	done
	jq '.host.new = {}' snapshot.json >wrong.json
	expect_exit 0 kiloflow listeners --from wrong.json
}

case_contradictions()
{
	taken
	refused 'exclude each other' check --from snapshot.json --netns 1
	refused 'exclude each other' check --from snapshot.json --load
	refused 'exclude each other' check --from snapshot.json --sos .
	refused 'without the load test, which --from leaves out' check --from snapshot.json --time 1s
	refused 'not an option of load' load --from snapshot.json
	refused 'nothing listens on port 9' check --from snapshot.json --port 9
}

# --- writing -----------------------------------------------------------------

case_output()
{
	mkdir dir
	echo old >dir/file
	ln -s file dir/link
	expect_exit 0 kiloflow snapshot --output dir/link
	[[ -L dir/link ]] || fail "the link is gone"
	jq -e .schema dir/file >/dev/null || fail "the file was not replaced"
	expect_exit 3 kiloflow snapshot --output /dev/full
	says stderr 'cannot write /dev/full: No space'
	[[ -c /dev/full ]] || fail "a device was replaced"
	expect_exit 3 kiloflow snapshot --output missing/file
	says stderr 'cannot write missing/file: No such file.*; name a file in a folder that you may write to'
	[[ $(ls -A dir) == $'file\nlink' ]] || fail "something is left beside the file"
}

case_output_is_whole_or_not_there()
{
	mkdir small
	mount -t tmpfs -o size=4k none small
	expect_exit 3 kiloflow snapshot --output small/file
	says stderr 'cannot write small/file: No space.*; make room, or name a file on another disk'
	[[ -z $(ls -A small) ]] || fail "something is left"
}

# --- a policy -----------------------------------------------------------------

case_policy()
{
	sysctl -qw net.core.somaxconn=1234
	kiloflow snapshot --output snapshot.json
	expect_exit 0 kiloflow policy
	mv stdout live
	sysctl -qw net.core.somaxconn=99
	expect_exit 0 kiloflow policy --from snapshot.json
	cmp live stdout
	says stdout '^net.core.somaxconn >= 1234$'
	expect_exit 0 kiloflow policy --sos "$host_top/tests/fixtures/sosreport/namespaces"
	says stdout '^net.core.somaxconn >= 4096$'
	refused 'write one with' policy --from missing
	refused 'one namespace' policy --sos . --netns all
}

# --- sosreports ---------------------------------------------------------------

case_sosreport()
{
	local sos=$host_top/tests/fixtures/sosreport
	expect_exit 1 kiloflow check --sos "$sos/debian-12" --format json
	is .host.name '"db-1"'
	is '.listeners | length' 4
	is .load null
	expect_exit 1 kiloflow check --sos "$sos/debian-12"
	says stdout "left out .the facts are a sosreport's"
	expect_exit 0 kiloflow listeners --sos "$sos/rhel-7" --format json
	is '[.listeners[] | select(.port == 8080)][0] | [.queue, .limit, .drops, .syn_queue]' '[129,128,null,1]'
}

# Made by sos 4.0: two namespaces of `ip netns`, sysctl.d and dmesg.
case_sosreport_namespaces()
{
	local sos=$host_top/tests/fixtures/sosreport/namespaces
	expect_exit 0 kiloflow listeners --sos "$sos" --format json
	is '[.listeners[] | .port]' '[18080]'
	expect_exit 0 kiloflow listeners --sos "$sos" --netns all --format json
	is '[.listeners[] | [.netns.name, .port, .queue]]' '[[null,18080,3],["shop",5000,6],["shop",6379,0]]'
	expect_exit 1 kiloflow check --sos "$sos" --netns all --format json
	is '[.findings[] | select(.verdict == "fail") | [.id, .netns.name]]' '[["path.loopback","pay-2"]]'
	is '[.findings[] | select(.id == "drift.changes") | .subject] | sort' \
		'["kernel.pid_max","net.core.somaxconn","net.ipv4.tcp_fin_timeout"]'
}

host_main "$@"
