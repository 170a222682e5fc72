# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# sysctl_layouts.sh - ways in which the sysctl files of a host may be laid
# out, and the real loaders to ask
#
#	. tests/support/host.sh
#	. tests/support/sysctl_layouts.sh
#	check_layout() { ... } # called for each layout, when it is there
#	wins() { ... }  # LOADER KEY VALUE FILE:LINE, what the layout is to show
#	layouts_main "$@"
#
# Each layout is made in directories of its own, in a mount namespace; each
# loader runs in a network namespace of its own, and sets only what belongs to
# that.
#
# shellcheck disable=SC2016 # what is quoted is for the shell in there
# shellcheck disable=SC2034 # host.sh reads it
host_case_files=("${BASH_SOURCE[0]}")

SYSTEMD_SYSCTL=${SYSTEMD_SYSCTL:-/lib/systemd/systemd-sysctl}

fin=net.ipv4.tcp_fin_timeout
cap=net.core.somaxconn
range=net.ipv4.ip_local_port_range
ports=net.ipv4.ip_local_reserved_ports
retries=net.ipv4.tcp_synack_retries
rmem=net.ipv4.tcp_rmem
start=net.ipv4.ip_unprivileged_port_start
# one per device: dots in a device's name are no separators
dad_all=net.ipv6.conf.all.dad_transmits
dad_dotted=net/ipv6/conf/drift0.1/dad_transmits
keys=("$fin" "$cap" "$range" "$ports" "$retries" "$rmem" "$start" "$dad_all" "$dad_dotted")

# --- the files, private ----------------------------------------------------

# Nothing that is written below goes to the machine's own files.
private()
{
	local dir
	mount --make-rprivate /
	# ld.so finds libraries faster with its cache, and else without
	for dir in /etc /run /usr/local/lib /usr/lib/sysctl.d; do
		mount -t tmpfs none "$dir"
	done
	if [[ ! /lib/sysctl.d -ef /usr/lib/sysctl.d ]]; then
		mount -t tmpfs none /lib/sysctl.d
	fi
	mkdir -p /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d
	for dir in /etc /run /usr/local/lib /usr/lib/sysctl.d /lib/sysctl.d; do
		[[ $(stat -f -c %T "$dir") == tmpfs && -z $(find "$dir" -type f) ]] ||
			fail "$dir is not a private one"
	done
	if [[ ! -x $SYSTEMD_SYSCTL ]]; then
		SYSTEMD_SYSCTL=$SERVERS/systemd/lib/systemd/systemd-sysctl
		export LD_LIBRARY_PATH
		LD_LIBRARY_PATH=$(printf '%s:' "$SERVERS"/systemd/{usr/,}lib/*-linux-gnu{/systemd,})
	fi
}

# file PATH LINE...: a file of these lines
file()
{
	local path=$1
	shift
	printf '%s\n' "$@" >"$path"
}

# --- asking the loaders ----------------------------------------------------

# Each key's value, with single blanks. In a new network namespace.
values()
{
	local key path
	for key in "${keys[@]}"; do
		path=$key
		[[ $path == */* ]] || path=${path//./\/}
		tr '\t' ' ' <"/proc/sys/$path"
	done
}

in_new_namespace() # COMMAND...
{
	ip link add drift0.1 type veth peer name drift0.2
	values >before
	"$@" >loader 2>&1 || true
	values >after
}

run_loader() # systemd|procps
{
	local command=(sysctl --system)
	if [[ $1 == systemd ]]; then
		command=("$SYSTEMD_SYSCTL")
	fi
	export -f in_new_namespace values
	export keys_text="${keys[*]}"
	unshare --net bash -ec 'read -ra keys <<<"$keys_text"; in_new_namespace "$@"' - "${command[@]}"
}

