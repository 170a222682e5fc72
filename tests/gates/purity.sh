#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# purity.sh - rules do no I/O, read no clock, allocate nothing, keep no state
#
# Proved from their objects: what they call is in rules/, in the pure part of
# probes/, or in purity.allow; and they have no section that can be written.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

build=${BUILD:-build}
mapfile -t rules < <(find rules -name '*.c' | sed "s|.*|$build/&|; s|c$|o|")
pure=()
for module in facts need supply port_set sysctl_table counter_table load/load_result base/err base/num base/text; do
	pure+=("$build/probes/$module.o")
done

defined() { nm --defined-only -g "$@" | awk 'NF == 3 { print $3 }'; }
undefined() { nm -u "$@" | awk '$1 == "U" { print $2 }'; }

# Of the pure modules, these allocate.
impure='^(host_new|host_free|load_result_free)$'

foreign_symbols()
{
	comm -23 <(undefined "${rules[@]}" | sort -u) \
		<({
			defined "${rules[@]}"
			defined "${pure[@]}" | grep -vE "$impure"
			sed 's/[ \t]*#.*//' tests/gates/purity.allow
		} | sort -u)
}

# .data.rel.ro is constant: the loader fills in addresses and locks it.
writable_sections()
{
	size -A "${rules[@]}" | awk '
	/^[^ ]+ *:$/ { file = $1 }
	$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 {
		print file, $1, $2 " bytes"
	}'
}

tap_check "rules call nothing but pure functions" foreign_symbols
tap_check "rules have no writable data" writable_sections
tap_done
