#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# netns_all - every network namespace, each once, and none of them changed
. "$(dirname "$0")/../support/host.sh"

PODS=$BUILD/tests/support/many_netns

# pods COUNT PORTS: namespaces that have no name, one of each process
pods()
{
	spawn "$PODS" "$@" >ready
	await grep -q ready ready
}

# They end with the one that started them, but not at once.
no_pods()
{
	kill -KILL "$spawned"
	await no_pod_left
}

no_pod_left()
{
	! pgrep '^pod[0-9]' >pids
}

named() # NAME...
{
	local name
	mountpoint -q /run || mount -t tmpfs none /run
	for name; do
		ip netns add "$name"
		ip netns exec "$name" ip link set lo up
	done
}

own() { readlink /proc/self/ns/net | tr -dc 0-9; }

# What a namespace is known by, and what could have been changed in it.
state_of_own()
{
	readlink /proc/self/ns/net
	ip -o link
	ss -Htlna
	sysctl -a -r '^net\.(core|ipv4)' 2>/dev/null
}

case_two_hundred()
{
	spawn "$PEER" listen 127.0.0.1 7000 9
	await listening 7000
	state_of_own >before
	pods 200 5
	report 0 listeners --netns all
	is '.listeners | length' 1001
	is '[.listeners[].netns.inode] | unique | length' 201
	is '[.listeners[1:][] | [.netns.inode, .port]] | unique | length' 1000
	is '[.listeners[1:][].port] | unique' '[1001,1002,1003,1004,1005]'
	is '[.listeners[1:][].limit] | unique' '[5]'
	is '[.listeners[].owners_state] | unique' '["known"]'
	is '[.listeners[].owners | length] | unique' '[1]'
	jqf '.listeners[1:] | all("\(.owners[0].comm)[\(.owners[0].pid)]" == .netns.name)'
	is '[.listeners[1:][].netns.name | sub("\\[.*"; "")] | unique | length' 200
	# the caller's own is the first, and needs no name
	is '.listeners[0].port' 7000
	is '.listeners[0].netns' "{\"inode\":$(own),\"name\":null}"
	is .findings[0].verdict '"ok"'
	state_of_own >after
	diff before after || fail "the caller's namespace was changed"
	no_pods
}

case_each_equals_what_ss_sees_there()
{
	local pid
	pods 3 4
	named blue
	ip netns exec blue "$PEER" listen ::1 7070 50 >/dev/null &
	host_pids+=("$!")
	await in_blue
	report 0 listeners --netns all
	for pid in $(pgrep '^pod') "$(pgrep -x peer)"; do
		jq -r --argjson inode "$(stat -Lc %i "/proc/$pid/ns/net")" \
			'.listeners[] | select(.netns.inode == $inode) | "\(.queue) \(.limit) \(.port)"' stdout |
			sort >ours
		nsenter -t "$pid" -n ss -Htln |
			awk '{ sub(/.*:/, "", $4); print $2, $3, $4 }' | sort >theirs
		[[ -s ours ]] || fail "nothing of $pid"
		diff ours theirs
	done
	no_pods
}

in_blue() { [[ -n $(ip netns exec blue ss -Htln "sport = :7070") ]]; }

# Killed at any moment: the namespaces, and the caller's own, are as before.
case_killed_midway()
{
	local ms status killed=0
	pods 200 2
	state_of_own >before
	for ms in 010 020 030 040 060 080 100 120; do
		status=0
		timeout --signal=KILL "0.$ms" "$KILOFLOW" listeners --netns all >/dev/null || status=$?
		killed=$((killed + (status == 137)))
	done
	((killed > 0)) || fail "it was never killed"
	state_of_own >after
	diff before after || fail "the caller's namespace was changed"
	report 0 listeners --netns all
	is '.listeners | length' 400
	no_pods
}

# Each is entered by a thread that waits a second first; two of them are
# under way when the last one goes. LeakSanitizer cannot work beside strace.
case_one_vanishes_meanwhile()
{
	local pid
	strace -o /dev/null true 2>/dev/null || skip "strace cannot trace here"
	named z1 z2 z3 z4 z9
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -f -qq -o trace -e trace=setns -e inject=setns:delay_enter=1000000:when=1 -- \
		"$KILOFLOW" "${1:-listeners}" --netns all --format "${2:-json}" >stdout 2>stderr &
	pid=$!
	await grep -q setns trace
	ip netns del z9
	wait "$pid" || fail "exit $?"
	[[ ${2:-json} == json ]] || return 0
	is '[.findings[] | select(.verdict != "ok") | [.id, .verdict, .subject, .netns.name]]' \
		'[["netns.read","note","z9","z9"]]'
}

case_one_vanishes_meanwhile_in_text()
{
	case_one_vanishes_meanwhile listeners text
	says stdout '^1 vanished meanwhile: z9$'
}

