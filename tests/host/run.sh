#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run - a command runs as a shell would run it, and is watched meanwhile
. "$(dirname "$0")/../support/host.sh"

# What a process is given, as far as it can see.
questions()
{
	cat <<-'END'
		ls -l /proc/self/fd | awk '{ print $9, $10, $11 }' | grep -v '/proc/\|pipe'
		grep -E '^(Sig(Blk|Ign|Cgt)|Umask|Cpus_allowed_list|NoNewPrivs|CapEff):' /proc/self/status
		cat /proc/self/limits
		ps -o pgid=,sid=,tty=,ni= -p $$
		env | grep -v '^_=' | sort | cksum
	END
}

seen() { jq -c ".observed | $1" report; }

sees() # FILTER VALUE
{
	local got
	got=$(seen "$1")
	[[ $got == "$2" ]] || fail "$1 is $got, not $2"
}

watched() # STATUS COMMAND...: the report is ./report
{
	expect_exit "$1" kiloflow run --no-trace --format json --report report -- "${@:2}"
}

case_status()
{
	local status
	for status in 0 1 3 7 126 127 200; do
		watched "$status" sh -c "exit $status"
		jq -e ".exit_code == $status and .observed.run.status == $status" report >/dev/null ||
			fail "the report has another status"
	done
	watched 143 sh -c 'kill -TERM $$'
	watched 137 sh -c 'kill -KILL $$'
	expect_exit 127 kiloflow run nowhere-to-be-found
	says stderr 'cannot run nowhere-to-be-found: No such file'
	touch file
	expect_exit 126 kiloflow run -- ./file
	says stderr 'cannot run ./file: Permission denied'
	expect_exit 2 kiloflow run
	expect_exit 2 kiloflow run --no-such-option true
	expect_exit 0 kiloflow run -- test --no-such-option = --no-such-option
}

case_output_is_untouched()
{
	head -c 300000 /dev/urandom >bytes
	expect_exit 0 kiloflow run --report report -- sh -c 'cat bytes; cat bytes >&2'
	cmp stdout bytes || fail "standard output was touched"
	cmp stderr bytes || fail "standard error was touched"
	says report 'sh ended with status 0'
	expect_exit 0 kiloflow run cat bytes
	cmp stdout bytes || fail "the output was touched"
	says stderr 'cat ended with status 0'
}

case_as_a_shell_would()
{
	questions >asks
	exec 5<asks 7>/dev/null
	trap '' USR1
	umask 027
	ulimit -Sn 300
	sh asks >want 2>stderr
	kiloflow run --report report sh asks >got 2>stderr
	diff want got || fail "it is given something else"
	sh asks >want 0<&- 2>/dev/null
	kiloflow run --report report sh asks >got 0<&- 2>/dev/null
	diff want got || fail "it is given something else where stdin is closed"
	kiloflow run --report report sh -c 'echo >&1 || touch closed' >&- 2>/dev/null
	[[ -e closed ]] || fail "stdout was closed, and is not"
}

says_itself() # STATE FAILED
{
	[[ $(seen '.output|[.state,.failed]') == "[\"$1\",$2]" ]] ||
		fail "its output is $(seen .output), not $1 $2"
}

