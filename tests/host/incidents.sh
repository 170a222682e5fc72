#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# incidents - every scene of incidents/ under `kiloflow run`, at three levels
# of rights: is the right cause named, with the right number?
#
#	tests/host/incidents.sh [SCENE[:LEVEL]...]
#
# What must come is in incidents/expected.table. Each scene runs in network,
# mount and PID namespaces of its own, with ports of its own: trace events
# carry no namespace, and all see those of all. Most scenes only wait, so many
# run side by side. KEEP=DIR keeps what each leaves behind.
set -uo pipefail

self=$(realpath "$0")
here=$(dirname "$self")/incidents
BUILD=$(cd "$here/../../.." && realpath -m "${BUILD:-build}")
levels='full untraced user'
side_by_side=${JOBS:-12}
limit_s=60
nobody='--reuid 65534 --regid 65534 --clear-groups'

# --- in a scene's namespaces, in its directory ------------------------------

# As the level wants it: with tracing, without, without rights.
at_level() # LEVEL COMMAND...
{
	local level=$1
	shift
	case $level in
	full)
		mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null || true
		"$@"
		;;
	untraced) setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@" ;;
	user)
		# shellcheck disable=SC2086 # words
		setpriv $nobody "$@"
		;;
	esac
}

play() # SCENE PORT LEVEL
{
	local scene=$1 port=$2 level=$3 assistant status=0
	ip link set lo up
	../incident "$scene" "$port" setup >setup.log 2>&1 || return
	../incident "$scene" "$port" assist >ready &
	assistant=$!
	while [[ ! -s ready ]]; do sleep 0.01; done
	at_level "$level" ../kiloflow run --format json --report report.json -- \
		../incident "$scene" "$port" >truth.json 2>stderr || status=$?
	nstat -asz --json >counters.json
	kill "$assistant"
	[[ $status == 0 ]] || echo "exit $status" >>stderr
	return "$status"
}

# --- outside ----------------------------------------------------------------

# Of a scene's row: the counters, and what must come at that level; a ditto
# means the same as to the left.
row() # SCENE LEVEL
{
	awk -F ' *[|] *' -v scene="$1" -v last="$((2 + $(level_number "$2")))" '
	$1 == scene {
		for (i = 3; i <= last; i++)
			if ($i !~ /^" *$/)
				cell = $i
		print $2 "|" cell
	}' "$here/expected.table"
}

level_number() # LEVEL
{
	local n=0 level
	for level in $levels; do
		n=$((n + 1))
		if [[ $level == "$1" ]]; then echo "$n"; fi
	done
}

judge() # SCENE LEVEL
{
	local counters cell
	IFS='|' read -r counters cell < <(row "$1" "$2")
	jq -nr --slurpfile truth truth.json --slurpfile report report.json \
		--slurpfile counters counters.json \
		--arg want "$counters" --arg cell "$cell" -f "$here/judge.jq" 2>&1
}

show() # FILE
{
	if [[ -s $1 ]]; then
		echo "--- $1"
		head -c 2000 "$1"
		echo
	fi
}

# One scene at one level: "ok - ..." or "not ok - ..." and why, in ./result
one() # SCENE LEVEL PORT
{
	local name=$1-$2 status=0 why
	mkdir "$name"
	chmod 777 "$name"
	cd "$name" || exit
	timeout --kill-after=5 "$limit_s" \
		unshare --net --mount --pid --fork --kill-child --mount-proc \
		"$self" --play "$1" "$3" "$2" >log 2>&1 </dev/null || status=$?
	if [[ $status == 0 ]]; then
		why=$(judge "$1" "$2")
	else
		why="it ended with status $status"
	fi
	if [[ -z $why ]]; then
		echo "ok - $1, $2" >result
		return
	fi
	{
		echo "not ok - $1, $2"
		{
			echo "$why"
			jq -c '{failed, causes: [.causes[] | {id, connections, confidence, listener, process, evidence}]}' report.json
			for file in truth.json setup.log log stderr; do show "$file"; done
		} 2>/dev/null | tr -cd '\t\n[:print:]' | sed 's/^/# /'
	} >result
}

# The rows asked for, at each level: "SCENE LEVEL PORT". The longest wait
# first; the order of the table is that of the results.
plan()
{
	local scene level port=10000
	while read -r scene; do
		for level in $levels; do
			if [[ $# == 0 || " $* " == *" $scene "* || " $* " == *" $scene:$level "* ]]; then
				echo "$scene $level $port"
			fi
			port=$((port + 10))
		done
	done < <(awk -F ' *[|] *' '!/^(#|$)/ { print $1 }' "$here/expected.table")
}

main() # [SCENE[:LEVEL]...]
{
	local dir n=0 scene level port
	dir=$(mktemp -d)
	chmod 755 "$dir"
	# an ordinary user may not reach the build
	cp "$BUILD/kiloflow" "$BUILD/tests/host/incidents/incident" "$dir/"
	plan "$@" >"$dir/plan"
	echo "1..$(wc -l <"$dir/plan")"
	(cd "$dir" && xargs -r -P "$side_by_side" -n 3 "$self" --one <plan)
	while read -r scene level port; do
		n=$((n + 1))
		sed "s/^\(ok\|not ok\) - /\1 $n - /" "$dir/$scene-$level/result"
	done <"$dir/plan"
	if [[ -n ${KEEP:-} ]]; then
		cp -r "$dir" "$KEEP"
	fi
	rm -rf "$dir"
}

case ${1:-} in
--play) shift && play "$@" ;;
--one) shift && one "$@" ;;
*) main "$@" ;;
esac
