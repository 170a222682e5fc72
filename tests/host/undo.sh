#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# undo - fixes are taken back from a journal, which is written by hand here;
# and from none that somebody else, or nobody in his right mind, has written
. "$(dirname "$0")/../support/host.sh"
. "$host_top/tests/support/fix.sh"

journal=/var/lib/kiloflow
conf=$lasting/99-kiloflow.conf

# A sanitizer that looks for leaks cannot be traced.
injected=(env "ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0" strace -qq -o /dev/null)

# step KIND KEY FROM TO: the last two are JSON
step()
{
	jq -nc --arg kind "$1" --arg key "$2" --argjson from "$3" --argjson to "$4" '
		{kind: $kind, key: $key, from: $from, to: $to, live: true,
		place: {inode: 0, cookie: 0, name: "", enter: ""},
		process: {pid: 0, start_ticks: 0, comm: ""},
		socket: {family: 0, port: 0, inode: 0, cookie: 0, fd: 0}}'
}

# entry NUMBER STEP...: $journal/fix-000NUMBER.json, of this boot
entry()
{
	local file=$journal/fix-000$1.json
	[[ -d $journal ]] || mkdir -m 700 $journal
	printf '%s\n' "${@:2}" |
		jq -s --arg boot "$(cat /proc/sys/kernel/random/boot_id)" '
		{schema: "kiloflow.journal/1", boot_id: $boot, version: "0.1.0",
		made_at_ns: "1700000000000000000", what: "1000 flows", complete: true,
		steps: .}' >"$file"
	chmod 600 "$file"
}

edit() # NUMBER FILTER
{
	jq "$2" $journal/fix-000"$1".json >edited
	cat edited >$journal/fix-000"$1".json
}

# A fix that set the cap and wrote a file, both of them in force.
by_hand()
{
	private_files
	echo 4096 >$cap
	printf 'x = 1\n' >$conf
	entry 1 "$(step sysctl net.core.somaxconn '"128"' '"4096"')" \
		"$(step file $conf null '"x = 1\n"')"
}

in_force()
{
	[[ $(cat $cap) == 4096 && $(cat $conf) == 'x = 1' ]] || fail "it is not in force any more"
}

taken_back()
{
	[[ $(cat $cap) == 128 && ! -e $conf ]] || fail "it is not taken back"
	[[ -z $(find $journal -name 'fix*') ]] || fail "an entry is left"
}

case_nothing_to_take_back()
{
	private_files
	expect_exit 0 kiloflow undo
	says stdout '^there is no fix to take back$'
	silent stderr
	expect_exit 0 kiloflow undo --list
	says stdout '^there is no fix to take back$'
	report 0 undo
	is '[.command, .fix, .exit_code]' '["undo",null,0]'
	[[ ! -e $journal ]] || fail "a directory was made for nothing"
}

case_taken_back()
{
	by_hand
	expect_exit 0 kiloflow undo
	silent stderr
	says stdout '^fix 1 of 2023-11-14 22:13:20 UTC: 1000 flows$'
	says stdout '^   restored  net.core.somaxconn: 4096 -> 128$'
	says stdout "^   restored  $conf: is removed$"
	says stdout '^fix 1 is taken back$'
	taken_back
}

case_as_json()
{
	by_hand
	entry 1 "$(step sysctl net.core.somaxconn '"128"' '"4096"')" \
		"$(step sysctl net.ipv4.tcp_max_syn_backlog '"4"' '"5"')" \
		"$(step file $conf null '"x = 1\n"')"
	report 4 undo
	is '.fix.undo_id' 1
	is '.fix.persisted' false
	is '[.fix.applied[] | [.kind, .from, .to]]' '[["file","x = 1\n",null],["sysctl",4096,128]]'
	is '[.fix.skipped[] | .key]' '["net.ipv4.tcp_max_syn_backlog"]'
	jqf '.fix.skipped[0].why | test("somebody changed it since")'
	is '.exit_code' 4
	is '.host.name' "\"$(uname -n)\""
	is '.verdict' null
}

