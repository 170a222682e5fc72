#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# coverage.sh - the unit tests reach every line and every branch of rules/
#
# Measured by gcov without optimisation, in a build directory of its own, and
# counted: a percentage would make a 0 of one in a thousand. A
# branch that no input can reach is named, with its reason, in
# coverage.allow. With -v the figures of each file are printed, too.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/support/tap.sh

build=$(realpath -m "${BUILD:-build}")/coverage
make=${MAKE:-make}

# What fails is the unit suite's to tell.
measure()
{
	local t
	"$make" --no-print-directory -s -j "$(nproc)" programs BUILD="$build" CC=gcc \
		CFLAGS='-O0 --coverage -fprofile-update=atomic' 2>&1 || return
	find "$build" -name '*.gcda' -delete
	for t in tests/unit/test_*.c; do
		timeout -k 5 300 "$build/${t%.c}" >/dev/null 2>&1 </dev/null
	done
	find "$build/rules" -name '*.gcda' -print0 |
		xargs -0 gcov --branch-probabilities --branch-counts --stdout >"$build/rules.gcov" 2>/dev/null
}

# One line a line and branch of rules/, "FILE LINE BRANCH COUNT TEXT", BRANCH
# "-" for the line itself. An inline function is in many objects, where it is
# reached in one is enough.
reached()
{
	awk '
	function note(key, count) {
		if (!(key in seen) || seen[key] < count)
			seen[key] = count
	}
	/^ +-: +0:Source:/ { sub(/^ +-: +0:Source:/, ""); file = $0; next }
	file !~ /^rules\// { next }
	/^ *[0-9#=*-]+: *[0-9]+:/ {
		split($0, part, ":")
		gsub(/ /, "", part[1])
		line = part[2] + 0
		text[file, line] = substr($0, length(part[1]) && match($0, /: *[0-9]+:/) ? RSTART + RLENGTH : 1)
		if (part[1] != "-")
			note(file SUBSEP line SUBSEP "-", part[1] ~ /^[1-9]/)
		next
	}
	$1 == "branch" { note(file SUBSEP line SUBSEP $2, $3 == "taken" && $4 + 0 > 0) }
	END {
		for (key in seen) {
			split(key, at, SUBSEP)
			said = text[at[1], at[2]]
			gsub(/^[ \t]+/, "", said)
			print at[1], at[2], at[3], seen[key], said
		}
	}' "$build/rules.gcov" | sort -k1,1 -k2,2n -k3,3
}

# "FILE TEXT" of a line, as in coverage.allow
allowed()
{
	grep -v '^#' tests/gates/coverage.allow
}

figures()
{
	awk '
	{ kind = $3 == "-" ? "lines" : "branches"; all[$1, kind]++; got[$1, kind] += $4; files[$1] }
	END {
		for (f in files)
			printf "# %-40s lines %3d/%-3d branches %3d/%d\n", f,
				got[f, "lines"], all[f, "lines"], got[f, "branches"], all[f, "branches"]
	}' "$build/rules.reached" | sort
}

missed_lines()
{
	awk '$3 == "-" && !$4' "$build/rules.reached"
}

missed_branches()
{
	awk '
	NR == FNR { allowed[$0]; next }
	$3 != "-" && !$4 {
		said = $1
		for (i = 5; i <= NF; i++)
			said = said " " $i
		if (!(said in allowed))
			print "branch " $3 " of " $1 ":" $2 ": " substr(said, length($1) + 2)
	}' <(allowed) "$build/rules.reached"
}

# Each has its own object; one that no test links is not measured.
unmeasured()
{
	comm -13 <(cut -d ' ' -f 1 "$build/rules.reached" | sort -u) \
		<(find rules -name '*.c' | sort)
}

tap_check "it can be measured" measure
reached >"$build/rules.reached"
if [[ ${1:-} == -v ]]; then figures; fi
tap_check "every file of rules/ is measured" unmeasured
tap_check "every line of rules/ is reached" missed_lines
tap_check "every branch of rules/ is taken" missed_branches
tap_done
