#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deps.sh check|build|deb|test LIBRARY:PACKAGE... [+ LIBRARY:PACKAGE...]
# - what is needed for that
#
# What stands behind the + is installed too where it can be, and a build does
# without it where it cannot.
#
# check says what is missing of the libraries; the others install what is
# missing, where there is apt-get and the right to use it, and then check.
# Something counts as missing when it cannot be used, whatever the package
# database says: a compiler that was built by hand is as good as Debian's.
# Servers are not installed here, they would start: see servers.sh.
set -euo pipefail

# kind, name, Debian package
build_table='
cmd gcc gcc
cmd ar binutils
header stdio.h libc6-dev
'
deb_table='
cmd dpkg-gencontrol dpkg-dev
'
test_table='
lib cmocka libcmocka-dev
cmd clang clang
clang fuzzer libclang-rt-dev
clang asan libclang-rt-dev
cmd clang-format clang-format
cmd clang-tidy clang-tidy
cmd cppcheck cppcheck
cmd shellcheck shellcheck
cmd jq jq
cmd ip iproute2
cmd ss iproute2
cmd nft nftables
cmd strace strace
cmd ps procps
cmd unshare util-linux
cmd setpriv util-linux
cmd groff groff-base
cmd lintian lintian
cmd zsh zsh
cmd fish fish
cmd python3 python3
python jsonschema python3-jsonschema
python yaml python3-yaml
'

have() # KIND NAME
{
	case $1 in
	cmd) command -v "$2" ;;
	header) [[ -e /usr/include/$2 ]] || ${CC:-gcc} -E -include "$2" - </dev/null ;;
	lib) pkg-config --exists "$2" ;;
	clang) compgen -G "$(clang -print-runtime-dir)/libclang_rt.$2*" ;;
	python) /usr/bin/python3 -c "import $2" ;;
	esac >/dev/null 2>&1
}

# Prints the rows of standard input that cannot be used.
missing()
{
	local kind name package
	while read -r kind name package; do
		if [[ -n $kind ]] && ! have "$kind" "$name"; then
			echo "$kind $name $package"
		fi
	done
}

# As root or through sudo; sudo asks for a password only on a terminal.
as_root()
{
	if [[ $EUID == 0 ]]; then
		"$@"
	elif [[ -t 0 ]]; then
		sudo "$@"
	else
		sudo --non-interactive "$@"
	fi
}

install_packages() # PACKAGE...
{
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y
		-o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
	local get=("${apt[@]}" install --no-install-recommends "$@")
	if ! command -v apt-get >/dev/null; then
		return
	fi
	if [[ $EUID != 0 ]] && ! command -v sudo >/dev/null; then
		return
	fi
	echo "installing: $*"
	as_root "${get[@]}" ||
		{ as_root "${apt[@]}" update && as_root "${get[@]}"; } || true
}

report() # of the rows on standard input
{
	local kind name package
	while read -r kind name package; do
		case $kind in
		lib) echo "missing library: $name (pkg-config name), Debian package $package" ;;
		*) echo "missing: $name, Debian package $package" ;;
		esac
	done >&2
	echo "install these and run make again" >&2
}

# The rows of LIBRARY:PACKAGE...
libraries()
{
	local library
	for library; do echo "lib ${library%%:*} ${library#*:}"; done
}

mode=$1
shift
wanted=()
while [[ $# != 0 && $1 != + ]]; do
	wanted+=("$1")
	shift
done
optional=$(libraries "${@:2}")
table=$(echo 'cmd pkg-config pkg-config'
	libraries "${wanted[@]}")
case $mode in
check) ;;
build) table=$build_table$table ;;
deb) table=$build_table$deb_table$table ;;
test) table=$build_table$deb_table$table$test_table ;;
esac
if [[ $mode != build ]]; then
	table+=$'\n'$optional
	optional=
fi

rows=$(missing <<<"$table"$'\n'"$optional")
if [[ -n $rows && $mode != check ]]; then
	mapfile -t packages < <(awk '{ print $3 }' <<<"$rows" | sort -u)
	install_packages "${packages[@]}" >&2
	rows=$(missing <<<"$table")
fi
if [[ -n $rows ]]; then
	report <<<"$rows"
	exit 1
fi
