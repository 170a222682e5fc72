# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# tap.sh - for gates: each check is one line of the Test Anything Protocol
#
#	tap_check "what must hold" COMMAND...	as often as needed, then
#	tap_done
#
# A check holds when its command prints nothing, errors included; what it
# prints is shown as the reason.
tap_n=0
tap_failed=0

tap_check()
{
	local name=$1 reason
	shift
	tap_n=$((tap_n + 1))
	reason=$("$@" 2>&1)
	if [[ -z $reason ]]; then
		echo "ok $tap_n - $name"
		return
	fi
	tap_failed=1
	echo "not ok $tap_n - $name"
	sed 's/^/# /' <<<"$reason"
}

tap_done()
{
	echo "1..$tap_n"
	exit "$tap_failed"
}
