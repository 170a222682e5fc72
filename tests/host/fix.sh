#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fix - a host is repaired while its servers run, and taken back
. "$(dirname "$0")/../support/host.sh"
. "$host_top/tests/support/fix.sh"

listening_in_blue() { [[ -n $(ip netns exec blue ss -Htln) ]]; }

three_listen() { [[ $(limit_of 7070 | wc -l) == 3 ]]; }

nobody_listens() { [[ -z $(ss -Htln) ]]; }

established() # COUNT
{
	[[ $(ss -Htn state established 'dport = :6379' | wc -l) == "$1" ]]
}

# The origin: a short queue under load, its clients stuck in connect().
case_origin()
{
	short_queues
	kill -STOP "$redis"
	spawn "$PEER" connect 127.0.0.1 6379 20
	await established 6
	report 0 check --flows 1000 --port 6379 --time 200ms --fix --yes
	jqf '.verdict | test("^ready")'
	is '.fix.skipped' '[]'
	is '[.fix.applied[] | .kind]' '["sysctl","relisten"]'
	is '.fix.undo_id' 1
	is '.load.flows.ok' 1000
	says stderr 'net.core.somaxconn: 128 -> 4096'
	[[ $(cat $cap) == 4096 && $(limit_of 6379) -ge 999 ]] || fail "not in force"
	await established 20
	kill -CONT "$redis"
	[[ -d /proc/$redis ]] || fail "redis is another process"
	expect_exit 0 kiloflow undo
	[[ $(cat $cap) == 128 && $(limit_of 6379) == 5 ]] || fail "not taken back"
	expect_exit 0 kiloflow undo
	says stdout 'no fix'
}

case_second_plans_nothing()
{
	short_queues
	expect_exit 0 fixing
	report 0 check --flows 1000 --port 6379 --no-load --fix --yes
	is '.fix.applied' '[]'
	is '.fix.skipped' '[]'
	is '.fix.undo_id' null
	expect_exit 0 kiloflow undo
	[[ $(limit_of 6379) == 5 ]] || fail "the second run hid the first"
}

case_dry_run_changes_nothing()
{
	short_queues
	state >former
	report 1 check --flows 1000 --port 6379 --no-load --fix --dry-run
	is '.fix.applied' '[]'
	is '[.fix.planned[] | [.kind, .from, .to]]' '[["sysctl",128,4096],["relisten",5,4096]]'
	is '.fix.assumed' false
	expect_exit 1 kiloflow check --flows 1000 --port 6379 --no-load --fix --dry-run
	says stdout 'plan  net.core.somaxconn: 128 -> 4096'
	says stdout 'nothing is changed yet'
	as_before
	[[ ! -e /var/lib/kiloflow ]] || fail "a dry run has a journal"
}

# The load test holds the burst in a namespace that has the planned values.
case_proved_before_it_is_made()
{
	short_queues
	state >former
	report 0 check --flows 1000 --port 6379 --time 200ms --fix --dry-run --prove
	is '.fix.assumed' true
	is '.load.flows.ok' 1000
	is '.load.accept_queue.limit' 4096
	is '.load.accept_queue.peak' 1000
	as_before
}

case_emit()
{
	short_queues
	state >former
	for form in sysctl.d docker k8s ansible; do
		expect_exit 1 kiloflow check --flows 1000 --port 6379 --no-load --fix --emit $form
		says stdout 'net.core.somaxconn'
		says stdout '4096'
		says stdout 'tcp-backlog'
	done
	# who may not repair it may well plan it
	expect_exit 1 setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$KILOFLOW" check --flows 1000 --no-load --fix --emit docker
	says stdout 'net.core.somaxconn=4096'
	as_before
}

# A snapshot of one host is planned for on another.
case_plan_of_a_snapshot()
{
	short_queues
	expect_exit 0 kiloflow snapshot --port 6379 --output facts.json
	echo 4096 >$cap
	report 1 check --from facts.json --flows 1000 --port 6379 --fix --dry-run
	is '[.fix.planned[] | [.kind, .from, .to]]' '[["sysctl",128,4096],["relisten",5,4096]]'
	expect_exit 2 kiloflow check --from facts.json --flows 1000 --fix --yes
	silent stdout
}

case_somebody_has_to_agree()
{
	short_queues
	state >former
	expect_exit 2 kiloflow check --port 6379 --fix
	silent stdout
	says stderr '--yes'
	expect_exit 4 script -qec "$KILOFLOW check --port 6379 --no-load --fix" /dev/null <<<n
	says stdout 'make these changes'
	says stdout 'nothing was changed'
	as_before
	expect_exit 4 script -qec "$KILOFLOW check --port 6379 --no-load --fix --quiet" /dev/null <<<n
	says stdout '6379 redis-server.*5 -> 4096'
	expect_exit 2 timeout 10 script -qec \
		"$KILOFLOW check --port 6379 --no-load --fix 2>/dev/null" /dev/null <<<n
	expect_exit 0 script -qec "$KILOFLOW check --port 6379 --no-load --fix" /dev/null <<<y
	[[ $(limit_of 6379) == 4096 ]] || fail "yes is not yes"
}

# Every member of a group has a queue of its own.
case_group()
{
	private_files
	echo 128 >$cap
	for _ in 1 2 3; do
		spawn "$PEER" listen 127.0.0.1 7070 5 groupie
	done
	await three_listen
	report 0 check --flows 1000 --port 7070 --no-load --fix --yes
	is '[.fix.applied[] | select(.kind == "relisten")] | length' 3
	[[ $(limit_of 7070 | sort -u) == 4096 ]] || fail "a member was left out"
	expect_exit 0 kiloflow undo
	[[ $(limit_of 7070 | sort -u) == 5 ]] || fail "a member was not taken back"
}