case_former_content()
{
	by_hand
	entry 1 "$(step file $conf '"# mine\n"' '"x = 1\n"')"
	chown 1:2 $conf
	chmod 640 $conf
	expect_exit 0 kiloflow undo
	[[ $(cat $conf) == '# mine' ]] || fail "not its content"
	[[ $(stat -c '%u %g %a' $conf) == '1 2 640' ]] || fail "not whose it was"
}

case_newest_first()
{
	by_hand
	entry 2 "$(step sysctl net.core.somaxconn '"4096"' '"8192"')"
	echo 8192 >$cap
	expect_exit 0 kiloflow undo
	says stdout '^fix 2 is taken back; 1 earlier one can be, too$'
	in_force
	expect_exit 0 kiloflow undo
	taken_back
}

case_listed()
{
	by_hand
	entry 2 "$(step sysctl net.core.somaxconn '"4096"' '"8192"')"
	edit 2 '.complete = false | .what = "a\u001b[2Jb"'
	entry 3
	edit 3 ".boot_id = \"01234567-89ab-cdef-0123-456789abcdef\""
	expect_exit 0 kiloflow undo --list
	silent stderr
	cat >expected <<-'END'
	   3  2023-11-14 22:13:20 UTC    0 steps  1000 flows   before the last boot
	   2  2023-11-14 22:13:20 UTC    1 step   a\x1b[2Jb   interrupted
	   1  2023-11-14 22:13:20 UTC    2 steps  1000 flows
	END
	diff expected stdout || fail "not so"
	echo '{' >$journal/fix-0002.json
	expect_exit 3 kiloflow undo --list
	says stdout "^   2  cannot be read: $journal/fix-0002.json: line 2, column 0"
	says stdout '^   1  2023'
	expect_exit 2 kiloflow undo --list --force
	expect_exit 2 kiloflow undo --list --format json
	in_force
}

case_seed_of_the_fuzzer()
{
	private_files
	mkdir -m 700 $journal
	cp "$host_top/tests/fixtures/journal/all-kinds" $journal/fix-0007.json
	expect_exit 0 kiloflow undo --list
	says stdout '^   7  2023-11-14 22:13:20 UTC    7 steps  1000 flows, burst 1000   before the last boot$'
}

# --- somebody changed it ---------------------------------------------------

case_changed_since()
{
	by_hand
	echo 777 >$cap
	echo '# mine' >$conf
	expect_exit 4 kiloflow undo
	silent stderr
	says stdout '^   refused   net.core.somaxconn: .* it is 777, the fix'
	says stdout "^   refused   $conf: somebody wrote it since$"
	says stdout '^fix 1 is not all taken back: 2 refused$'
	says stdout '^.kiloflow undo --force. restores what somebody changed, too$'
	[[ $(cat $cap) == 777 && $(cat $conf) == '# mine' ]] || fail "it was overwritten"
	expect_exit 0 kiloflow undo --force
	taken_back
}

# Where processes and namespaces are not seen, they have not ended.
case_from_another_pid_namespace()
{
	short_queues
	expect_exit 0 fixing
	expect_exit 4 unshare --net --pid --fork --mount-proc "$KILOFLOW" undo
	says stdout 'another PID namespace'
	[[ $(limit_of 6379) == 4096 && -e $journal/fix-0001.json ]] || fail "it was forgotten"
	expect_exit 0 kiloflow undo
	[[ $(cat $cap) == 128 && $(limit_of 6379) == 5 ]] || fail "not taken back"
	expect_exit 0 fixing
	expect_exit 0 unshare --net --pid --fork --mount-proc "$KILOFLOW" undo --force
	[[ ! -e $journal/fix-0001.json ]] || fail "it was not forgotten"
}

# listen() would cut it: neither what it was nor what it is may become of it.
case_cap_lowered_since()
{
	private_files
	echo 4096 >$cap
	spawn "$PEER" listen 127.0.0.1 6379 60
	await listening 6379
	expect_exit 0 fixing
	[[ $(limit_of 6379) == 4096 ]] || fail "it was not repaired"
	echo 20 >$cap
	expect_exit 4 kiloflow undo
	says stdout 'net.core.somaxconn is 20'
	[[ $(limit_of 6379) == 4096 ]] || fail "it was lowered to $(limit_of 6379)"
	echo 4096 >$cap
	expect_exit 0 kiloflow undo
	[[ $(limit_of 6379) == 60 ]] || fail "not taken back"
}

case_restored_by_hand()
{
	by_hand
	echo 128 >$cap
	rm $conf
	expect_exit 0 kiloflow undo
	says stdout '^   already   net.core.somaxconn: is as it was$'
	says stdout "^   already   $conf: is as it was$"
	taken_back
}

case_after_a_reboot_only_files()
{
	by_hand
	edit 1 '.boot_id = "01234567-89ab-cdef-0123-456789abcdef"'
	expect_exit 0 kiloflow undo
	says stdout '^   gone      net.core.somaxconn: has ended with the last boot$'
	says stdout "^   restored  $conf: is removed$"
	[[ $(cat $cap) == 4096 ]] || fail "a value of another boot was restored"
	echo 128 >$cap
	taken_back
}

waiting() # PORT COUNT
{
	[[ $(ss -Htln "sport = :$1" | awk '{ print $2 }') == "$2" ]]
}

# Whoever waits in the queue stays there, and is in the way of others.
case_queue_longer_than_the_limit()
{
	private_files
	echo 4096 >$cap
	spawn "$PEER" listen 127.0.0.1 7070 5
	await listening 7070
	report 0 check --flows 1000 --port 7070 --no-load --fix --yes
	spawn "$PEER" connect 127.0.0.1 7070 20
	await waiting 7070 20
	expect_exit 0 kiloflow undo
	says stdout '20 connections wait, more than the limit it goes back to'
	[[ $(limit_of 7070) == 5 ]] || fail "not taken back"
}

# --- what gets in the way --------------------------------------------------

is_locked()
{
	[[ -e $journal/lock ]] && ! flock -n $journal/lock true
}

case_two_at_once()
{
	by_hand
	spawn "${injected[@]}" -e inject=flock:delay_exit=3000000:when=1 \
		"$KILOFLOW" undo
	await is_locked
	expect_exit 4 kiloflow undo
	says stderr 'another fix is under way'
	in_force
	expect_exit 0 kiloflow undo --list
	await test ! -e $journal/fix-0001.json
	taken_back
}

case_holder_is_named()
{
	by_hand
	spawn flock -F $journal/lock sleep 30
	await is_locked
	chmod 600 $journal/lock
	echo "$spawned" >$journal/lock
	expect_exit 4 kiloflow undo
	says stderr "another fix \(pid $spawned\) is under way; wait until it has ended"
	silent stdout
	in_force
}

case_interrupted()
{
	local signal
	for signal in 'INT 130' 'TERM 143'; do
		by_hand
		expect_exit "${signal#* }" "${injected[@]}" -P $lasting \
			-e "inject=unlinkat:signal=${signal% *}:when=1" "$KILOFLOW" undo
		says stdout "^interrupted: 1 step of fix 1 left; .kiloflow undo. goes on$"
		[[ $(cat $cap) == 4096 && ! -e $conf ]] || fail "not between the steps"
		expect_exit 0 kiloflow undo
		says stdout "^   already   $conf: is as it was$"
		taken_back
	done
}

# A fix that was killed while it wrote a file.
case_leftovers()
{
	by_hand
	rm $conf
	echo half >$lasting/.kiloflow.new
	echo half >$journal/fix.new
	expect_exit 0 kiloflow undo
	[[ -z $(ls -A $lasting) ]] || fail "something is left: $(ls -A $lasting)"
	[[ $(cat $cap) == 128 ]] || fail "it is not taken back"
}

case_file_cannot_be_removed()
{
	by_hand
	mount -o remount,ro $lasting
	expect_exit 4 kiloflow undo
	says stdout "^   failed    $conf: cannot be removed: Read-only file$"
	says stdout '^fix 1 is not all taken back: 1 failed$'
	[[ $(cat $cap) == 128 ]] || fail "it kept the other from being taken back"
	mount -o remount,rw $lasting
	expect_exit 0 kiloflow undo
	taken_back
}

case_entry_cannot_be_removed()
{
	by_hand
	expect_exit 4 "${injected[@]}" -P $journal/fix-0001.json -P $journal \
		-e inject=unlinkat:error=EIO "$KILOFLOW" undo
	says stderr "cannot remove $journal/fix-0001.json: Input/output error; all is restored"
	expect_exit 0 kiloflow undo
	taken_back
	by_hand
	mount -o remount,ro /var/lib
	expect_exit 4 kiloflow undo
	says stderr "$journal/lock: Read-only file system"
	in_force
	expect_exit 0 kiloflow undo --list
}

case_disk_full()
{
	by_hand
	cp -a $journal saved
	mount -t tmpfs -o size=8k none /var/lib
	cp -a saved $journal
	head -c 8192 /dev/zero >/var/lib/full 2>/dev/null || true
	expect_exit 0 kiloflow undo
	taken_back
}

# It is done, whether anybody reads of it or not.
case_report_cannot_be_written()
{
	by_hand
	expect_exit 3 bash -c "$KILOFLOW undo >/dev/full"
	says stderr 'stdout'
	taken_back
}

case_ordinary_user()
{
	local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	by_hand
	mkdir -m 777 home
	expect_exit 0 "${nobody[@]}" env HOME="$PWD/home" "$KILOFLOW" undo
	says stdout 'no fix to take back'
	[[ -z $(ls -A home) ]] || fail "a directory was made for nothing"
	expect_exit 4 "${nobody[@]}" "$KILOFLOW" undo --journal $journal
	says stderr "cannot open the journal's directory $journal: Permission denied"
	chmod 755 $journal
	chmod 644 $journal/*
	expect_exit 4 "${nobody[@]}" "$KILOFLOW" undo --journal $journal
	says stderr "the journal's $journal belongs to another user: uid 0"
	in_force
	mkdir -p home/.local/state
	cp -r $journal home/.local/state/kiloflow
	chown -R 65534:65534 home
	expect_exit 4 "${nobody[@]}" env HOME="$PWD/home" "$KILOFLOW" undo
	says stdout 'net.core.somaxconn'
	says stdout 'not all taken back: 2 failed'
	in_force
	expect_exit 4 "${nobody[@]}" env -u HOME "$KILOFLOW" undo
	says stderr '--journal'
}

# --- hostile ---------------------------------------------------------------

# refused WORDS: nothing is believed, and nothing is done
refused()
{
	expect_exit 4 kiloflow undo
	silent stdout
	says stderr "$1"
	in_force
}

case_directory_of_somebody_else()
{
	by_hand
	chown 65534 $journal
	refused "the journal's $journal belongs to another user: uid 65534"
	expect_exit 3 kiloflow undo --list
	chown 0 $journal
	chmod 770 $journal
	refused "the journal's $journal can be written by others: mode 0770; .*chmod go-w"
	chmod 700 $journal
	mv $journal /var/lib/elsewhere
	ln -s elsewhere $journal
	refused "the journal's $journal is no directory, or a link to one"
	expect_exit 4 kiloflow undo --journal $journal//
	rm $journal
	mkfifo $journal
	refused "the journal's $journal is no directory"
	expect_exit 0 kiloflow undo --journal /var/lib/elsewhere/
}

case_lock_of_somebody_else()
{
	by_hand
	mkfifo $journal/lock
	refused "the journal's $journal/lock is no regular file"
	rm $journal/lock
	ln -s /etc/passwd $journal/lock
	refused "cannot open $journal/lock"
	rm $journal/lock
	: >$journal/lock
	chmod 666 $journal/lock
	refused "$journal/lock can be written by others"
}

case_entry_of_somebody_else()
{
	local file=$journal/fix-0001.json
	by_hand
	chown 65534 $file
	refused "$file belongs to another user: uid 65534"
	chown 0 $file
	chmod 602 $file
	refused "$file can be written by others: mode 0602"
	chmod 600 $file
	mv $file $journal/other
	ln -s other $file
	refused "$file is a link"
	rm $file
	mkfifo $file
	refused "$file is no regular file"
	rm $file
	mkdir $file
	refused "$file is no regular file"
	rmdir $file
	truncate -s 1T $file
	chmod 600 $file
	refused "cannot read $file: File too large"
	head -c 300 $journal/other >$file
	refused "$file: line"
	: >$file
	refused "$file: line 1, column 0"
	head -c 4000000 /dev/zero | tr '\0' '[' >$file
	refused "$file: line 1, column"
}

# forged FILTER WORDS: refused, with the place in the file
forged()
{
	cp $journal/other $journal/fix-0001.json
	chmod 600 $journal/fix-0001.json
	edit 1 "$1"
	refused "$journal/fix-0001.json: $2"
}

case_forged()
{
	by_hand
	cp $journal/fix-0001.json $journal/other
	: >shadow
	mount --bind shadow /etc/shadow
	forged '.steps[1].key = "/etc/shadow" | .steps[1].from = "root::0:::::\n"' \
		'fix.steps\[1\].key is no file of /etc/sysctl.d'
	forged '.steps[1].key = "/etc/sysctl.d/../shadow"' 'fix.steps\[1\].key is no file'
	forged '.steps[1].key = "/etc/sysctl.d/../cron.d/x.conf"' 'fix.steps\[1\].key is no file'
	forged '.steps[0].key = "kernel.core_pattern" | .steps[0].from = "|/bin/sh"' \
		'fix.steps\[0\].key is no sysctl that a fix sets'
	forged '.steps[0].key = "net.core.../../kernel.modprobe"' 'fix.steps\[0\].key is no sysctl'
	forged '.steps[0].from = "128\n1"' 'fix.steps\[0\].from is no value of that sysctl'
	forged '.steps += [.steps[0]]' 'fix.steps\[2\] is about the same as fix.steps\[0\]'
	forged '.steps[0].kind = "relisten" | .steps[0].process.pid = 2147483648' \
		'fix.steps\[0\].process.pid is 2147483648: more than 2147483647'
	forged '.steps = {}' 'fix.steps is an object, not an array'
	forged '.steps[0].to = 4096' 'fix.steps\[0\].to is an integer, not a string'
	forged 'del(.boot_id)' 'fix.boot_id is missing'
	forged '.schema = "kiloflow.journal/2"' 'was written by another version: its schema is kiloflow.journal/2'
	forged '.schema = "\u001b[2J"' 'is no entry of a journal: its schema is \\x1b\[2J'
	silent shadow
}

# Whoever has a number now is not whom it was planned for.
case_another_process()
{
	by_hand
	spawn sleep 60
	entry 1 "$(step prlimit 'RLIMIT_NOFILE of sleep' '"10 10"' '"1024 4096"' |
		jq -c ".process = {pid: $spawned, start_ticks: 1, comm: \"sleep\"}")"
	prlimit --pid "$spawned" --nofile=1024:4096
	expect_exit 0 kiloflow undo
	says stdout '^   gone      RLIMIT_NOFILE of sleep: has ended$'
	[[ $(prlimit --pid "$spawned" --nofile -o SOFT --noheadings) -eq 1024 ]] ||
		fail "another process was changed"
}

host_main "$@"
