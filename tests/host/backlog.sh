#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# backlog - the proven capacity of an accept queue is listen()'s backlog + 1
# (net/sock.h:sk_acceptq_is_full)
. "$(dirname "$0")/../support/host.sh"

# What did not fit comes later, or, where the queue is so short that the
# retransmissions collide until the deadline, never.
proves() # BACKLOG
{
	local capacity=$(($1 + 1))
	report 1 load --flows 300 --backlog "$1" --time 100ms
	is .load.accept_queue "{\"drops\":$((300 - capacity)),\"limit\":$1,\"peak\":$capacity}"
	is .load.mode.backlog "$1"
	is .load.flows.ok "$capacity"
	is '.load.flows | .late + .ghost' $((300 - capacity))
	is .load.bytes.exact true
}

case_0() { proves 0; }
case_1() { proves 1; }
case_5() { proves 5; }
case_127() { proves 127; }
case_128() { proves 128; }

case_just_enough()
{
	report 0 load --flows 300 --backlog 299 --time 100ms
	is .load.accept_queue '{"drops":0,"limit":299,"peak":300}'
	is .load.flows.ok 300
}

# The listener that is asked for is not touched: the test's own has its limit.
case_port_takes_over_a_limit()
{
	spawn "$PEER" listen 127.0.0.1 7777 5
	await listening 7777
	report 1 load --port 7777 --flows 100 --time 100ms
	is .load.accept_queue '{"drops":94,"limit":5,"peak":6}'
	is .load.mode.emulates 7777
	expect_exit 0 ss -Htln "sport = :7777"
	says stdout '^LISTEN +0 +5 '
}

case_port_without_a_listener_is_a_usage_error()
{
	expect_exit 2 kiloflow check --port 7777
	silent stdout
	says stderr '7777'
}

host_main "$@"