# What the kernel shows after VALUE: for fewer numbers, the rest of BEFORE; for
# a list, its own order.
shown() # KEY VALUE BEFORE
{
	local value=$2 before
	if [[ $value == - ]]; then
		value=$3
	elif [[ $1 == "$ports" ]]; then
		value=$(unshare --net sh -c 'sysctl -qw "$1=$2" && sysctl -n "$1"' - "$1" "$2")
	else
		read -ra before <<<"$3"
		read -ra value <<<"$2"
		value=("${value[@]}" "${before[@]:${#value[@]}}")
	fi
	echo "${value[*]}"
}

both_win() # KEY VALUE FILE:LINE
{
	wins systemd "$@"
	wins procps "$@"
}

# --- layouts ---------------------------------------------------------------

case_nothing()
{
	private
	check_layout
	both_win "$fin" - :0
}

case_no_directories()
{
	private
	rmdir /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d
	file /usr/lib/sysctl.d/a.conf "$fin=11"
	check_layout
	both_win "$fin" 11 /usr/lib/sysctl.d/a.conf:1
}

case_a_name_masks_whole_files()
{
	private
	file /etc/sysctl.d/50.conf "$fin=11"
	file /run/sysctl.d/50.conf "$fin=12" "$cap=12"
	file /run/sysctl.d/60.conf "$retries=6"
	file /usr/local/lib/sysctl.d/60.conf "$retries=7" "$cap=13"
	file /usr/lib/sysctl.d/60.conf "$retries=8" "$cap=14"
	check_layout
	both_win "$fin" 11 /etc/sysctl.d/50.conf:1
	both_win "$retries" 6 /run/sysctl.d/60.conf:1
	both_win "$cap" - :0
}

case_names_are_sorted_across_directories()
{
	private
	file /usr/lib/sysctl.d/90.conf "$fin=90"
	file /etc/sysctl.d/10.conf "$fin=10" "$cap=10"
	file /run/sysctl.d/9.conf "$cap=9"
	file /usr/local/lib/sysctl.d/B.conf "$retries=3"
	file /etc/sysctl.d/a.conf "$retries=4"
	check_layout
	both_win "$fin" 90 /usr/lib/sysctl.d/90.conf:1
	both_win "$cap" 9 /run/sysctl.d/9.conf:1
	both_win "$retries" 4 /etc/sysctl.d/a.conf:1
}

case_links_and_empty_files_mask()
{
	private
	ln -s /dev/null /etc/sysctl.d/a.conf
	file /usr/lib/sysctl.d/a.conf "$fin=11"
	: >/run/sysctl.d/b.conf
	file /usr/lib/sysctl.d/b.conf "$cap=11"
	ln -s /nowhere /etc/sysctl.d/c.conf
	file /usr/lib/sysctl.d/c.conf "$retries=3"
	mkdir /etc/sysctl.d/d.conf
	file /usr/lib/sysctl.d/d.conf "$range=2000 3000"
	check_layout
	both_win "$fin" - :0
	both_win "$range" - :0
}

case_only_conf_files()
{
	private
	file /etc/sysctl.d/README "$fin=11"
	file /etc/sysctl.d/a.conf.bak "$fin=12"
	file /etc/sysctl.d/a.conf~ "$fin=13"
	file /etc/sysctl.d/aconf "$fin=14"
	check_layout
	both_win "$fin" - :0
}

case_hidden_files_are_for_procps()
{
	private
	file /etc/sysctl.d/.a.conf "$fin=11"
	file /etc/sysctl.d/.conf "$cap=11"
	check_layout
	wins systemd "$fin" - :0
	wins procps "$fin" 11 /etc/sysctl.d/.a.conf:1
	wins procps "$cap" 11 /etc/sysctl.d/.conf:1
}

case_sysctl_conf_is_for_procps()
{
	private
	file /etc/sysctl.d/zz.conf "$fin=14"
	file /etc/sysctl.conf "$fin=15" "$cap=15"
	check_layout
	wins systemd "$fin" 14 /etc/sysctl.d/zz.conf:1
	wins systemd "$cap" - :0
	wins procps "$fin" 15 /etc/sysctl.conf:1
}