# Whatever it is written to, what the command says is the same, and is read.
case_its_own_output()
{
	local run=("$KILOFLOW" run --no-trace --format json --report report --)
	local client=("$host_top/tests/support/servers.sh" "$SERVERS" iperf -c 127.0.0.1 -p 7001 -P 6 -t 1)
	local refused='{"ECONNREFUSED":6}' # nobody listens there
	"${run[@]}" "${client[@]}" >all 2>&1
	says_itself known "$refused"
	jq -e '.failed == {"min":6,"max":6} and [.causes[]|[.id,.connections.min]] == [["refused",6]]' report >/dev/null ||
		fail "another cause: $(jq -c .causes report)"
	"${run[@]}" "${client[@]}" >>all 2>errors
	says_itself known "$refused"
	[[ $(grep -c 'connect failed' all) == 6 && $(grep -c 'connect failed' errors) == 6 ]] ||
		fail "its output was touched"
	"${run[@]}" "${client[@]}" 2>&1 | cat >all
	says_itself known "$refused"
	[[ $(grep -c 'connect failed' all) == 6 ]] || fail "its output was touched"
	{ "${run[@]}" "${client[@]}" 2>&3 | cat >all; } 3>&1 >&2 | cat >errors
	says_itself known "$refused"
	"${run[@]}" "${client[@]}" >/dev/null 2>&1
	says_itself unread '{}'
	script -qec "$(printf '%q ' "${run[@]}" test -t 1 -a -t 2)" screen >/dev/null </dev/null ||
		fail "a terminal is none for it"
	says_itself unread '{}'
	"${run[@]}" echo no log >all
	says_itself absent '{}'
}

# Order, bytes and end are those of the command.
case_copied_through()
{
	head -c 20000000 /dev/urandom >bytes
	kiloflow run --report report -- sh -c 'cat bytes' | cmp - bytes || fail "the output was touched"
	cat >both <<-'S'
		for i in $(seq 500); do
		    echo $i
		    echo e$i >&2
		done
	S
	kiloflow run --report report sh both 2>&1 | cmp - <(for i in $(seq 500); do echo "$i"; echo "e$i"; done) || fail "the order was touched"
	# who writes on after the command is not waited for, and is not cut off
	kiloflow run --format json --report report -- \
		sh -c '(until [ -e go ]; do sleep 0.1; done; echo late) & echo early' | {
		read -r early
		await test -s report
		touch go
		read -r late
		[[ $early.$late == early.late ]]
	} || fail "the background was cut off"
	says_itself absent '{}'
	# nor is a reader that is slow: its pipe is full, and so it is not told
	rm report
	kiloflow run --format json --report report -- sh -c 'head -c 100000 /dev/zero' | {
		await test -s report
		[[ $(wc -c) == 100000 ]]
	} || fail "the slow reader was cut off"
	says_itself broken '{}'
}

# A writer whose reader has gone is ended by SIGPIPE, which we ignore.
case_broken_pipe()
{
	{ kiloflow run --report report --format json sh -c 'while echo y; do :; done' 2>/dev/null || true; } | head -n 1 >/dev/null
	sees .run.status 141
}

# The group is told by the terminal: Ctrl-C.
case_interrupt_is_the_commands()
{
	# shellcheck disable=SC2016
	env --default-signal setsid "$KILOFLOW" run --report report --format json \
		sh -c 'trap "exit 5" INT; echo ready >ready; while :; do sleep 0.05; done' &
	await test -e ready
	kill -INT -- "-$!"
	expect_exit 5 wait $!
	sees .run.status 5
}

case_term_is_passed_on()
{
	local signal
	for signal in TERM HUP; do
		rm -f ready
		env --default-signal "$KILOFLOW" run --report report --format json \
			sh -c "trap 'exit 6' $signal; echo ready >ready; while :; do sleep 0.05; done" &
		await test -e ready
		kill "-$signal" $!
		expect_exit 6 wait $!
	done
}

case_overflow()
{
	watched 1 "$KILOFLOW" load --flows 60 --backlog 10 --time 50ms --accept slow:60/s
	sees '.listeners|length' 1
	sees '.listeners[0]|[.limit,.queue_peak,.owner_died]' '[10,11,true]'
	jq -e '.observed.listeners[0] | .full > 0 and .drops > 0 and .appeared > 0 and .gone > .appeared and .pid > 0' report ||
		fail "another listener"
	sees .sampled.state '"known"'
}

case_strict()
{
	expect_exit 0 kiloflow run --no-trace --strict --report report true
	says report '^NOTHING FAILED'
	expect_exit 1 kiloflow run --no-trace --strict --report report --format json -- \
		sh -c "$KILOFLOW load --flows 300 --backlog 10 --eager --time 50ms >load.txt || true"
	jq -e '.failed.min > 0 and .causes[0].id == "accept-queue-overflow"' report >/dev/null ||
		fail "another cause"
	watched 0 sh -c "$KILOFLOW load --flows 300 --backlog 10 --eager --time 50ms >load.txt || true"
}

