#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# path - to a peer behind a veth: route, device and queue as the kernel has
# them
. "$(dirname "$0")/../support/host.sh"

wire()
{
	ip link add v0 numtxqueues 4 numrxqueues 4 type veth \
		peer name v1 numtxqueues 4 numrxqueues 4
	ip addr add 10.9.0.1/24 dev v0
	ip addr add 2001:db8::1/64 dev v0 nodad
	ip link set v0 up
	ip link set v1 up
}

# to PEER [OPTION...]
to()
{
	kiloflow check --no-load --format json --peer "$@" >stdout || true
	jq -e . stdout >/dev/null || fail "not JSON: $*"
}

# said SUBJECT FILTER VALUE: of what path.peer says about it
said()
{
	is "[.findings[] | select(.id == \"path.peer\" and .subject == \"$1\")][0] | $2" "$3"
}

nothing_said()
{
	jqf '[.findings[] | select(.id == "path.peer" and .verdict != "ok" and .verdict != "unknown")] == []'
}

case_no_route()
{
	to 10.9.0.2
	said route .verdict '"fail"'
	to 2001:db8::2
	said route .verdict '"fail"'
	wire
	to 10.9.0.2
	nothing_said
	to 2001:db8::2
	nothing_said
	ip route add unreachable 10.11.0.0/16
	to 10.11.0.1
	said route .verdict '"fail"'
}

case_this_host()
{
	wire
	to 10.9.0.1
	said route .verdict '"note"'
	to ::1
	said route .verdict '"note"'
}

case_the_queue()
{
	wire
	tc qdisc replace dev v0 root pfifo limit 77
	to 10.9.0.2 --flows 77
	nothing_said
	to 10.9.0.2 --flows 78
	said queue .verdict '"warn"'
	said queue .observed 77
	said queue .needed 78
	# the device's txqueuelen, and the command mends it
	ip link set v0 txqueuelen 50
	tc qdisc replace dev v0 root pfifo_fast
	to 10.9.0.2 --flows 51
	said queue .observed 50
	sh -c "$(jq -r '.findings[] | select(.subject == "queue") | .remedy.command' stdout)"
	tc qdisc replace dev v0 root pfifo limit 1
	tc qdisc replace dev v0 root pfifo_fast
	to 10.9.0.2 --flows 51
	nothing_said
	# several queues, each of that length
	ip link set v0 txqueuelen 50
	tc qdisc replace dev v0 root mq
	to 10.9.0.2 --flows 51
	said queue .observed 50
	tc qdisc replace dev v0 root noqueue
	to 10.9.0.2 --flows 100000
	jqf '[.findings[] | select(.subject == "queue")] == []'
}

case_a_small_mtu_of_the_route()
{
	wire
	ip route add 10.10.0.0/16 via 10.9.0.7 mtu 1000
	to 10.10.1.1
	said MTU .observed 1000
	setpriv --reuid 65534 --clear-groups "$KILOFLOW" check --no-load \
		--format json --peer 10.10.1.1 >stdout || true
	said MTU .observed 1000
}

case_what_is_no_address()
{
	local text
	for text in '' example.org 10.9.0 10.9.0.0/24 'fe80::1%lo'; do
		expect_exit 2 kiloflow check --peer "$text"
		says stderr '--peer'
		silent stdout
	done
}

host_main "$@"
