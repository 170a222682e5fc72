#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# servers.sh DIRECTORY [PROGRAM [ARGUMENT...]] - redis, nginx and the iperfs
#
# Unpacks Debian's packages below DIRECTORY, unless that was done before, and
# runs PROGRAM from there with their libraries. They are never installed:
# their packages start daemons.
set -euo pipefail

packages=(redis-server redis-tools nginx nginx-common iperf iperf3 libiperf0
	libatomic1 libjemalloc2 liblzf1 libpcre2-8-0 libsctp1 libssl3)
programs=(usr/bin/redis-server usr/bin/redis-cli usr/sbin/nginx usr/bin/iperf
	usr/bin/iperf3)

mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift

# ld.so looks in every directory of the list.
use_libraries()
{
	LD_LIBRARY_PATH=$(printf '%s:' "$dir"/usr/lib/*-linux-gnu "$dir"/lib/*-linux-gnu)
	export LD_LIBRARY_PATH
}

unpack()
{
	local deb
	mkdir -p "$dir/packages" && cd "$dir/packages" || return
	# apt's own user may not write here; that it says so is no news
	apt-get -qq download "${packages[@]}" 2>/dev/null ||
		{ apt-get -qq update && apt-get -qq download "${packages[@]}"; } ||
		return
	for deb in *.deb; do
		dpkg-deb -x "$deb" "$dir" || return
	done
}

check()
{
	local program
	use_libraries
	for program in "${programs[@]}"; do
		if ldd "$dir/$program" | grep 'not found'; then
			echo "servers.sh: $program lacks a library; add its package"
			return 1
		fi
	done
}

(
	flock 9
	if [[ ! -e $dir/unpacked ]]; then
		if ! unpack; then
			echo "servers.sh: cannot download ${packages[*]}: no apt-get, or no Debian mirror"
			exit 1
		fi
		check
		touch "$dir/unpacked"
	fi
) 9>"$dir/lock" >&2

if [[ $# != 0 ]]; then
	program=$1
	shift
	use_libraries
	for path in "$dir"/usr/{bin,sbin}/"$program"; do
		if [[ -x $path ]]; then
			exec "$path" "$@"
		fi
	done
	echo "servers.sh: no $program below $dir" >&2
	exit 127
fi
