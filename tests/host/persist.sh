#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# persist - after the file of a fix is written, the real systemd-sysctl and
# the real `sysctl --system` end at the planned values, or at more; or kiloflow
# had said which one would not
. "$(dirname "$0")/../support/host.sh"
. "$(dirname "$0")/../support/sysctl_layouts.sh"

PLAN=$BUILD/tests/support/persist_plan

planned=("$fin=47" "$cap=4096" "$range=1024 65535" "$ports=8081,9100-9110"
	"$retries=9" "$rmem=4096 131072 7291456")
declare -A name=([systemd]=systemd-sysctl [procps]="\`sysctl --system\`")

# said LOADER KEY: that it does not last under that one
said()
{
	grep -qE "^skip $2 = .* does not last( under ${name[$1]})?: " plan
}

# enough KEY GOT WANT: GOT is WANT, or more of it
enough()
{
	local i
	local -a got want
	if [[ $1 == "$ports" ]]; then
		[[ $2 == "$3" ]]
		return
	fi
	read -ra got <<<"$2"
	read -ra want <<<"$3"
	for ((i = 0; i < ${#want[@]}; i++)); do
		if [[ $1 == "$range" && $i == 0 ]]; then
			((got[i] <= want[i])) || return
		else
			((got[i] >= want[i])) || return
		fi
	done
}

# What LOADER sets is what was planned, and only what was said is not.
holds() # LOADER KEY=VALUE...
{
	local loader=$1 setting i=0
	local -a after keys=("${@:2}")
	keys=("${keys[@]%%=*}")
	shift
	run_loader "$loader"
	mapfile -t after <after
	for setting; do
		if said "$loader" "${keys[i]}"; then
			! enough "${keys[i]}" "${after[i]}" "${setting#*=}" ||
				fail "$loader: $setting, and was not to be"
		else
			enough "${keys[i]}" "${after[i]}" "${setting#*=}" ||
				fail "$loader: ${after[i]}, and not $setting"
		fi
		i=$((i + 1))
	done
}

# plan KEY=VALUE...: leaves ./plan; a second time there is nothing to do
plan()
{
	"$PLAN" / "$@" >plan || fail "no plan: $*"
	"$PLAN" / "$@" >again || fail "no second plan: $*"
	cmp <(grep '^skip' plan) again || fail "the second plan does more"
}

persist() # KEY=VALUE...
{
	plan "$@"
	holds systemd "$@"
	holds procps "$@"
}

# The files of others are as they were, whatever is written.
others()
{
	find /etc /run /usr/local/lib /usr/lib/sysctl.d -path '*sysctl*' \
		! -name '*kiloflow.conf' -type f -exec md5sum {} +
}

check_layout()
{
	others >before_plan
	persist "${planned[@]}"
	cmp before_plan <(others) || fail "a file of somebody else is another"
	rm -f /etc/sysctl.d/*kiloflow.conf
}

# What a layout is made to show is for drift.sh.
wins() { :; }

does() # LINE...: what the plan did
{
	diff <(grep -v '^skip' plan) <(printf '%s\n' "$@") || fail "it did that"
}

case_the_line_in_the_way()
{
	private
	file /etc/sysctl.conf "# mine" "$cap=15"
	persist "$cap=4096"
	diff plan - <<-'P' || fail "it says that"
		write /etc/sysctl.d/99-kiloflow.conf
		skip net.core.somaxconn = 4096 does not last under `sysctl --system`: /etc/sysctl.conf:2 sets it to 15; change or delete that line
	P
	# as it was told to
	sed -i 2d /etc/sysctl.conf
	persist "$cap=4096"
	[[ ! -s plan ]] || fail "not all is well"
}

case_a_later_name()
{
	private
	file /etc/sysctl.conf "$cap=15" "$fin=15"
	ln -s ../sysctl.conf /etc/sysctl.d/99-sysctl.conf
	persist "$retries=9"
	does "write /etc/sysctl.d/99-kiloflow.conf"
	persist "$retries=9" "$cap=4096"
	does "write /etc/sysctl.d/99-zz-kiloflow.conf" \
		"remove /etc/sysctl.d/99-kiloflow.conf"
	file /run/sysctl.d/zz-local.conf "$cap=16"
	persist "$retries=9" "$cap=4096"
	does "write /etc/sysctl.d/zzzz-kiloflow.conf" \
		"remove /etc/sysctl.d/99-zz-kiloflow.conf"
	file /run/sysctl.d/~.conf "$cap=17"
	persist "$retries=9" "$cap=4096"
	[[ $(grep -c '^skip' plan) == 2 ]] || fail "each loader has its line"
}

case_names_of_others()
{
	private
	ln -s /dev/null /etc/sysctl.d/99-kiloflow.conf
	file /usr/lib/sysctl.d/99-zz-kiloflow.conf "$fin=11"
	persist "$cap=4096"
	does "write /etc/sysctl.d/zz-kiloflow.conf"
	[[ -L /etc/sysctl.d/99-kiloflow.conf ]] || fail "the mask is gone"
}

case_edited_by_hand()
{
	private
	persist "$cap=1024" "$fin=47"
	sed -i "s|^$cap.*|# why\n-net/core/somaxconn=1024\r|" /etc/sysctl.d/99-kiloflow.conf
	persist "$cap=4096" "$fin=47"
	does "write /etc/sysctl.d/99-kiloflow.conf"
	says /etc/sysctl.d/99-kiloflow.conf '^-net/core/somaxconn=4096.$'
	says /etc/sysctl.d/99-kiloflow.conf '^# why$'
}

case_unreadable()
{
	private
	mkfifo /etc/sysctl.d/pipe.conf
	expect_exit 1 "$PLAN" / "$cap=4096"
	says stderr '/etc/sysctl.d/pipe.conf'
	[[ ! -e /etc/sysctl.d/99-kiloflow.conf ]] || fail "it was written"
}

layouts_main "$@"
