#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# prints.sh - only checker/cli prints or exits
#
# Reports write to the stream they are handed. Proved from the objects, which
# have no comments to be misread.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

build=${BUILD:-build}
forbidden='^(v?printf|puts|putchar|perror|v?warnx?|v?errx?|stdout|stderr|v?dprintf|syslog|_?exit|_Exit|quick_exit|abort)$'

# A generator that runs at build time is a program of its own: checker/dist.
# hosts_missing.c is built where other files are not.
offenders()
{
	find probes rules checker -name '*.c' ! -path 'checker/cli/*' ! -path 'checker/dist/*' \
		! -name hosts_missing.c |
		while read -r source; do
			object=$build/${source%.c}.o
			# what stands in for a library that is there is not built
			[[ -e $object || $source != *_missing.c ]] || continue
			nm -u "$object" | awk '$1 == "U" { print $2 }' |
				sed 's/@.*//' | grep -E "$forbidden" | sed "s|^|$source: |"
		done
}

tap_check "nothing but checker/cli prints or exits" offenders
tap_done