case_of_one_process()
{
	private_files
	spawn "$PEER" listen 127.0.0.1 7071 5
	mine=$spawned
	spawn "$PEER" listen 127.0.0.1 7072 5
	await listening 7072
	await listening 7071
	report 0 check --flows 1000 --no-load --fix --yes --pid "$mine"
	is '[.fix.applied[] | .kind]' '["relisten"]'
	[[ $(limit_of 7071) == 4096 && $(limit_of 7072) == 5 ]] || fail "the wrong one"
	echo 128 >$cap
	for pid in $$ 4194304; do
		expect_exit 2 kiloflow check --flows 1000 --no-load --fix --yes --pid "$pid"
		silent stdout
		says stderr "process $pid holds no listener"
	done
	[[ $(cat $cap) == 128 ]] || fail "the cap was raised for nobody"
}

case_ipv6()
{
	private_files
	spawn "$PEER" listen ::1 7073 5
	await listening 7073
	report 0 check -6 --flows 1000 --port 7073 --no-load --fix --yes
	[[ $(limit_of 7073) == 4096 ]] || fail "not raised"
}

# A namespace is repaired from outside, and taken back from outside.
case_other_namespace()
{
	private_files
	mount -t tmpfs none /run
	ip netns add blue
	ip netns exec blue ip link set lo up
	ip netns exec blue sysctl -qw net.core.somaxconn=77
	spawn ip netns exec blue "$PEER" listen 127.0.0.1 7074 50
	await listening_in_blue
	echo 128 >$cap
	report 0 check --netns blue --flows 1000 --port 7074 --fix --yes --no-load
	is '[.fix.applied[] | .netns.name]' '["blue","blue"]'
	[[ $(cat $cap) == 128 ]] || fail "the caller's own was changed"
	[[ $(ip netns exec blue cat $cap) == 4096 ]] || fail "not in force"
	expect_exit 0 kiloflow undo
	[[ $(cat $cap) == 128 ]] || fail "undo changed the caller's own"
	[[ $(ip netns exec blue cat $cap) == 77 ]] || fail "not taken back"
	[[ $(ip netns exec blue ss -Htln | awk '{ print $3 }') == 50 ]] || fail "its limit"
}

case_namespace_gone()
{
	private_files
	mount -t tmpfs none /run
	ip netns add blue
	ip netns exec blue ip link set lo up
	ip netns exec blue sysctl -qw net.core.somaxconn=77
	report 0 check --netns blue --flows 1000 --fix --yes --no-load
	ip netns del blue
	ip netns add blue
	ip netns exec blue sysctl -qw net.core.somaxconn=4096
	expect_exit 0 kiloflow undo
	[[ $(ip netns exec blue cat $cap) == 4096 ]] || fail "another namespace of that name was changed"
}

# The limit of open files of a server, from soft to hard.
case_descriptors()
{
	private_files
	spawn prlimit --nofile=256:4096 "$PEER" listen 127.0.0.1 7075 4096
	await listening 7075
	report 0 check --flows 1000 --port 7075 --no-load --fix --yes
	is '[.fix.applied[] | .kind]' '["prlimit"]'
	[[ $(prlimit --pid "$spawned" --nofile -o SOFT --noheadings) -ge 1000 ]] || fail "not raised"
	jqf '.fix.applied[0].lasts | test("LimitNOFILE|limits")'
	expect_exit 0 kiloflow undo
	[[ $(prlimit --pid "$spawned" --nofile -o SOFT,HARD --noheadings | xargs) == '256 4096' ]] ||
		fail "not taken back"
}

case_persists()
{
	short_queues
	state >former
	expect_exit 0 fixing --persist
	says $lasting/*kiloflow.conf '^net.core.somaxconn = 4096$'
	says stdout 'kiloflow.conf'
	expect_exit 0 kiloflow undo
	as_before
}

# What stands in the way is named, and nothing is claimed.
case_cannot_persist()
{
	short_queues
	echo 'net.core.somaxconn = 300' >/etc/sysctl.conf
	report 0 check --flows 1000 --port 6379 --no-load --fix --yes --persist
	jqf '[.fix.skipped[] | select(.kind == "file")][0].why | test("/etc/sysctl.conf:1")'
}

case_deep()
{
	short_queues
	expect_exit 0 kiloflow check --flows 200 --burst 200 --no-load --fix --yes
	first=$(cat $cap)
	expect_exit 0 kiloflow check --flows 9000 --no-load --fix --yes
	[[ $(cat $cap) -gt $first ]] || fail "the second fix raised nothing"
	expect_exit 0 kiloflow undo --list
	[[ $(grep -c 'flows' stdout) == 2 ]] || fail "two were made"
	expect_exit 0 kiloflow undo
	[[ $(cat $cap) == "$first" ]] || fail "not the last one"
	expect_exit 0 kiloflow undo
	[[ $(cat $cap) == 128 ]] || fail "not the first one"
}

# Somebody else's value is not overwritten, unless that is wanted.
case_changed_since()
{
	short_queues
	expect_exit 0 fixing
	echo 7000 >$cap
	expect_exit 4 kiloflow undo
	says stdout '7000'
	says stdout '4096'
	says stdout 'force'
	[[ $(cat $cap) == 7000 && $(limit_of 6379) == 5 ]] || fail "the wrong thing was taken back"
	expect_exit 0 kiloflow undo --force
	[[ $(cat $cap) == 128 ]] || fail "not forced"
}

case_server_gone()
{
	short_queues
	expect_exit 0 fixing
	kill "$redis"
	await nobody_listens
	expect_exit 0 kiloflow undo
	[[ $(cat $cap) == 128 ]] || fail "not taken back"
}

host_main "$@"
