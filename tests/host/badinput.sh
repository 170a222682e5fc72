#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# badinput - what is refused and how; what cannot be read, seen or written
. "$(dirname "$0")/../support/host.sh"

# refused WORD ARGUMENT...: a usage error that names WORD
refused()
{
	local word=$1
	shift
	expect_exit 2 kiloflow "$@"
	silent stdout
	grep -qF -- "$word" stderr || fail "stderr does not name $word: $*"
}

# Each value is refused, and the refusal names the option and the value.
values() # COMMAND OPTION VALUE...
{
	local command=$1 option=$2 value
	shift 2
	for value; do
		refused "$option" "$command" "$option" "$value"
		grep -qF -- "\"$value\"" stderr || fail "stderr does not quote the value: $value"
	done
}

# bounded OPTION LOW HIGH VALUE...: the refusal says the range as well
bounded()
{
	local option=$1 low=$2 high=$3 value
	shift 3
	for value; do
		values load "$option" "$value"
		grep -qE "$low.* to .*$high" stderr || fail "no range in the refusal of $option $value"
	done
}

case_flows() { bounded --flows 1 4000000 0 4000001 -1 abc '' 1.5 1e3 99999999999999999999 '10 ' 0x10; }
case_burst() { bounded --burst 1 4000000 0 -1 x; }
case_port() { bounded --port 1 65535 0 65536 http; }
case_backlog() { bounded --backlog 0 2147483647 -1 2147483648 x; }
case_workers() { bounded --workers 1 1024 0 1025 x; }
case_time() { values load --time 0 -1s 2x '' 2h30; }
case_bytes() { values load --bytes 0 -1 x 5T; }
case_words()
{
	values check --role nobody BOTH ''
	values load --direction sideways
	values load --accept never slow slow:0/s slow:x/s
	values check --format xml
	values check --color sometimes
	values check --ignore no.such.rule
}

case_words_name_what_there_is()
{
	refused both check --role nobody
	refused json check --format xml
	refused held load --accept never
}

case_unknown_option_and_command()
{
	refused --flow check --flow 10
	refused chekc chekc
	refused no.such.id explain no.such.id
	refused flavours list flavours
	refused -x -x
}

case_missing_and_surplus()
{
	refused --flows check --flows
	refused surplus check surplus
	refused --no-load check --no-load=1
	refused explain explain
	refused list list
}

case_contradictions()
{
	refused -- check -4 -6
	refused --quiet check --quiet --verbose
	refused --burst check --flows 10 --burst 11
	refused --time load --time 1s --bytes 5
	refused --backlog check --no-load --backlog 5
}

case_numbers_with_suffixes()
{
	report 0 check --no-load --flows 1k --burst 1
	is .goal.flows 1000
}

case_too_few_descriptors()
{
	ulimit -Sn 500
	ulimit -Hn 500
	report 1 check --flows 1000
	is .load.refused.have 500
	is .load.refused.need 2064
	is .load.flows.asked 1000
	is .load.flows.ok null
	expect_exit 1 kiloflow check --flows 1000
	says stdout '500'
	says stdout '2064'
}

case_too_few_ports()
{
	sysctl -qw net.ipv4.ip_local_port_range='40000 40099'
	report 1 check --flows 500
	jqf '.load.refused | .have <= 100 and .need >= 500 and (.resource | test("port"))'
}

missing_sysctls()
{
	report 3 check --no-load --flows 10
	is .verdict '"unknown"'
	is '[.findings[] | select(.id == "backlog.somaxconn")][0].verdict' '"unknown"'
	jqf "[.findings[] | select(.id == \"backlog.somaxconn\")][0].why | test(\"$1\") and test(\"somaxconn\")"
	# the load test carries the whole goal: that settles it
	report 0 check --flows 10 --time 50ms
	is '[.findings[] | select(.id == "backlog.somaxconn")][0].verdict' '"unknown"'
}

case_sysctl_absent()
{
	mount -t tmpfs none /proc/sys/net/core
	missing_sysctls absent
}

case_sysctl_broken()
{
	echo "4096 or so" >garbage
	mount --bind garbage /proc/sys/net/core/somaxconn
	missing_sysctls broken
}

as_nobody()
{
	(cd / && setpriv --reuid=65534 --regid=65534 --clear-groups "$@")
}

