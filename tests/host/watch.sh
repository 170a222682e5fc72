#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# watch - queues, drops, resets and listen() calls, while they happen
. "$(dirname "$0")/../support/host.sh"

# Trace events are of the whole host: what is looked for has a port of its own.

valid_lines() # FILE
{
	/usr/bin/python3 - "$host_top/checker/report/kiloflow.watch.schema.json" "$1" <<-'P' || fail "$1 is not valid"
		import json, sys, jsonschema
		schema = json.load(open(sys.argv[1]))
		kind = jsonschema.validators.validator_for(schema)
		kind.check_schema(schema)
		lines = [json.loads(line) for line in open(sys.argv[2])]
		bad = [line for line in lines if not kind(schema).is_valid(line)]
		print(*bad[:3], sep="\n")
		times = lines[0]["event"], lines[-1]["event"]
		sys.exit(bool(bad) or times != ("begin", "end"))
	P
}

# in_lines FILTER: holds for the array of all lines
in_lines()
{
	jq -es "$1" lines >/dev/null || fail "does not hold: $1"
}

# One listener whose queue is full and overflows, on port 7001.
overflow()
{
	/usr/bin/python3 - <<-'P'
		import socket, time
		server = socket.socket()
		server.bind(("127.0.0.1", 7001))
		server.listen(2)
		clients = [socket.socket() for _ in range(10)]
		for client in clients:
		    client.setblocking(False)
		    client.connect_ex(("127.0.0.1", 7001))
		time.sleep(0.8)
		accepted = server.accept()[0]
		clients[0].send(b"never read")
		time.sleep(0.1)
		accepted.close()
		time.sleep(0.6)
	P
}

case_lines()
{
	"$KILOFLOW" watch --for 2.5s >lines 2>stderr &
	await grep -q begin lines
	overflow
	wait $!
	silent stderr
	valid_lines lines
	in_lines '[.[] | select(.event == "overflow" and .listener == "127.0.0.1:7001")] | map(.drops) | add >= 7'
	in_lines 'any(.[]; .event == "listener" and .listener == "127.0.0.1:7001" and .queue == 3 and .limit == 2 and .owners[0].comm == "python3")'
	in_lines 'any(.[]; .event == "listener" and .listener == "127.0.0.1:7001" and .gone)'
	in_lines 'any(.[]; .event == "listen" and .port == 7001 and .asked == 2 and .got == 2 and .process.comm == "python3")'
	in_lines 'any(.[]; .event == "reset" and .local == "127.0.0.1:7001" and .reason == "TCP_ABORT_ON_CLOSE" and (.words | test("not read")))'
	in_lines 'any(.[]; .event == "reset" and .direction == "received" and .remote == "127.0.0.1:7001")'
	in_lines '.[-1].lost == 0'
}

case_ordinary_user()
{
	chmod 777 .
	setpriv --reuid nobody --clear-groups "$KILOFLOW" watch --for 2s >lines &
	await grep -q begin lines
	overflow
	wait $!
	valid_lines lines
	in_lines '.[0] | .sampled.state == "known" and .traced.state == "denied" and (.traced.why | length > 5)'
	in_lines 'any(.[]; .event == "overflow" and .listener == "127.0.0.1:7001")'
}

case_signals()
{
	local signal pid
	for signal in INT TERM HUP; do
		: >lines
		env --default-signal "$KILOFLOW" watch >lines 2>stderr &
		pid=$!
		await grep -q begin lines
		kill "-$signal" "$pid"
		expect_exit 0 wait "$pid"
		valid_lines lines
	done
}

case_reader_has_gone()
{
	local began=$SECONDS
	{ timeout 60 "$KILOFLOW" watch 2>stderr; echo "exit $?" >ended; } | head -n 1 >/dev/null &
	until [[ -s ended ]]; do
		((SECONDS - began < 30)) || fail "it does not end"
		"$PEER" listen 127.0.0.1 7002 1 >/dev/null &
		sleep 0.3
		kill $!
		wait $! || true
	done
	silent stderr
}

# Each is the first process of a PID namespace, and most begin at once.
case_same_pid()
{
	local n watching=()
	for n in 1 2 3 4 5 6 7 8; do
		unshare --pid --fork --mount-proc "$KILOFLOW" watch --for 500ms >"lines.$n" &
		watching+=($!)
	done
	wait "${watching[@]}"
	for n in 1 2 3 4 5 6 7 8; do
		jq -es '.[0].traced.state == "known"' "lines.$n" >/dev/null || fail "$n is not traced: $(head -n 1 "lines.$n")"
	done
}