case_sysctl_conf_linked()
{
	private
	ln -s ../sysctl.conf /etc/sysctl.d/99-sysctl.conf
	file /etc/sysctl.d/zz.conf "$fin=14"
	file /etc/sysctl.conf "$fin=15" "$cap=15"
	check_layout
	wins systemd "$fin" 14 /etc/sysctl.d/zz.conf:1
	wins systemd "$cap" 15 /etc/sysctl.d/99-sysctl.conf:2
	wins procps "$fin" 15 /etc/sysctl.conf:1
}

case_sysctl_conf_is_no_file()
{
	private
	mkdir /etc/sysctl.conf
	file /etc/sysctl.d/sysctl.conf "$fin=11"
	check_layout
	both_win "$fin" 11 /etc/sysctl.d/sysctl.conf:1
}

case_links_between_directories()
{
	private
	mkdir /etc/kept
	file /etc/kept/x "$fin=11"
	ln -s /etc/kept/x /etc/sysctl.d/a.conf
	rmdir /run/sysctl.d
	ln -s ../etc/kept.d /run/sysctl.d
	mkdir /etc/kept.d
	file /etc/kept.d/b.conf "$cap=11"
	check_layout
	both_win "$fin" 11 /etc/sysctl.d/a.conf:1
	both_win "$cap" 11 /run/sysctl.d/b.conf:1
}

case_separators()
{
	private
	file /etc/sysctl.d/a.conf net/ipv4/tcp_fin_timeout=11 \
		net.ipv6.conf.drift0/1.dad_transmits=2 \
		/net/core/somaxconn=12 .net.ipv4.tcp_synack_retries=3
	check_layout
	both_win "$dad_dotted" 2 /etc/sysctl.d/a.conf:2
	both_win "$cap" 12 /etc/sysctl.d/a.conf:3
	both_win "$retries" 3 /etc/sysctl.d/a.conf:4
	file /etc/sysctl.d/a.conf net.ipv6.conf.drift0.1.dad_transmits=2 \
		net/ipv4/tcp_fin_timeout/=11 net/ipv4//tcp_synack_retries=3 \
		net/ipv4/../core/somaxconn=12
	check_layout
	both_win "$dad_dotted" - :0
	wins systemd "$fin" 11 /etc/sysctl.d/a.conf:2
	wins procps "$fin" - :0
	wins systemd "$cap" - :0
	wins procps "$cap" 12 /etc/sysctl.d/a.conf:4
}

case_comments_and_blanks()
{
	private
	file /etc/sysctl.d/a.conf "# $fin=1" "; $fin=2" "  # $fin=3" "" "   " \
		$'\t'"$fin"$'\t = \t11 \t' "$cap=" "$retries" "=7" "garbage"
	check_layout
	both_win "$fin" 11 /etc/sysctl.d/a.conf:6
	both_win "$cap" - :0
}

case_comments_after_a_value()
{
	private
	file /etc/sysctl.d/a.conf "$fin = 11 # yes" "$cap = 11#no" \
		"$range = 2000 3000 ; yes" "$retries = 3;no" "$ports = 80 # no"
	check_layout
	both_win "$fin" 11 /etc/sysctl.d/a.conf:1
	both_win "$cap" - :0
	both_win "$range" '2000 3000' /etc/sysctl.d/a.conf:3
	both_win "$ports" - :0
}

case_numbers()
{
	private
	file /etc/sysctl.d/a.conf "$fin=0x1e" "$cap=0144" "$retries=+3" \
		"$range=2000" "$rmem=8192 9000 x" "$ports=8080,0x50,9000-9010,"
	check_layout
	both_win "$fin" 30 /etc/sysctl.d/a.conf:1
	both_win "$cap" 100 /etc/sysctl.d/a.conf:2
	both_win "$retries" - :0
	both_win "$rmem" '8192 9000' /etc/sysctl.d/a.conf:5
}

