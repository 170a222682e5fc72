#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# servers - real servers in the table: limits, owners, what limits them
. "$(dirname "$0")/../support/host.sh"

server=("$host_top/tests/support/servers.sh" "$SERVERS")

listener() # PORT FIELD
{
	echo "[.listeners[] | select(.port == $1)][0]$2"
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
			server {
				listen 8080;
				listen [::]:8080;
			}
		}
	N
	spawn "${server[@]}" nginx -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/error.log"
	await listening 8080
}

start_redis()
{
	spawn "${server[@]}" redis-server --port 6379 --tcp-backlog 5 --bind 127.0.0.1 \
		--save '' --loglevel warning
	await listening 6379
}

case_nginx()
{
	start_nginx
	report 0 listeners
	is "$(listener 8080 .limit)" 511
	is "$(listener 8080 .queue)" 0
	is "$(listener 8080 .drops)" 0
	is "$(listener 8080 .limited_by)" '"application"'
	is "$(listener 8080 .server.name)" '"nginx"'
	is "$(listener 8080 .owners_state)" '"known"'
	is "[$(listener 8080 '.owners[]') | .comm] | unique" '["nginx"]'
	jqf "[$(listener 8080 '.owners[]') | .pid] | index($spawned) != null"
	is '[.listeners[] | select(.port == 8080) | .family] | sort' '["ipv4","ipv6"]'
}

case_redis()
{
	start_redis
	report 0 listeners
	is "$(listener 6379 .limit)" 5
	is "$(listener 6379 .address)" '"127.0.0.1"'
	is "$(listener 6379 .owners[0].pid)" "$spawned"
	is "$(listener 6379 .owners[0].comm)" '"redis-server"'
	expect_exit 0 readlink "/proc/$spawned/fd/$(jq "$(listener 6379 .owners[0].fd)" stdout)"
	says stdout '^socket:'
	report 0 listeners
	jqf "$(listener 6379 .limited_by) | test(\"^application\")"
}

case_stopped_redis_fills_up()
{
	local redis
	start_redis
	redis=$spawned
	kill -STOP "$redis"
	spawn "$PEER" connect 127.0.0.1 6379 20
	await_queue_full 6379
	report 0 listeners
	is "$(listener 6379 .queue)" 6
	is "$(listener 6379 .limit)" 5
	jqf "$(listener 6379 .drops) >= 14"
	expect_exit 0 kiloflow listeners
	says stdout '127\.0\.0\.1:6379 .*redis-server'
	# with it standing full, check warns even where no port was asked for
	report 0 check --flows 6 --no-load
	jqf '[.findings[] | select(.verdict == "warn") | .subject] | tostring | test("6379")'
	report 1 check --flows 20 --no-load --port 6379
	kill -KILL "$spawned"
	kill -CONT "$redis"
	await queue_is_empty 6379
	same_as_ss
}

queue_is_empty() { ss -Htln "sport = :$1" | grep -q '^LISTEN 0 '; }
queue_is_full() { ss -Htln "sport = :$1" | awk '$2 > $3 { full = 1 } END { exit !full }'; }
await_queue_full() { await queue_is_full "$1"; }

# One line a listener: address:port queue limit drops inode owners. ss -e
# gives the inode, -m the drops, -p the owners.
from_ss()
{
	ss -Hltnmpe | awk '
	/^LISTEN/ { line = $0; next }
	          { print line, $0; line = "" }
	END       { if (line != "") print line }' |
		sed -E 's/^LISTEN +([0-9]+) +([0-9]+) +([^ ]+) .*/\3 \1 \2 &/' |
		while read -r at queue limit rest; do
			drops=$(grep -oP '(?<=,d)\d+(?=\))' <<<"$rest")
			inode=$(grep -oP '(?<= ino:)\d+' <<<"$rest")
			owners=$(grep -oP '\("[^"]*",pid=\d+,fd=\d+\)' <<<"$rest" |
				sed -E 's/\("(.*)",pid=([0-9]+),fd=([0-9]+)\)/\1:\2:\3/' | sort | tr '\n' ' ')
			echo "${at/#\*:/[::]:} $queue $limit $drops $inode $owners"
		done | sed 's/ *$//' | sort
}

from_kiloflow()
{
	jq -r '.listeners[] |
		(if .family == "ipv6" then "[" + .address + "]" else .address end) as $address |
		"\($address):\(.port) \(.queue) \(.limit) \(.drops) \(.inode) " +
		([.owners[] | "\(.comm):\(.pid):\(.fd)"] | sort | join(" "))' stdout |
		sed 's/ *$//' | sort
}

same_as_ss()
{
	report 0 listeners
	from_ss >ss.txt
	from_kiloflow >kiloflow.txt
	[[ -s ss.txt ]] || fail "ss saw no listener"
	diff ss.txt kiloflow.txt || fail "kiloflow (>) and ss (<) differ"
}

case_table_equals_ss()
{
	start_nginx
	start_redis
	spawn "$PEER" listen ::1 7001 0
	spawn "$PEER" listen 127.0.0.1 7002 100000
	spawn "$PEER" listen 127.0.0.1 7003 7
	spawn "$PEER" listen 127.0.0.1 7003 7
	for port in 7001 7002 7003; do await listening "$port"; done
	sleep 0.2
	same_as_ss
	is "[.listeners[] | select(.port == 7003) | .group_size] | unique" '[2]'
	is "$(listener 7002 .limited_by)" '"cap"'
	sysctl -qw net.core.somaxconn=100
	report 0 listeners
	is "$(listener 7002 .limited_by)" '"above-cap"'
}

host_main "$@"