# The screen, as a terminal emulator of 80 columns would have it.
case_table()
{
	spawn "$PEER" listen 127.0.0.1 7003 5 $'\e[2Jbad'
	await listening 7003
	env --default-signal TERM=xterm script -qec "stty cols 80 rows 20; $KILOFLOW watch --for 1s" screen >/dev/null </dev/null
	/usr/bin/python3 - <<-'P' || fail "the table is not as it should be"
		import re
		raw = open("screen", newline="").read()
		assert "\033[?1049h" in raw and raw.rstrip().rsplit("\033[?1049l", 1)[1].find("\033[?1049h") < 0
		body = raw.split("\033[?25l", 1)[1].split("\033[?25h")[0]
		frames = body.split("\033[H")[1:]
		assert len(frames) >= 2
		for frame in frames:
		    lines = [re.sub(r"\033\[[0-9;]*[mKJ]", "", l) for l in re.split("\r+\n", frame)]
		    assert len(lines) <= 20, len(lines)
		    assert all(len(l) < 80 for l in lines), lines
		    assert any(l.startswith("127.0.0.1:7003") and " ...... " in l and r"\x1b[2Jbad" in l for l in lines), lines
	P
	env --default-signal TERM=xterm NO_COLOR=1 script -qec "stty cols 40 rows 5; $KILOFLOW watch --for 200ms" screen >/dev/null </dev/null
	! grep -q $'\e\\[1;31m' screen || fail "color in spite of NO_COLOR"
	env --default-signal TERM=xterm script -qec "$KILOFLOW watch --for 200ms --format json" screen >/dev/null </dev/null
	says screen '"event":"begin"'
}

# As under a shell with job control: Ctrl-Z gives the screen back, fg takes it.
case_paused()
{
	cat >terminal.py <<-'P'
		import os, pty, select, signal, sys, time

		END, BEGIN = b"\033[?25h\033[?1049l", b"\033[?1049h\033[?25l"

		def read_until(mark, fd, what):
		    seen, until = b"", time.monotonic() + 10
		    while mark not in seen:
		        assert time.monotonic() < until, (what, seen[-300:])
		        if select.select([fd], [], [], 0.1)[0]:
		            seen += os.read(fd, 65536)
		    return seen.split(mark, 1)[1]

		pid, fd = pty.fork()
		if not pid:
		    # it stays, as a shell does: an orphaned job would not be stopped
		    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
		    job = os.fork()
		    if not job:
		        os.setpgid(0, 0)
		        os.tcsetpgrp(0, os.getpid())
		        for number in (signal.SIGINT, signal.SIGTSTP, signal.SIGTTOU):
		            signal.signal(number, signal.SIG_DFL)
		        os.execv(sys.argv[1], [sys.argv[1], "watch"])
		    _, status = os.waitpid(job, os.WUNTRACED)
		    assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTSTP, status
		    os.tcsetpgrp(0, os.getpgrp())
		    os.write(1, b"stopped")
		    os.read(0, 1)
		    os.tcsetpgrp(0, job)
		    os.kill(job, signal.SIGCONT)
		    _, status = os.waitpid(job, 0)
		    os.tcsetpgrp(0, os.getpgrp())
		    os.write(1, b"ended %d" % status)
		    time.sleep(10)
		read_until(BEGIN, fd, "begin")
		time.sleep(0.2)
		os.write(fd, b"\x1a")
		after = read_until(END, fd, "the screen is given back")
		read_until(b"stopped", fd, "it stops") if b"stopped" not in after else 0
		os.write(fd, b"\n")
		after = read_until(BEGIN, fd, "the screen is taken again")
		read_until(b"LISTENER", fd, "and drawn") if b"LISTENER" not in after else 0
		os.write(fd, b"\x03")
		after = read_until(END, fd, "end")
		read_until(b"ended 0", fd, "it ends") if b"ended 0" not in after else 0
		os.kill(pid, signal.SIGKILL)
	P
	TERM=xterm env --default-signal /usr/bin/python3 terminal.py "$KILOFLOW" || fail "Ctrl-Z"
}

# 20 000 events a second: resets that nobody expected, each sent and received.
case_keeps_up()
{
	"$KILOFLOW" watch --for 3s >lines &
	await grep -q begin lines
	/usr/bin/python3 - <<-'P'
		import socket, time
		for _ in range(10000):
		    s = socket.socket()
		    s.connect_ex(("127.0.0.1", 7004))
		    s.close()
	P
	wait $!
	in_lines '([.[] | select(.event == "reset" and .direction == "sent" and .local == "127.0.0.1:7004" and .reason == "NO_SOCKET")] | length) + .[-1].lost >= 10000'
	echo "$(jq -s '.[-1].lost' lines) of 10000 lost" >said
}

host_main "$@"
