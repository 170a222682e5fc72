#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh BUILD SECONDS PARSER... - run these fuzzers, each for SECONDS
#
# Seeds are the fixtures of the same name. What a fuzzer finds out is kept
# below BUILD and used the next time; an input that broke something is left
# there as crash-*, to become a fixture.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

dir=$1
each=$2
shift 2

fuzz() # PARSER
{
	local seeds=tests/fixtures/$1 corpus=$dir/corpus/$1 output
	if ! compgen -G "$seeds/*" >/dev/null; then
		echo "no seeds in $seeds"
		return
	fi
	mkdir -p "$corpus"
	output=$("$dir/tests/fuzz/fuzz_$1" -max_total_time="$each" \
		-timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
		-artifact_prefix="$dir/" "$corpus" "$seeds" 2>&1) ||
		tail -n 40 <<<"$output"
}

for parser; do
	tap_check "fuzz_$parser for $each s" fuzz "$parser"
done
tap_done
