#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# postmortem - what failed between two snapshots is counted and explained, and
# two that do not belong together are refused
. "$(dirname "$0")/../support/host.sh"

taken() # FILE
{
	kiloflow snapshot --output "$1"
}

# N connects to a port where nobody listens
refused() # N
{
	local i
	for ((i = 0; i < $1; i++)); do
		(: >/dev/tcp/127.0.0.1/7) 2>/dev/null || true
	done
}

case_nothing_failed()
{
	taken before.json
	kiloflow load --flows 50 --time 50ms >load.txt
	report 0 postmortem --before before.json
	is .failed '{"max":0,"min":0}'
	is .causes '[]'
	expect_exit 0 kiloflow postmortem --before before.json
	says stdout '^NOTHING FAILED'
}

case_refused()
{
	taken before.json
	refused 3
	taken after.json
	refused 9
	report 1 postmortem --before before.json --after after.json
	is '[.causes[] | {id, n: .connections, confidence}]' \
		'[{"id":"refused","n":{"max":3,"min":3},"confidence":"likely"}]'
	report 1 postmortem --before before.json
	is '.causes[0].connections' '{"max":12,"min":12}'
	expect_exit 1 kiloflow postmortem --before before.json --after after.json
	says stdout '^EXPLAINED'
	expect_exit 1 kiloflow postmortem --quiet --before before.json
	[[ $(wc -l <stdout) == 1 ]] || fail "not one line"
}

case_since_boot()
{
	refused 3
	report 1 postmortem
	is '.causes[0].id' '"refused"'
	expect_exit 1 kiloflow postmortem
	says stdout 'since boot'
}

case_accept_queue()
{
	taken before.json
	kiloflow load --flows 200 --backlog 5 --eager --time 50ms >load.txt || true
	report 1 postmortem --before before.json
	is '.causes[0].id' '"accept-queue-overflow"'
	jqf '.causes[0].connections.min > 0'
	jqf '.causes[0].evidence.SyncookiesFailed >= .causes[0].connections.min'
	is '.exit_code' 1
}

case_standard_input()
{
	taken before.json
	refused 1
	kiloflow postmortem --before - --format json <before.json >stdout || true
	is '.causes[0].id' '"refused"'
}

# --- what does not belong together --------------------------------------------

refuses() # WORDS ARGUMENT...
{
	local words=$1
	shift
	expect_exit 2 kiloflow postmortem "$@"
	silent stdout
	says stderr "$words"
}

case_not_a_pair()
{
	taken before.json
	taken after.json
	jq '.host.name = "other"' before.json >name.json
	jq '.host.boot_id = "b"' before.json >boot.json
	jq '.host.namespaces[0].inode = 1' before.json >netns.json
	head -c 900 before.json >cut.json
	refuses 'of host other' --before name.json
	refuses 'booted between' --before boot.json
	refuses 'no network namespace in common' --before netns.json
	refuses 'line [0-9]+, column' --before cut.json
	refuses 'after the other' --before after.json --after before.json
	refuses 'cannot read' --before nothing.json
	refuses 'cannot read' --before before.json --after nothing.json
	refuses 'sos' --before before.json --sos .
}

# Of a boot and a namespace that are not known nothing is refused.
case_old_snapshots()
{
	taken before.json
	jq 'del(.host.boot_id)' before.json >old.json
	refused 2
	report 1 postmortem --before old.json
	is '.causes[0].connections' '{"max":2,"min":2}'
}

case_every_namespace()
{
	kiloflow snapshot --netns all --output before.json
	spawn unshare --net sleep 60
	await other_namespace
	refused 2
	report 1 postmortem --netns all --before before.json
	is '.causes[0].connections' '{"max":2,"min":2}'
	kiloflow snapshot --output one.json
	kiloflow postmortem --netns all --before one.json >stdout || true
	says stdout 'not in both snapshots'
}

other_namespace()
{
	[[ $(readlink "/proc/$spawned/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

case_sosreport()
{
	local dir
	for dir in "$host_top"/tests/fixtures/sosreport/*/; do
		kiloflow postmortem --sos "$dir" --format json >stdout || [[ $? == [13] ]]
		jqf '.failed.min >= 0'
	done
}

host_main "$@"
