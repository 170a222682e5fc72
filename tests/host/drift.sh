#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# drift - what kiloflow says that the sysctl files will set is what the real
# systemd-sysctl and the real `sysctl --system` then set
. "$(dirname "$0")/../support/host.sh"
. "$(dirname "$0")/../support/sysctl_layouts.sh"

SIMULATE=$BUILD/tests/support/simulate_sysctl

# The layout there is now, through both loaders.
check_layout()
{
	local loader key value line i want
	local -a before after
	for loader in systemd procps; do
		run_loader "$loader"
		mapfile -t before <before
		mapfile -t after <after
		"$SIMULATE" "$loader" "${keys[@]}" >simulated
		i=0
		while IFS='|' read -r key value line; do
			want=$(shown "$key" "$value" "${before[i]}")
			[[ $want == "${after[i]}" ]] ||
				fail "$loader: $key is '${after[i]}', and was to be '$want' ($line)"
			i=$((i + 1))
		done <simulated
		[[ $i == "${#keys[@]}" ]] || fail "not every key was simulated"
	done
}

# wins LOADER KEY VALUE FILE:LINE: so that no layout tests nothing
wins()
{
	local got
	got=$("$SIMULATE" "$1" "${keys[@]}" | grep -F "$2|")
	[[ $got == "$2|$3|$4" ]] || fail "$1: $got, not $3 $4"
}

layouts_main "$@"
