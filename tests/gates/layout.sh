#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# layout.sh - what stands where, and what every file has
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

build=$(realpath -m --relative-to=. "${BUILD:-build}")
top='checker|probes|rules|tests|Makefile|README\.md|LICENSE|\..*'
tests='bench|fixtures|fuzz|gates|golden|host|support|unit'

strangers() # FOLDER REGEX
{
	find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -vxE "$2"
}

sources() # NAME-PATTERN...
{
	find checker probes rules tests .ci Makefile -type f \( "$@" \) ! -path '*/fixtures/*'
}

unlicensed()
{
	sources -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name Makefile -o -name run |
		while read -r file; do
			head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
				echo "$file"
		done
}

# A word that this file has to name is split, so that it does not find itself.
unfinished()
{
	sources -name '*.[ch]' -o -name '*.sh' -o -name '*.md' -o -name Makefile |
		xargs grep -nE '\<(TO''DO|FIX''ME|X''XX)\>|(^|[^[:alnum:]])/(work|home|root)/'
}

struct_typedefs()
{
	sources -name '*.[ch]' | xargs grep -nE '^typedef (struct|union|enum)'
}

tap_check "the top level" strangers . "$top|${build%%/*}"
tap_check "the tests' folders" strangers tests "$tests"
tap_check "every source says its licence" unlicensed
tap_check "nothing unfinished, no path of a developer's machine" unfinished
tap_check "no typedef for a struct" struct_typedefs
tap_done