# Both ends of every flow, and the listener, and nothing is missed.
case_sockets_that_end()
{
	watched 0 "$KILOFLOW" load --flows 1000 --time 50ms
	sees '[.ended.state,.ended.lost,.sockets_ended]' '["known",0,2001]'
	watched 0 "$KILOFLOW" load --flows 100 --time 50ms -6
	sees '[.ended.lost,.sockets_ended]' '[0,201]'
}

case_ordinary_user()
{
	chmod 777 .
	watched 0 true
	expect_exit 1 setpriv --reuid nobody --clear-groups "$KILOFLOW" run --format json --report theirs -- \
		"$KILOFLOW" load --flows 60 --backlog 10 --time 50ms --accept slow:60/s
	mv theirs report
	sees '[.sampled.state,.ended.state,.listeners[0].queue_peak]' '["known","known",11]'
	sees .traced.state '"denied"'
	jq -e '.observed.traced.why | length > 10' report >/dev/null || fail "why it is denied is not said"
}

case_another_namespace()
{
	spawn unshare --net sh -c 'ip link set lo up; exec sleep 60'
	await nsenter -t "$spawned" -n ip addr show up dev lo
	expect_exit 0 kiloflow run --netns "$spawned" --report report --format json -- \
		sh -c "readlink /proc/self/ns/net; nsenter -t $spawned -n $KILOFLOW load --flows 20 --time 50ms >/dev/null"
	[[ $(cat stdout) == "$(readlink /proc/self/ns/net)" ]] || fail "it ran elsewhere"
	sees .sockets_ended 41
	expect_exit 0 kiloflow run --netns all --report report --format json -- \
		sh -c "nsenter -t $spawned -n $KILOFLOW load --flows 20 --time 50ms >/dev/null; $KILOFLOW load --flows 10 --time 50ms >/dev/null"
	sees .sockets_ended 62
	sees '[.listeners[].netns_inode]|unique|length' 2
}

# Across a veth: the far host loses its address while six connections send to
# it. Packets for it arrive there, and nobody is told.
case_address_removed()
{
	cat >server.py <<-'P'
		import socket, time
		while True:
		    try:
		        server = socket.create_server(("10.77.1.2", 7001))
		        break
		    except OSError:
		        time.sleep(0.05)
		accepted = [server.accept()[0] for _ in range(6)]
		time.sleep(100)
	P
	spawn unshare --net /usr/bin/python3 server.py
	await other_namespace "$spawned"
	ip link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02 netns "$spawned"
	ip addr add 10.77.1.1/24 dev near
	ip link set near up
	ip neigh add 10.77.1.2 lladdr 02:00:00:00:00:02 nud permanent dev near
	nsenter --net="/proc/$spawned/ns/net" sh -ec 'ip addr add 10.77.1.2/24 dev far; ip link set far up; ip neigh add 10.77.1.1 lladdr 02:00:00:00:00:01 nud permanent dev far'
	sysctl -qw net.ipv4.tcp_retries2=2
	await listens_there "$spawned"
	"$KILOFLOW" run --netns all --report report --format json -- /usr/bin/python3 - "$spawned" <<-'P'
		import socket, subprocess, sys
		clients = [socket.create_connection(("10.77.1.2", 7001)) for _ in range(6)]
		subprocess.run(["nsenter", f"--net=/proc/{sys.argv[1]}/ns/net", "ip", "addr", "del", "10.77.1.2/24", "dev", "far"], check=True)
		for client in clients:
		    client.send(b"x")
		for client in clients:
		    try:
		        client.recv(1)
		    except OSError:
		        pass
	P
	cp report stdout
	is '[.causes[] | select(.id == "address-removed") | .connections.max]' '[6]'
	jqf '[.causes[] | select(.id | IN("address-removed", "timeout", "user-timeout") | not)] == []'
	jqf '.causes[] | select(.id == "address-removed") | .evidence.InAddrErrors >= 6'
}

