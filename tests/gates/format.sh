#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# format.sh - C as .clang-format wants it, shell as shellcheck wants it
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

unformatted()
{
	find checker probes rules tests -name '*.[ch]' |
		while read -r file; do
			clang-format "$file" | cmp -s - "$file" || echo "clang-format -i $file"
		done
}

mapfile -t shell_files < <(find tests checker .ci -name '*.sh' -o -name postrm -o -path .ci/run)

tap_check "clang-format" unformatted
tap_check "shellcheck" shellcheck "${shell_files[@]}"
tap_done
