#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# broken - one broken fact at a time, from broken.table: exactly that rule
# speaks, as severely as it should, and no other is as severe
. "$(dirname "$0")/../support/host.sh"

table=$host_top/tests/host/broken.table

# findings OPTIONS: "ID SEVERITY" of each that is not ok; 4 is the worst
findings()
{
	# shellcheck disable=SC2086 # options are words
	kiloflow check --no-load $1 --format json >report 2>stderr || true
	jq -r '.findings[] | select(.verdict != "ok") |
		"\(.id) \({note: 1, warn: 2, unknown: 3, fail: 4}[.verdict])"' report | sort
}

severity()
{
	case $1 in
	ok) echo 0 ;;
	note) echo 1 ;;
	warn) echo 2 ;;
	fail) echo 4 ;;
	esac
}

# judge_row KEY VALUE RULE VERDICT OPTIONS
judge_row()
{
	local old worst rule
	old=$(sysctl -n "$1") || skip "$1 is not there"
	findings "$5" >before
	sysctl -qw "$1=$2"
	findings "$5" >after
	# a range is put back in two steps where it would cross the other bound
	sysctl -qw "$1=$old"
	comm -13 before after >new
	worst=$(awk '$2 > w { w = $2 } END { print w + 0 }' new)
	[[ $worst == "$(severity "$4")" ]] || fail "$1=$2 $5: severity $worst, not $4: $(cat new)"
	rule=$(awk -v w="$worst" '$2 == w { print $1 }' new | sort -u)
	[[ ${rule:--} == "$3" ]] || fail "$1=$2 $5: ${rule:-nobody} speaks, not $3"
}

case_every_row()
{
	local key value rule verdict options n=0
	while IFS='|' read -r key value rule verdict options; do
		[[ $key != \#* && -n $key ]] || continue
		read -r key <<<"$key"
		read -r value <<<"$value"
		read -r rule <<<"$rule"
		read -r verdict <<<"$verdict"
		judge_row "$key" "$value" "$rule" "$verdict" "$options"
		n=$((n + 1))
	done <"$table"
	((n >= 40)) || fail "only $n rows were read"
}

host_main "$@"
