#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# terminal - what a person sees on a terminal, and a pipe does not get
. "$(dirname "$0")/../support/host.sh"

# on_terminal ARGUMENT...: ./screen is what the terminal got
on_terminal()
{
	local status=0
	env --default-signal TERM=xterm script -qec "$(printf '%q ' "$KILOFLOW" "$@")" screen \
		>/dev/null </dev/null || status=$?
	return "$status"
}

escapes() { grep -q $'\e\\[[0-9;]*m' "$1"; }

case_progress_on_a_terminal_only()
{
	on_terminal load --flows 50 --time 1s
	says screen 'load test: transfer .* of 1.0 s'
	expect_exit 0 kiloflow load --flows 50 --time 1s
	silent stderr
	on_terminal load --flows 50 --time 1s --format json
	says screen 'load test: transfer'
}

case_color_on_a_terminal_only()
{
	on_terminal check --no-load
	escapes screen || fail "no color on a terminal"
	expect_exit 0 kiloflow check --no-load
	! escapes stdout || fail "color in a pipe"
	expect_exit 0 kiloflow check --no-load --color always
	escapes stdout || fail "no color where it is always wanted"
	on_terminal check --no-load --color never
	! escapes screen || fail "color where it is never wanted"
	NO_COLOR=1 on_terminal check --no-load
	! escapes screen || fail "color in spite of NO_COLOR"
}

case_json_is_never_colored()
{
	expect_exit 0 kiloflow check --no-load --format json --color always
	! escapes stdout || fail "color in JSON"
}

host_main "$@"
