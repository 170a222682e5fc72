#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# policy - a policy file changes what is judged, and says where it is wrong;
# what `kiloflow policy` writes holds where it was written
. "$(dirname "$0")/../support/host.sh"

finding() # ID FIELD
{
	echo "[.findings[] | select(.id == \"$1\")][0].$2"
}

of_policy='[.findings[] | select(.group == "policy")]'

case_round_trip()
{
	expect_exit 0 kiloflow policy
	silent stderr
	mv stdout host.policy
	report 0 check --no-load --flows 100 --policy host.policy
	is "$of_policy | map(.verdict) | unique" '["ok"]'
	is "$of_policy | length" "$(grep -cE '^[a-z]' host.policy)"
	jqf "$of_policy | length > 20"
}

# Each requirement that it writes is one that something can fail.
case_another_host_fails_it()
{
	kiloflow policy >host.policy
	sysctl -qw net.core.somaxconn=4095
	sysctl -qw net.ipv4.tcp_syncookies=0
	sysctl -qw net.ipv4.ip_local_port_range='40000 60999'
	sysctl -qw net.ipv4.tcp_rmem='4096 131072 6000000'
	report 1 check --no-load --flows 100 --policy host.policy
	is "$of_policy | map(select(.verdict != \"ok\") | .id)" \
		'["policy.net.core.somaxconn","policy.net.ipv4.ip_local_port_range[0]","policy.net.ipv4.tcp_rmem[2]","policy.net.ipv4.tcp_syncookies"]'
	is "$(finding policy.net.core.somaxconn remedy.to)" 4096
	is "$(finding policy.net.core.somaxconn observed)" 4095
	is "$(finding 'policy.net.ipv4.ip_local_port_range[0]' remedy)" null
	# more is no harm
	sysctl -qw net.core.somaxconn=65536
	report 1 check --no-load --flows 100 --policy host.policy
	is "$(finding policy.net.core.somaxconn verdict)" '"ok"'
}

# The remedy is what a person would type, and then it holds.
case_remedy_works()
{
	echo 'net.core.somaxconn >= 65536 warn "our fleet standard"' >p
	report 0 check --no-load --flows 100 --policy p
	is .verdict '"ready-with-warnings"'
	is "$(finding policy.net.core.somaxconn verdict)" '"warn"'
	jqf "$(finding policy.net.core.somaxconn why) | test(\"our fleet standard\")"
	bash -c "$(jq -r "$(finding policy.net.core.somaxconn remedy.command)" stdout)" >/dev/null
	report 0 check --no-load --flows 100 --policy p --strict
	is .verdict '"ready"'
}

case_ignore_severity_threshold()
{
	sysctl -qw net.core.somaxconn=128
	report 1 check --flows 200 --no-load
	echo 'ignore backlog.somaxconn "a test host"' >p
	report 0 check --flows 200 --no-load --policy p
	is "$(finding backlog.somaxconn verdict)" '"note"'
	jqf "$(finding backlog.somaxconn why) | test(\"(ignored)\") and test(\"a test host\")"
	echo 'severity backlog.somaxconn warn' >p
	report 0 check --flows 200 --no-load --policy p
	is .verdict '"ready-with-warnings"'
	# 199 are needed: 71 are missing
	echo 'threshold backlog.somaxconn 71' >p
	report 0 check --flows 200 --no-load --policy p
	is "$(finding backlog.somaxconn verdict)" '"note"'
	echo 'threshold backlog.somaxconn 70' >p
	report 1 check --flows 200 --no-load --policy p
}

# The load test's findings, too, and with the command that only runs it.
case_of_the_load_test()
{
	echo 'threshold load.outcomes 3 "a few may be late"' >p
	report 0 load --flows 100 --backlog 96 --time 50ms --policy p
	is .load.accept_queue.drops 3
	report 1 load --flows 100 --backlog 95 --time 50ms --policy p
}

# A sysctl that is not there in a container: nobody can say that it holds.
case_unknown_is_not_held()
{
	echo 'net.ipv4.tcp_mem[2] >= 1' >p
	report 3 check --flows 100 --time 50ms --policy p
	is .load.flows.ok 100
	is "$(finding 'policy.net.ipv4.tcp_mem[2]' verdict)" '"unknown"'
	echo 'net.ipv4.tcp_mem[2] >= 1 warn' >p
	report 0 check --flows 100 --time 50ms --policy p
	report 0 check --flows 100 --time 50ms --policy p --ignore 'policy.net.ipv4.tcp_mem[2]'
	is "$(finding 'policy.net.ipv4.tcp_mem[2]' verdict)" '"note"'
}

wrong() # PLACE-AND-MESSAGE LINE
{
	printf '# first\n%s\n' "$2" >"a policy"
	expect_exit 2 kiloflow check --policy "a policy"
	silent stdout
	says stderr "^kiloflow: a policy:2:$1"
}

case_mistakes_have_a_place()
{
	wrong '8: there is no rule "backlog.drop"; did you mean backlog.drops' 'ignore backlog.drop "x"'
	wrong '21: say why' 'ignore backlog.drops'
	wrong '23: 4294967296 is out of range: net.core.somaxconn takes 0 to 2147483647' \
		'net.core.somaxconn >= 4294967296'
	wrong '20: expected >=' 'net.core.somaxconn => 3'
	wrong '1: there is no sysctl "net.core.\\xff"' $'net.core.\xff >= 3'
	wrong '10: a byte 0x1b is no text' $'net.core.\e[2J >= 3'
	if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' stderr; then
		fail "control characters on stderr"
	fi
}

case_files_that_cannot_be()
{
	expect_exit 2 kiloflow check --policy /nonexistent
	silent stdout
	says stderr '/nonexistent: No such file'
	expect_exit 2 kiloflow load --policy /
	says stderr 'Is a directory'
	expect_exit 2 kiloflow check --policy /dev/zero
	says stderr 'too large'
	mkdir -m 700 d
	echo >d/p
	expect_exit 2 setpriv --reuid=65534 --clear-groups "$KILOFLOW" check --policy d/p
	says stderr 'Permission denied'
}

# As a shell gives it: not a file that has a size.
case_from_a_pipe()
{
	report 0 check --no-load --flows 100 --policy <(kiloflow policy)
	jqf "$of_policy | length > 20"
}

# A host name is a comment, and stays one.
case_hostile_host_name()
{
	unshare --uts /usr/bin/python3 - "$KILOFLOW" <<-'P' >p
		import os, socket, sys
		socket.sethostname("a\nnet.core.somaxconn >= 9")
		os.execv(sys.argv[1], ["kiloflow", "policy"])
	P
	says p '^# kiloflow policy: a\\x0anet.core.somaxconn'
	report 0 check --no-load --flows 100 --policy p
}

case_of_another_namespace()
{
	mount -t tmpfs none /run
	ip netns add other
	ip netns exec other sysctl -qw net.core.somaxconn=77
	expect_exit 0 kiloflow policy --netns other
	says stdout '^net.core.somaxconn >= 77$'
	expect_exit 2 kiloflow policy --netns all
	silent stdout
}

case_help_and_explain()
{
	expect_exit 0 kiloflow help policy
	says stdout 'ignore ID "REASON"'
	expect_exit 0 kiloflow explain 'policy.net.ipv4.tcp_rmem[2]'
	says stdout 'net.ipv4.tcp_rmem'
}

host_main "$@"
