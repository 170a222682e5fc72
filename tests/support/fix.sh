# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # variables of host.sh
#
# fix.sh - what the cases that repair have in common; after host.sh
#
# Whatever a repair may write is a private copy in them: the journal, the
# directories and the file that sysctls are set from at boot.

cap=/proc/sys/net/core/somaxconn
lasting=/etc/sysctl.d

private_files()
{
	local dir
	mount --make-rprivate /
	for dir in /var/lib /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d \
		/usr/lib/sysctl.d; do
		if [[ -d $dir ]]; then
			mount -t tmpfs none "$dir"
		fi
	done
	: >sysctl.conf
	if [[ -e /etc/sysctl.conf ]]; then
		mount --bind sysctl.conf /etc/sysctl.conf
	fi
	# what is the whole host's, in whichever namespace
	for dir in /proc/sys/fs /proc/sys/kernel /proc/sys/vm; do
		mount -o bind,ro $dir $dir
	done
	[[ $(stat -f -c %T $lasting) == tmpfs && $(stat -f -c %T /var/lib) == tmpfs ]] ||
		fail "the files are not private"
}

# A namespace that holds 129, and a redis that asked for 5.
short_queues()
{
	private_files
	echo 128 >$cap
	spawn "$host_top/tests/support/servers.sh" "$SERVERS" redis-server \
		--port 6379 --tcp-backlog 5 --bind 127.0.0.1 --save '' --logfile redis.log
	await listening 6379
	redis=$(ss -Htlnp 'sport = :6379' | grep -oE 'pid=[0-9]+')
	redis=${redis#pid=}
}

limit_of() # PORT
{
	ss -Htln "sport = :$1" | awk '{ print $3 }'
}

# All that a repair of short_queues may change.
state()
{
	echo "cap $(cat $cap), limits $(limit_of 6379 | paste -sd' ')"
	(cd $lasting && find . ! -name . -printf '%p %s\n' | sort)
	find $lasting -type f -exec sha256sum {} +
}

# The values are as they were when `state >former` was called.
as_before()
{
	state >now
	diff former now >&2 || fail "it is not as it was"
}

fixing() # ARGUMENT...: a repair of redis's port, without the load test
{
	kiloflow check --flows 1000 --port 6379 --no-load --fix --yes "$@"
}
