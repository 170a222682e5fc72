#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# warnings.sh - gcc and clang have nothing to say, tests included
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

build=${BUILD:-build}

warnings() # COMPILER
{
	local output
	output=$("${MAKE:-make}" --no-print-directory -s -j "$(nproc)" programs \
		BUILD="$build/warnings-$1" CC="$1" CFLAGS='-O2 -g -Werror' 2>&1) ||
		tail -n 60 <<<"$output"
}

tap_check "gcc has no warning" warnings gcc
tap_check "clang has no warning" warnings clang
tap_done
