#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# replays - what cannot be played in a network namespace, for its sysctl is the
# whole machine's, from facts: is the right cause named, with the right number?
#
# incidents/changed/CAUSE.json holds what such an incident changes in the facts,
# of six connections; it is added to this namespace's own. It is put together
# from what each of them is known to change; incidents/record.sh brings them
# about and prints the same, on a machine that may be spoiled.
. "$(dirname "$0")/../support/host.sh"

changed=$host_top/tests/host/incidents/changed

# replay STATUS CAUSE: ./stdout is the report
replay()
{
	kiloflow snapshot --output before.json
	jq --slurpfile changed "$changed/$2.json" -f "$changed/../change.jq" before.json >after.json
	report "$1" postmortem --before before.json --after after.json
}

# names CAUSE MIN MAX: and no other that claims anything
names()
{
	replay 1 "$1"
	is '[.causes[] | select(.connections.max > 0) | [.id, .connections.min, .connections.max]]' "[[\"$1\",$2,$3]]"
}

case_memory()
{
	names memory-pressure 6 6
	is '.causes[0].evidence.TCPAbortOnMemory' 6
}

case_orphans()
{
	names orphan-limit 6 6
	jqf '.causes[0].mend | test("tcp_max_orphans")'
}

case_conntrack()
{
	names conntrack-full 6 6
	jqf '.causes[0].why | test("dropped")'
}

# Packets were dropped and sent again: nobody failed.
case_device()
{
	replay 0 device-backlog
	is '[.causes[] | .id]' '["device-backlog"]'
	is .failed '{"max":0,"min":0}'
}

host_main "$@"