nobodys_kiloflow() { as_nobody "$PWD/kiloflow" "$@"; }

case_sysctl_denied()
{
	cp "$KILOFLOW" kiloflow
	echo 4096 >secret
	chmod 600 secret
	mount --bind secret /proc/sys/net/core/somaxconn
	expect_exit 3 nobodys_kiloflow check --no-load --flows 10 --format json
	is '[.findings[] | select(.id == "backlog.somaxconn")][0].verdict' '"unknown"'
	jqf '[.findings[] | select(.id == "backlog.somaxconn")][0].why | test("denied")'
}

case_ordinary_user()
{
	cp "$KILOFLOW" kiloflow
	cp "$PEER" peer
	spawn "$PEER" listen 127.0.0.1 7001 5
	spawn setpriv --reuid=65534 --regid=65534 --clear-groups "$PWD/peer" listen 127.0.0.1 7002 5
	await listening 7001
	await listening 7002
	expect_exit 0 nobodys_kiloflow listeners --format json
	is '[.listeners[] | select(.port == 7001)][0] | [.owners, .owners_state]' '[[],"denied"]'
	is '[.listeners[] | select(.port == 7002)][0].owners[0].comm' '"peer"'
	is '[.listeners[] | select(.port == 7002)][0].owners_state' '"partial"'
	expect_exit 0 nobodys_kiloflow listeners
	expect_exit 0 nobodys_kiloflow check --flows 100 --time 100ms --format json
	is .load.flows.ok 100
	is .load.bytes.exact true
}

# ESC, a newline, a quotation mark, a byte that is no UTF-8, and one that
# turns the direction of what follows.
hostile=$'\e[2J\n"\xff\u202e'

case_hostile_process_name()
{
	spawn "$PEER" listen 127.0.0.1 7001 0 "$hostile"
	await listening 7001
	report 0 listeners
	is '[.listeners[] | select(.port == 7001)][0].owners[0].comm' \
		"$(printf '"\\u001b[2J\\n\\"\uFFFD\u202e"')"
	expect_exit 0 kiloflow listeners --color never
	says stdout 'x1b\[2J'
	nothing_hostile
	expect_exit 1 kiloflow check --port 7001 --flows 10 --no-load --verbose --color never
	nothing_hostile
}

nothing_hostile()
{
	local file
	for file in stdout stderr; do
		iconv -f UTF-8 -t UTF-8 <"$file" >/dev/null || fail "$file is not UTF-8"
		if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae]' "$file"; then
			fail "$file has control characters"
		fi
	done
}

# --- what the report is written to -----------------------------------------

# each FUNCTION: for one call of every command
each()
{
	"$1" check --no-load --flows 10
	"$1" check --flows 10 --time 20ms
	"$1" load --flows 10 --time 20ms
	"$1" listeners
	"$1" listeners --format json
	"$1" snapshot
	"$1" check --no-load --format json
	"$1" list rules
	"$1" list sysctls
	"$1" list counters
	"$1" list causes
	"$1" list servers
	"$1" list tools
	"$1" explain backlog.somaxconn
	"$1" explain accept-queue-overflow
	"$1" policy
	"$1" --help
	"$1" --version
}

to_full() { kiloflow "$@" >/dev/full; }
full()
{
	expect_exit 3 to_full "$@"
	says stderr '^kiloflow: .*stdout.*No space'
}
case_dev_full() { each full; }

to_closed() { kiloflow "$@" >&-; }
closed()
{
	expect_exit 3 to_closed "$@"
	says stderr '^kiloflow: .*stdout'
}
case_closed_stdout() { each closed; }

# A reader that left: quiet, and the verdict is the status all the same.
to_nobody()
{
	local status
	set +o pipefail
	{ sleep 0.05; kiloflow "$@"; echo $? >to_nobody; } | true
	read -r status <to_nobody
	return "$status"
}
reader_left()
{
	expect_exit 0 to_nobody "$@"
	silent stderr
}
case_reader_left() { each reader_left; }

to_head() { kiloflow "$@" | head -n 1; }
first_line()
{
	expect_exit 0 to_head "$@"
	[[ $(wc -l <stdout) == 1 ]] || fail "not one line: $*"
	silent stderr
}
case_head_1() { each first_line; }

host_main "$@"
