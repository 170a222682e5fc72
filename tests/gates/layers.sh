#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# layers.sh - who may include whom: probes <- rules <- checker
#
# An include names its whole path, so the path is the layer. Rules see of
# probes only the headers that are types and pure functions.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

pure='facts|observe/observed|drift|goal|need|supply|port_set|sysctl_table|counter_table|load/load_result|base/err|base/num|base/text'

# includes FOLDER REGEX: prints what FOLDER includes and REGEX does not allow
includes()
{
	grep -rnE --include='*.[ch]' '^[ \t]*#[ \t]*include[ \t]*"' "$1" |
		grep -vE "\"($2)\.h\""
}

missing_headers()
{
	grep -rhoE --include='*.[ch]' '^#include "[^"]+"' checker probes rules tests |
		cut -d'"' -f2 | sort -u | while read -r header; do
		[[ -e $header ]] || echo "no such file: $header"
	done
}

tap_check "probes include only probes" includes probes 'probes/.*'
tap_check "rules include only rules and what is pure of probes" \
	includes rules "rules/.*|probes/($pure)"
tap_check "checker includes no tests" includes checker '(checker|rules|probes)/.*'
tap_check "every header is named by its whole path" missing_headers
tap_done