case_lists_of_ports()
{
	private
	file /etc/sysctl.d/a.conf "$ports=80,8080,9000-9010"
	check_layout
	file /etc/sysctl.d/b.conf "$ports="
	check_layout
	both_win "$ports" '' /etc/sysctl.d/b.conf:1
	file /etc/sysctl.d/b.conf "$ports=80, 90"
	check_layout
	wins systemd "$ports" - :0
	wins procps "$ports" 80,8080,9000-9010 /etc/sysctl.d/a.conf:1
}

case_the_kernel_refuses()
{
	private
	file /etc/sysctl.d/a.conf "$fin=11" "$fin=junk" "$cap=12"
	file /etc/sysctl.d/b.conf "$cap=-1" "$range=1000 65535"
	check_layout
	wins systemd "$fin" - :0
	wins procps "$fin" 11 /etc/sysctl.d/a.conf:1
	wins procps "$cap" 12 /etc/sysctl.d/a.conf:3
	both_win "$range" - :0
}

case_two_sysctls_about_ports()
{
	private
	file /etc/sysctl.d/a.conf "$range=1000 65535" "$start=900"
	check_layout
	both_win "$range" - :0
	file /etc/sysctl.d/a.conf "$start=900" "$range=1000 65535"
	check_layout
	both_win "$range" '1000 65535' /etc/sysctl.d/a.conf:2
	file /etc/sysctl.d/a.conf "$start=40000" "$range=61000"
	check_layout
	both_win "$start" - :0
	both_win "$range" - :0
}

case_dashes()
{
	private
	file /etc/sysctl.d/a.conf "-$fin=11" "-no.such.key=1" "-$retries=999"
	check_layout
	both_win "$fin" 11 /etc/sysctl.d/a.conf:1
	file /etc/sysctl.d/a.conf "- $fin=11" "--$cap=12"
	check_layout
	wins systemd "$fin" 11 /etc/sysctl.d/a.conf:1
	wins systemd "$cap" - :0
	wins procps "$fin" - :0
	wins procps "$cap" 12 /etc/sysctl.d/a.conf:2
}

case_globs_and_keys()
{
	private
	file /etc/sysctl.d/10.conf "$dad_all=3"
	file /etc/sysctl.d/20.conf "net.ipv6.conf.*.dad_transmits=2"
	check_layout
	both_win "$dad_all" 3 /etc/sysctl.d/10.conf:1
	both_win "$dad_dotted" 2 /etc/sysctl.d/20.conf:1
	file /etc/sysctl.d/30.conf "net/ipv6/conf/drift*/dad_transmits=4"
	check_layout
	both_win "$dad_dotted" 4 /etc/sysctl.d/30.conf:1
	file /etc/sysctl.conf "$dad_dotted=5"
	check_layout
	wins procps "$dad_dotted" 5 /etc/sysctl.conf:1
}

case_excluded_from_globs()
{
	private
	file /etc/sysctl.d/a.conf "net.ipv6.conf.*.dad_transmits=2" \
		"-net.ipv6.conf.drift0/1.dad_transmits"
	check_layout
	both_win "$dad_dotted" - :0
	both_win "$dad_all" 2 /etc/sysctl.d/a.conf:1
}

# systemd takes an earlier assignment out, too
case_excluded_after_an_assignment()
{
	private
	file /etc/sysctl.d/a.conf "$fin=11" "-$fin" "-$cap" "$cap=12"
	check_layout
	wins systemd "$fin" - :0
	wins procps "$fin" 11 /etc/sysctl.d/a.conf:1
	both_win "$cap" 12 /etc/sysctl.d/a.conf:4
}

case_the_order_of_globs()
{
	private
	file /etc/sysctl.d/a.conf "net.ipv4.tcp_fin_*=11" \
		"net.ipv4.*_timeout=12" "net/ipv4/tcp_fin_*=11"
	check_layout
	wins systemd "$fin" 12 /etc/sysctl.d/a.conf:2
	wins procps "$fin" 11 /etc/sysctl.d/a.conf:3
	file /etc/sysctl.d/a.conf "net.ipv4.tcp_fin_*=11" \
		"net.ipv4.*_timeout=12" "net/ipv4/tcp_fin_*=13"
	check_layout
	both_win "$fin" 13 /etc/sysctl.d/a.conf:3
}

