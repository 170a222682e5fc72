#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# broken_flows - somebody ends sockets in mid-transfer: those flows are reset
# and counted, all others stay exact to the byte
. "$(dirname "$0")/../support/host.sh"

# It has both ends of as many flows, its listener, and a socket to look at that.
# Of a flow that broke it closes both ends.
has_open() { [[ $(find "/proc/$1/fd" -lname 'socket:*' | wc -l) == $((2 * $2 + 2)) ]]; }

# The ports of the clients: those that are not the listener's.
clients()
{
	local listener
	listener=$(ss -Htln | awk '{ sub(".*:", "", $4); print $4; exit }')
	ss -Htn state established "dport = :$listener" | awk '{ sub(".*:", "", $3); print $3 }'
}

# broken COUNT END ARGUMENT...: ends COUNT of 40 flows at one END of each
broken()
{
	local count=$1 end=$2 port
	shift 2
	"$KILOFLOW" load --flows 40 --time 60s --format json "$@" >stdout 2>stderr &
	await has_open $! 40
	for port in $(clients | head -n "$count"); do
		# that it cannot look for DCCP too is no matter
		ss -HK state established "$end = :$port" >/dev/null 2>&1
	done
	await has_open $! $((40 - count))
	kill -TERM $!
	wait $! || [[ $? == 143 ]]
	is .load.flows.reset "$count"
	is '.load.flows.ok + .load.flows.late' $((40 - count))
	is '[.load.errors[] | .count] | add' "$count"
	is .load.bytes.flows_off 0
	is .load.bytes.exact true
	jqf '([.load.intervals[].bytes] | add) == .load.bytes.read'
}

case_clients() { broken 7 sport; }
case_servers() { broken 7 dport --direction both; }
case_one() { broken 1 sport --close rst; }
case_nearly_all() { broken 39 dport --direction down; }

host_main "$@"
