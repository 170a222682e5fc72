#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# target - load --target: a burst at a server that runs already, what its
# clients saw of it, and its queue when it is here
. "$(dirname "$0")/../support/host.sh"

server=("$host_top/tests/support/servers.sh" "$SERVERS")

start_redis() # BACKLOG
{
	spawn "${server[@]}" redis-server --port 6379 --tcp-backlog "$1" --bind 127.0.0.1 \
		--save '' --loglevel warning
	await listening 6379
	redis=$spawned
}

start_nginx()
{
	cat >nginx.conf <<-'N'
		daemon off;
		pid nginx.pid;
		events {}
		http {
			access_log off;
			client_body_temp_path tmp;
			proxy_temp_path tmp;
			fastcgi_temp_path tmp;
			uwsgi_temp_path tmp;
			scgi_temp_path tmp;
			server { listen 8080; listen [::]:8080 ipv6only=on; }
		}
	N
	spawn "${server[@]}" nginx -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/error.log"
	await listening 8080
}

# A dropped SYN is sent again once, and given up after three seconds.
soon_given_up()
{
	echo 1 >/proc/sys/net/ipv4/tcp_syn_retries
	echo 0 >/proc/sys/net/ipv4/tcp_syn_linear_timeouts || true
}

all_accounted_for() # FLOWS
{
	is '.load.flows | [.[]] | add' $((2 * $1)) # asked is one of them
}

established() # PORT COUNT
{
	[[ $(ss -Htn state established "dport = :$1" | wc -l) -ge $2 ]]
}

case_redis_that_keeps_up()
{
	start_redis 511
	report 0 load --target 127.0.0.1:6379 --flows 300 --time 100ms
	is .load.flows.ok 300
	all_accounted_for 300
	is .load.accept_queue.limit 511
	is .load.accept_queue.drops 0
	is '.load.target | [.address, .local, .listeners, .closed]' '["127.0.0.1:6379",true,1,0]'
	jqf ".load.target.server == \"127.0.0.1:6379 redis-server[$redis]\""
	jqf '.load.target.cookie == ([.listeners[] | select(.port == 6379)][0].cookie)'
	is '[.load.bytes.read, .load.bytes.exact, .load.mode.backlog]' '[null,null,null]'
	jqf '.load.connect_us.max >= .load.connect_us.min'
	expect_exit 0 kiloflow load --target localhost:6379 -4 --flows 3 --time 10ms --close rst
	says stdout 'server +127.0.0.1:6379 redis-server'
	says stdout '3 flows, one burst to 127.0.0.1:6379, held for 0.0 s'
}

# Established for the client; that the server never took them, its end shows.
case_redis_that_is_stopped()
{
	start_redis 5
	kill -STOP "$redis"
	soon_given_up
	report 1 load --target 127.0.0.1:6379 --flows 20 --time 100ms
	all_accounted_for 20
	is .load.accept_queue.limit 5
	is .load.accept_queue.peak 6
	jqf '.load.accept_queue.drops >= 14'
	is .load.flows.ok 0
	is .load.flows.ghost 6
	is .load.flows.timed_out 14
	is '[.load.errors[] | [.phase, .errno, .count]]' '[["connect","ETIMEDOUT",14]]'
	jqf '[.findings[] | select(.verdict == "fail")][0].why | test("limit 5, peak 6")'
}

# What nobody read when the process ends is answered with a reset.
case_redis_that_is_killed()
{
	start_redis 511
	kill -STOP "$redis"
	"$KILOFLOW" load --target 127.0.0.1:6379 --flows 50 --send-first 1000 --time 20s \
		--format json >stdout 2>stderr &
	await established 6379 50
	kill -KILL "$redis"
	wait $! || [[ $? == 1 ]]
	is .load.flows.reset 50
	is '[.load.errors[] | .count] | add' 50
	all_accounted_for 50
	jqf '.seconds < 15'
}

case_nginx_answers_and_closes()
{
	local address
	start_nginx
	for address in 127.0.0.1:8080 '[::1]:8080' localhost:8080; do
		report 0 load --target "$address" --flows 50 --send-first 100 --time 20s
		is .load.flows.ok 50
		is '[.load.bytes.written, .load.bytes.acked]' '[5000,5000]'
		is .load.target.closed 50
		jqf '.seconds < 15' # nothing is left to hold
		jqf '.load.target.answered > 5000'
		jqf '.load.target.server | test("nginx")'
	done
	report 0 load --target '[::1]:8080' --flows 1 --time 1ms
	is .load.mode.family '"ipv6"'
}