# An ordinary user may look, but not enter.
case_an_ordinary_user()
{
	named blue red
	pods 2 1
	spawn setpriv --reuid 65534 --regid 65534 --clear-groups "$PEER" listen 127.0.0.1 7001 5
	await listening 7001
	expect_exit 3 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$KILOFLOW" listeners --netns all --format json
	is '[.listeners[].port]' '[7001]'
	is '[.listeners[0].owners[].comm]' '["peer"]'
	is '[.findings[] | select(.verdict == "unknown") | .netns.name]' '["blue","red"]'
	jqf '.findings[] | select(.verdict == "note") | .observed >= 2'
	expect_exit 3 setpriv --reuid 65534 --regid 65534 --clear-groups "$KILOFLOW" listeners --netns all
	says stdout '^2 could not be entered \(denied\): blue, red$'
	says stdout 'there may be more namespaces'
	expect_exit 3 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$KILOFLOW" check --netns all --flows 10 --time 50ms
	says stdout '^UNKNOWN '
	kill -KILL "$(pgrep -x many_netns)"
	await no_pod_left
}

# By two names and by its processes it is still one; the first name is told.
case_one_namespace_is_named_once()
{
	named blue
	ln -s blue /run/netns/azure
	touch /run/netns/left-behind
	spawn ip netns exec blue "$PEER" listen 127.0.0.1 7070 5
	spawn ip netns exec blue "$PEER" listen 127.0.0.1 7071 5
	await in_blue
	report 0 listeners --netns all
	is '[.listeners[].netns.name] | unique' '["azure"]'
	is '[.listeners[].port]' '[7070,7071]'
}

# What is proposed can be typed as it is: with a name, and without.
case_remedies_are_right_where_they_are_for()
{
	local command
	named blue
	pods 1 0
	nsenter -t "$(pgrep -x pod0)" -n sysctl -qw net.core.somaxconn=100
	ip netns exec blue sysctl -qw net.core.somaxconn=100
	report 1 check --netns all --no-load --flows 1000
	is '[.findings[] | select(.verdict == "fail") | .id] | sort' \
		'["backlog.somaxconn","backlog.somaxconn","path.loopback"]'
	jq -r '.findings[] | select(.verdict == "fail") | .remedy.command' stdout >commands
	says commands 'nsenter --net=/run/netns/blue '
	says commands "nsenter --net=/proc/$(pgrep -x pod0)/ns/net "
	while read -r command; do
		bash -c "$command" >/dev/null || fail "$command"
	done <commands
	report 0 check --netns all --no-load --flows 1000
	is '[.findings[] | select(.verdict == "fail")]' '[]'
	is '[.findings[] | select(.id == "backlog.somaxconn") | .verdict] | unique' '["ok"]'
	no_pods
}

# One page, not two hundred.
case_text_folds_what_is_alike()
{
	pods 200 1
	expect_exit 1 kiloflow check --netns all --no-load --flows 1000
	says stdout '^200 other network namespaces: pod0\['
	says stdout 'in all 200 of them'
	(($(wc -l <stdout) < 120)) || fail "$(wc -l <stdout) lines"
	expect_exit 0 kiloflow listeners --netns all
	says stdout '^NAMESPACE +LISTENER '
	says stdout '^pod199\[[0-9]+\] +0.0.0.0:1001 '
	says stdout '^200 listeners in 201 namespaces, 0 full$'
	no_pods
}

case_load_elsewhere_only_when_asked()
{
	named blue red
	ip netns exec blue sysctl -qw net.core.somaxconn=50
	ip netns exec red ip link set lo down
	report 1 check --netns all --flows 100 --time 50ms
	is .load.flows.ok 100
	is '[.findings[] | select(.id == "load.outcomes") | .netns.inode]' "[$(own)]"
	report 1 check --netns all --flows 100 --time 50ms --load
	is .load.flows.ok 100
	is '[.findings[] | select(.id == "load.outcomes") | [.netns.name, .verdict]] | sort' \
		'[[null,"ok"],["blue","fail"],["red","fail"]]'
	is '[.findings[] | select(.id == "load.outcomes" and .netns.name == "blue") | .why | test("limit 50, peak 51")]' '[true]'
}

# A port is somebody's: where nobody listens on it nothing is tested.
case_port()
{
	named blue red
	spawn ip netns exec blue "$PEER" listen 127.0.0.1 7070 50
	await in_blue
	report 1 check --netns all --flows 100 --time 50ms --port 7070 --load
	is .load null
	is '[.findings[] | select(.id == "load.outcomes") | [.netns.name, .verdict]]' '[["blue","fail"]]'
	is '[.findings[] | select(.id == "backlog.listener" and .verdict == "fail") | .netns.name]' '["blue"]'
	expect_exit 2 kiloflow check --netns all --port 7071
	says stderr 'nothing listens on port 7071'
}

case_load_is_of_one_namespace()
{
	expect_exit 2 kiloflow load --netns all
	silent stdout
	says stderr '^kiloflow: --netns: load is run in one namespace, not in all'
}

# More namespaces than descriptors: none is kept open.
case_few_descriptors()
{
	pods 60 1
	ulimit -n 20
	report 0 listeners --netns all
	is '.listeners | length' 60
	no_pods
}

host_main "$@"