listens_there() # PID
{
	[[ -n $(nsenter --net="/proc/$1/ns/net" ss -Htln) ]]
}

other_namespace() # PID
{
	[[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

# Resets of another namespace, which trace events tell of as well.
resets_elsewhere()
{
	cat >resets.py <<-'P'
		import socket, subprocess, time
		subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
		print("ready", flush=True)
		while True:
		    client = socket.socket()
		    client.connect_ex(("127.0.0.1", 7002))
		    client.close()
		    time.sleep(0.01)
	P
	spawn unshare --net /usr/bin/python3 resets.py >elsewhere
	await grep -q ready elsewhere
}

case_traced()
{
	resets_elsewhere
	"$KILOFLOW" run --report report --format json -- /usr/bin/python3 - <<-'P'
		import socket, time
		unix = socket.socket(socket.AF_UNIX)
		unix.bind("unix")
		unix.listen(17)
		server = socket.create_server(("127.0.0.1", 7001), backlog=9000)
		client = socket.create_connection(("127.0.0.1", 7001))
		accepted = server.accept()[0]
		client.send(b"never read")
		time.sleep(0.1)
		accepted.close()
		server.listen(5)
		time.sleep(0.1)
	P
	sees '.traced|[.state,.why]' '["known",null]'
	sees '[.listens[]|select(.port == 7001)|[.comm,.asked]]|.[0]' '["python3",9000]'
	sees '[.listens[]|select(.port == 7001)|.pid]|.[0] != null' true
	sees '[.listens[]|select(.asked == 17)]' '[]'
	sees .resets_sent '{"TCP_ABORT_ON_CLOSE":1}'
	sees '.resets_received|add' 1
	watched 0 true
	sees .traced.state '"unread"'
}

# Its instance, as it will be called.
instance()
{
	echo "/sys/kernel/tracing/instances/kiloflow.$1.$(awk '{ print $22 }' "/proc/$1/stat").0"
}

# leaves_nothing SIGNAL COMMAND...: not in tracefs, and no process; what is
# left by SIGKILL the next one takes away
leaves_nothing()
{
	local signal=$1 left pid children
	shift
	env --default-signal "$KILOFLOW" "$@" >out 2>&1 &
	pid=$!
	left=$(instance "$pid")
	await test -e "$left"
	if [[ $1 == run ]]; then
		await pgrep -P "$pid" sleep
	fi
	children=$(pgrep -P "$pid") || true
	kill "-$signal" "$pid"
	# a terminal's Ctrl-C is for both of them, and so is SIGKILL here
	if [[ -n $children && $signal != TERM ]]; then
		kill "-$signal" "$children"
	fi
	wait "$pid" || true
	if [[ $signal == KILL ]]; then
		[[ -e $left ]] || fail "SIGKILL leaves nothing to take away"
		kiloflow run --report report true
	fi
	[[ ! -e $left ]] || fail "$1: $signal leaves $left"
	[[ -z $children || ! -e /proc/$children ]] || fail "$1: $signal leaves $children"
}

case_nothing_is_left_in_tracefs()
{
	local signal
	mount -t tracefs none /sys/kernel/tracing
	for signal in INT TERM KILL; do
		leaves_nothing "$signal" run --report report sleep 60
		leaves_nothing "$signal" watch
	done
	umount /sys/kernel/tracing
	expect_exit 0 kiloflow run --report report --format json true
	sees .traced.state '"known"'
	[[ -z $(ls /sys/kernel/tracing) ]] || fail "a tracefs is left mounted"
}

case_report_cannot_be_written()
{
	expect_exit 3 kiloflow run --report /nowhere/report true
	says stderr 'cannot write /nowhere/report'
	expect_exit 4 kiloflow run --report /nowhere/report sh -c 'exit 4'
}

host_main "$@"
