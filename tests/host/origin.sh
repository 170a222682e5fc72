#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# origin - a thousand flows and the cap on accept queues: the prediction and
# the load test agree, on both sides of the boundary
. "$(dirname "$0")/../support/host.sh"

finding() # ID FIELD
{
	echo "[.findings[] | select(.id == \"$1\")][0].$2"
}

cap() { sysctl -qw "net.core.somaxconn=$1"; }

case_somaxconn_128_is_not_ready()
{
	cap 128
	report 1 check --flows 1000 --time 500ms
	is .verdict '"not-ready"'
	is .exit_code 1
	is "$(finding backlog.somaxconn verdict)" '"fail"'
	is "$(finding backlog.somaxconn observed)" 128
	is "$(finding backlog.somaxconn needed)" 999
	jqf "$(finding backlog.somaxconn why) | test(\"128\") and test(\"1000\")"
	is "$(finding backlog.somaxconn remedy.key)" '"net.core.somaxconn"'
	is "$(finding backlog.somaxconn remedy.to)" 4096
}

case_somaxconn_128_is_proved()
{
	cap 128
	report 1 load --flows 1000 --time 500ms
	is .load.accept_queue '{"drops":871,"limit":128,"peak":129}'
	is .load.flows.late 871
	is .load.flows.ok 129
	is .load.bytes.exact true
	is .load.bytes.flows_off 0
	is "$(finding load.outcomes verdict)" '"fail"'
	jqf "$(finding load.outcomes why) | test(\"^871 of 1000\") and test(\"reset\")"
}

case_somaxconn_128_in_words()
{
	cap 128
	expect_exit 1 kiloflow --flows 1000 --time 200ms
	silent stderr
	says stdout 'FAIL +net.core.somaxconn is 128'
	says stdout '999'
	says stdout 'sysctl -w net.core.somaxconn=4096'
	says stdout '^NOT READY'
	[[ $(tail -n 1 stdout) == "NOT READY"* ]] || fail "the last line is not the verdict"
}

case_eager_clients_are_reset()
{
	cap 128
	report 1 load --eager --flows 1000 --time 500ms
	jqf '.load.flows.reset > 0'
	jqf '.load.flows | .asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
	jqf '[.load.errors[] | select(.errno == "ECONNRESET" or .errno == "EPIPE") | .count] | add > 0'
	is .load.bytes.flows_off 0
	is .load.mode.eager true
}

case_somaxconn_65536_is_ready()
{
	cap 65536
	report 0 check --flows 1000 --time 500ms
	jqf '.verdict | test("^ready")'
	is .load.flows.ok 1000
	is .load.accept_queue.drops 0
	is .load.accept_queue.peak 1000
	is .load.bytes.exact true
}

case_boundary_999_holds_1000()
{
	cap 999
	report 0 check --flows 1000 --time 200ms
	is "$(finding backlog.somaxconn verdict)" '"ok"'
	is .load.accept_queue '{"drops":0,"limit":999,"peak":1000}'
	is .load.flows.ok 1000
}

case_boundary_998_does_not()
{
	cap 998
	report 1 check --flows 1000 --time 200ms
	is "$(finding backlog.somaxconn verdict)" '"fail"'
	is .load.accept_queue '{"drops":1,"limit":998,"peak":999}'
	is .load.flows.late 1
}

# The burst is what must fit, not the flows.
case_waves_fit_where_one_burst_does_not()
{
	cap 128
	report 0 check --flows 1000 --burst 129 --time 200ms
	is .load.accept_queue '{"drops":0,"limit":128,"peak":129}'
	is .load.flows.ok 1000
	report 1 check --flows 1000 --burst 130 --time 200ms
	is .load.accept_queue.peak 129
	jqf '.load.accept_queue.drops >= 1'
}

case_prediction_alone()
{
	cap 128
	report 1 check --flows 1000 --no-load
	is .load null
	is "$(finding backlog.somaxconn verdict)" '"fail"'
	report 0 check --flows 1000 --no-load --ignore backlog.somaxconn --strict
	is "$(finding backlog.somaxconn verdict)" '"note"'
}

case_quiet_is_one_line()
{
	cap 128
	expect_exit 1 kiloflow check --quiet --no-load
	[[ $(wc -l <stdout) == 1 ]] || fail "more than one line"
	says stdout '^NOT READY'
}

host_main "$@"