# One queue among several, and one of IPv6 that takes IPv4 too.
case_which_listener()
{
	spawn "$PEER" listen 127.0.0.1 7001 5
	spawn "$PEER" listen :: 7002 7
	spawn "$PEER" listen 127.0.0.1 7003 3
	spawn "$PEER" listen 127.0.0.1 7003 3
	spawn "$PEER" listen 0.0.0.0 7001 9
	for port in 7001 7002 7003; do await listening $port; done
	sleep 0.2
	report 1 load --target 127.0.0.1:7001 --flows 1 --time 1ms
	is .load.accept_queue '{"drops":0,"limit":5,"peak":1}'
	is .load.flows.ghost 1
	report 1 load --target 127.0.0.2:7001 --flows 1 --time 1ms
	is .load.accept_queue '{"drops":0,"limit":9,"peak":1}'
	report 1 load --target 127.0.0.1:7002 --flows 1 --time 1ms
	is .load.accept_queue '{"drops":0,"limit":7,"peak":1}'
	is .load.flows.ghost 1
	report 1 load --target 127.0.0.1:7003 --flows 4 --time 1ms
	is .load.accept_queue '{"drops":0,"limit":7,"peak":4}'
	is .load.target.listeners 2
}

case_nobody_listens()
{
	report 1 load --target 127.0.0.1:7777 --flows 50
	is .load.flows.refused 50
	is .load.accept_queue.limit null
	is '[.load.target.listeners, .load.target.cookie, .load.target.server]' '[null,null,null]'
	jqf '.seconds < 2'
}

# Another host, of whose server only its answers are seen.
case_other_host()
{
	local there
	spawn unshare --net sleep 100
	there=$spawned
	await other_namespace "$there"
	ip link add here type veth peer name there netns "$there"
	ip addr add 10.0.0.1/24 dev here
	ip link set here up
	nsenter -t "$there" -n ip addr add 10.0.0.2/24 dev there
	nsenter -t "$there" -n ip link set there up
	spawn nsenter -t "$there" -n "$PEER" listen 10.0.0.2 7001 5
	await nsenter -t "$there" -n bash -c 'ss -Htln sport = :7001 | grep -q LISTEN'
	# nobody to ask
	expect_exit 2 kiloflow load --target 10.0.0.2:7001 --flows 20
	silent stdout
	says stderr '10\.0\.0\.2:7001 is not on this host.*; add --yes'
	# somebody who says no
	expect_exit 3 script -qec "$KILOFLOW load --target 10.0.0.2:7001 --flows 20" /dev/null <<<n
	says stdout '10\.0\.0\.2:7001 is not on this host: open 20 connections to it at once\? \[y/N\]'
	says stdout 'nothing was sent'
	expect_exit 0 nsenter -t "$there" -n nstat -az TcpPassiveOpens
	says stdout 'TcpPassiveOpens +0 '
	# its kernel has what was sent: more is not seen from here
	report 0 load --target 10.0.0.2:7001 --flows 3 --send-first 10 --time 100ms --yes
	is '[.load.flows.ok, .load.bytes.acked]' '[3,30]'
	is .load.target.local false
	is .load.target.server null
	is .load.accept_queue '{"drops":null,"limit":null,"peak":null}'
	# the handshakes get through, and what is sent does not
	nsenter -t "$there" -n nft -f - <<-'N'
		table inet t {
			chain c {
				type filter hook input priority 0;
				tcp dport 7001 ip length > 60 drop;
			}
		}
	N
	report 1 load --target 10.0.0.2:7001 --flows 3 --send-first 100 --time 1s --yes
	is '[.load.flows.ghost, .load.bytes.written, .load.bytes.acked]' '[3,300,0]'
	# an address of this host needs no answer
	spawn "$PEER" listen 10.0.0.1 7001 5
	await listening 7001
	report 1 load --target 10.0.0.1:7001 --flows 1 --time 1ms
	is .load.target.local true
}

other_namespace() { [[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }

# No more than there are ports and descriptors for: nothing is opened then.
case_bounded()
{
	start_redis 511
	echo 20000 20099 >/proc/sys/net/ipv4/ip_local_port_range
	report 1 load --target 127.0.0.1:6379 --flows 101
	is '[.load.refused.resource, .load.refused.need]' '["ports",101]'
	echo 32768 60999 >/proc/sys/net/ipv4/ip_local_port_range
	ulimit -n 200
	report 1 load --target 127.0.0.1:6379 --flows 200
	is .load.refused.resource '"RLIMIT_NOFILE"'
	report 0 load --target 127.0.0.1:6379 --flows 100 --time 10ms
}

case_interrupted()
{
	start_redis 511
	expect_exit 130 env --default-signal timeout --foreground --preserve-status \
		--signal=INT 0.7 "$KILOFLOW" load --target 127.0.0.1:6379 --flows 100 --time 30s \
		--format json
	is .load.flows.ok 100
}

case_no_such_host()
{
	expect_exit 2 kiloflow load --target no.such.host.invalid:80
	silent stdout
	says stderr 'cannot find "no\.such\.host\.invalid"'
}

host_main "$@"
