#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# analysis.sh - clang-tidy (see .clang-tidy) and cppcheck over the program
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

build=${BUILD:-build}
mkdir -p "$build/analysis"

tidy()
{
	{
		printf '%s\n' -std=gnu11 -D_GNU_SOURCE '-DKILOFLOW_VERSION="0"' \
			'-DKILOFLOW_MISSING="none"' "-I$PWD"
		pkg-config --cflags-only-I libnl-3.0 libtracefs libtraceevent | tr ' ' '\n'
	} >"$build/analysis/compile_flags.txt"
	if ! find checker probes rules -name '*.c' -print0 |
		xargs -0 -n 8 -P "$(nproc)" clang-tidy --quiet -p "$build/analysis" \
			>"$build/analysis/clang-tidy.log" 2>&1; then
		grep ': error: ' "$build/analysis/clang-tidy.log"
		echo "the analyzer's reasons: $build/analysis/clang-tidy.log"
	fi
}

# Suppressed: readdirCalled, as a directory stream is never shared here and
# readdir_r is the one that is deprecated; uninitvar and resourceLeak, as
# cppcheck does not see that a callee fills a buffer or that open()'s
# descriptor is returned, and clang's analyzer, which does, looks for both;
# internalAstError, as cppcheck 2.10 cannot parse a compound literal in ?:.
check()
{
	cppcheck --quiet --cppcheck-build-dir="$build/analysis" -j "$(nproc)" \
		--enable=warning,performance,portability --inline-suppr \
		--std=c11 --language=c --library=posix \
		--suppress=missingIncludeSystem --suppress=readdirCalled \
		--suppress=uninitvar --suppress=resourceLeak \
		--suppress=internalAstError \
		-D_GNU_SOURCE '-DKILOFLOW_VERSION="0"' \
		'-DKILOFLOW_MISSING="none"' -I. checker probes rules
}

tap_check "clang-tidy" tidy
tap_check "cppcheck" check
tap_done