case_braces_are_systemds()
{
	private
	file /etc/sysctl.d/a.conf "net.ipv4.{tcp_fin_timeout,x}*=11" \
		"net.core.{somaxconn,x}=12"
	check_layout
	wins systemd "$fin" 11 /etc/sysctl.d/a.conf:1
	wins procps "$fin" - :0
	both_win "$cap" - :0
}

case_odd_spellings_beside_globs()
{
	private
	file /etc/sysctl.d/a.conf "net//core/somaxconn=11" "net.core.somax*=12"
	check_layout
	wins systemd "$cap" 11 /etc/sysctl.d/a.conf:1
	wins procps "$cap" 12 /etc/sysctl.d/a.conf:2
}

case_line_ends()
{
	private
	printf '%s=11\r\n%s=12\r\n' "$fin" "$cap" >/etc/sysctl.d/a.conf
	printf '%s=3' "$retries" >/etc/sysctl.d/b.conf
	check_layout
	both_win "$cap" 12 /etc/sysctl.d/a.conf:2
	both_win "$retries" 3 /etc/sysctl.d/b.conf:1
	printf '%s=11\r%s=12\n' "$fin" "$cap" >/etc/sysctl.d/a.conf
	check_layout
	wins systemd "$cap" 12 /etc/sysctl.d/a.conf:1
	wins procps "$fin" - :0
	printf '%s=11\0%s=12\n' "$fin" "$cap" >/etc/sysctl.d/a.conf
	check_layout
	wins systemd "$cap" 12 /etc/sysctl.d/a.conf:1
	wins procps "$cap" - :0
}

case_long_lines()
{
	private
	{
		printf '%s=11\n#' "$fin"
		head -c 1048575 /dev/zero | tr '\0' x
		printf '\n%s=12\n' "$cap"
	} >/etc/sysctl.d/a.conf
	check_layout
	wins systemd "$cap" - :0
	wins procps "$cap" 12 /etc/sysctl.d/a.conf:3
	sed -i 's/^#x/#/' /etc/sysctl.d/a.conf
	check_layout
	wins systemd "$cap" 12 /etc/sysctl.d/a.conf:3
}

case_the_same_key_many_times()
{
	private
	file /etc/sysctl.d/a.conf "$fin=11" "$fin=12" "net/ipv4/tcp_fin_timeout=13"
	file /etc/sysctl.d/b.conf "$fin=13" "$cap=1" "$cap=2" "$cap=1"
	check_layout
	both_win "$fin" 13 /etc/sysctl.d/b.conf:1
	both_win "$cap" 1 /etc/sysctl.d/b.conf:4
}

case_other_blanks()
{
	private
	printf '%s=11\f\n%s\v=12\n' "$fin" "$cap" >/etc/sysctl.d/a.conf
	check_layout
	wins systemd "$fin" - :0
	wins procps "$fin" 11 /etc/sysctl.d/a.conf:1
	wins procps "$cap" 12 /etc/sysctl.d/a.conf:2
}

# --- the loaders -----------------------------------------------------------

# Once, and outside: a case's namespace has no way to a mirror.
fetch_systemd()
{
	local dir=$SERVERS/systemd
	if [[ -x $SYSTEMD_SYSCTL || -e $dir/unpacked ]]; then
		return
	fi
	(
		mkdir -p "$dir" && cd "$dir"
		apt-get -qq download systemd libsystemd-shared 2>/dev/null
		for deb in *.deb; do
			dpkg-deb -x "$deb" .
		done
		touch unpacked
	) || echo "# cannot download systemd: no apt-get, or no Debian mirror"
}

layouts_main() # [CASE...]
{
	if [[ ${1:-} != --inside ]]; then
		fetch_systemd
	fi
	host_main "$@"
}
