#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# resets - `Connection reset by peer` with the real programs: iperf 2 with a
# thousand flows and a server that was capped at 128
. "$(dirname "$0")/../support/host.sh"
. "$(dirname "$0")/../support/fix.sh"

iperf=("$host_top/tests/support/servers.sh" "$SERVERS" iperf)

# Its server ends by itself now and then, under load.
serve()
{
	if ! listening 5001; then
		spawn "${iperf[@]}" -s >server.log 2>&1
		await listening 5001
	fi
}

# Some flows would wait for minutes, so it is ended before. Without its barrier
# the first flow need not wait for the last one's connect().
thousand_flows() # SECONDS [OPTION]
{
	NSTAT_HISTORY=history nstat -n
	kiloflow run --format json --report report -- \
		timeout --signal KILL "$1" "${iperf[@]}" -c 127.0.0.1 -P 1000 -t 1 "${@:2}" >client.log 2>client.err || true
	NSTAT_HISTORY=history nstat -sz --json >counters
	cp report stdout
}

counted() # COUNTER
{
	jq ".kernel | .TcpExtTCP$1 // .TcpExt$1 // .Tcp$1 // 0" counters
}

lines() { grep -cE "$1" client.err || true; }

overflow() { echo "([.causes[] | select(.id == \"accept-queue-overflow\")][0] | $1)"; }

case_origin()
{
	local resets failed
	private_files
	echo 128 >$cap
	ulimit -n 20000
	serve
	thousand_flows 6 --no-connect-sync
	resets=$(lines 'reset by peer|Broken pipe')
	failed=$(jq '.kernel.TcpExtSyncookiesFailed' counters)
	((failed > 0)) || fail "no flow was reset"
	is "$(overflow .process.comm)" '"iperf"'
	jqf "$(overflow .listener) | endswith(\":5001\")"
	jqf "$(overflow .connections.max) >= $failed"
	# some that were reset late are ended before they can say so
	jqf "$(overflow .connections.min) > 0 and $(overflow .connections.min) <= ([$resets, $failed, $(counted EstabResets)] | max)"
	is "$(overflow '.evidence["queue limit"]')" 128
	jqf "$(overflow .remedy.command) | test(\"somaxconn|--fix --port 5001\")"
	echo "$failed cookies failed, $resets flows were reset, $(jq -c "$(overflow '[.connections.min, .connections.max]')" report) are explained" >said
}

# Each SYN was dropped, three times: nobody was reset.
case_origin_gives_up()
{
	local timeouts
	private_files
	echo 128 >$cap
	ulimit -n 20000
	sysctl -qw net.ipv4.tcp_syn_retries=2 net.ipv4.tcp_rto_max_ms=1000 net.ipv4.tcp_synack_retries=1
	serve
	thousand_flows 20
	timeouts=$(lines 'connect failed: Connection timed out')
	((timeouts > 0)) || fail "no flow gave up"
	is "$(overflow .process.comm)" '"iperf"'
	jqf "$(overflow .connections) | .min <= $timeouts and .max >= $timeouts and .min > 0"
	if [[ $(counted AttemptFails) == "$(counted AbortOnTimeout)" ]]; then
		is '[.causes[] | select(.id == "refused")]' '[]'
	fi
}

# Stopped, it accepts nobody: what is sent meanwhile is done first.
die_when_full() # PID
{
	await full
	kill -SEGV "$1"
	kill -CONT "$1"
}

full()
{
	ss -Htln 'sport = :5001' | awk '{ exit !($2 > $3) }'
}

# It dies while its queue is full: that is a second cause.
case_server_dies()
{
	local server
	private_files
	echo 128 >$cap
	ulimit -n 20000
	ulimit -c 0
	serve
	server=$(ss -Htlnp 'sport = :5001' | sed 's/.*pid=\([0-9]*\).*/\1/')
	kill -STOP "$server"
	die_when_full "$server" &
	thousand_flows 4 --no-connect-sync
	wait $!
	is "$(overflow .process.comm)" '"iperf"'
	jqf '[.causes[] | select(.id == "listener-closed" or .id == "process-died") | select(.listener | endswith(":5001"))] | length > 0 and (map(.connections.max) | add >= 100)'
}

case_mended()
{
	private_files
	echo 128 >$cap
	ulimit -n 20000
	serve
	expect_exit 0 kiloflow check --fix --yes --no-persist --no-load --flows 1000 --port 5001
	thousand_flows 20
	if ! listening 5001; then
		# that it died is no matter of the queue, and said
		is '[.causes[] | select(.id == "accept-queue-overflow")]' '[]'
		jqf '.causes | length > 0'
		echo "iperf's server died" >said
		return
	fi
	# a thousand flows may well bring TCP's memory under pressure, and at its
	# end the client closes some while data are on their way: it says so
	is '[.causes[] | select(.id | IN("memory-pressure", "peer-closed", "peer-closed-unread", "client-reset", "app-abort") | not)]' '[]'
	is '[.causes[] | select(.id == "memory-pressure" and .connections.max > 0)]' '[]'
	jqf ".failed.max <= $(counted OutRsts) + $(counted EstabResets)"
	[[ $(counted ListenOverflows) == 0 && $(counted ListenDrops) == 0 ]] || fail "a queue overflowed"
}

host_main "$@"
