#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# record.sh CAUSE - bring such an incident about, and print what it changed
#
# For what changed/ holds: memory-pressure, orphan-limit, conntrack-full and
# device-backlog. Each needs a sysctl that is the whole machine's, and all of
# its connections suffer meanwhile. So it runs only on a machine of its own,
# that may be spoiled, and only with SPOIL_THIS_MACHINE=yes; no test runs it.
set -euo pipefail

kiloflow=$(realpath "${BUILD:-build}")/kiloflow
here=$(dirname "$(realpath "$0")")
dir=$(mktemp -d)
saved=()

if [[ ${SPOIL_THIS_MACHINE:-} != yes || $EUID != 0 ]]; then
	echo "record.sh: this changes sysctls of the whole machine; see its head" >&2
	exit 2
fi

put_back()
{
	local i
	for ((i = 0; i < ${#saved[@]}; i += 2)); do
		sysctl -qw "${saved[i]}=${saved[i + 1]}"
	done
	rm -rf "$dir"
}
trap put_back EXIT

set_sysctl() # KEY VALUE
{
	saved+=("$1" "$(sysctl -n "$1")")
	sysctl -qw "$1=$2"
}

# six_clients CODE: with `server`, `clients` and `accepted` on port 7001
six_clients()
{
	/usr/bin/python3 - "$1" <<-'P'
		import socket, subprocess, sys, time

		def sysctl(key, value):
		    subprocess.run(["sysctl", "-qw", f"{key}={value}"], check=True)

		server = socket.create_server(("127.0.0.1", 7001), backlog=64)
		clients = [socket.create_connection(("127.0.0.1", 7001)) for _ in range(6)]
		accepted = [server.accept()[0] for _ in clients]
		exec(sys.argv[1])
	P
}

# What they close has data to send that nobody reads.
unsent='
for s in accepted:
    s.setblocking(False)
    try:
        while True: s.send(bytes(65536))
    except BlockingIOError:
        pass
'

play_memory_pressure()
{
	saved+=(net.ipv4.tcp_mem "$(sysctl -n net.ipv4.tcp_mem)")
	six_clients "$unsent
sysctl('net.ipv4.tcp_mem', '1 1 1')
for s in accepted: s.close()
time.sleep(0.5)"
}

play_orphan_limit()
{
	saved+=(net.ipv4.tcp_max_orphans "$(sysctl -n net.ipv4.tcp_max_orphans)")
	six_clients "$unsent
sysctl('net.ipv4.tcp_max_orphans', 0)
for s in accepted:
    s.close()
    time.sleep(0.2)"
}

play_conntrack_full()
{
	nft 'table inet record { chain input { type filter hook input priority 0; ct state established accept; }; }'
	set_sysctl net.ipv4.tcp_syn_retries 1
	saved+=(net.netfilter.nf_conntrack_max "$(sysctl -n net.netfilter.nf_conntrack_max)")
	six_clients "
sysctl('net.netfilter.nf_conntrack_max', 1)
more = [socket.socket() for _ in range(6)]
for s in more:
    s.setblocking(False)
    s.connect_ex(('127.0.0.1', 7001))
time.sleep(10)" || true
	nft delete table inet record
}

play_device_backlog()
{
	set_sysctl net.core.netdev_max_backlog 0
	six_clients "
import threading
def read(s):
    while s.recv(65536): pass
readers = [threading.Thread(target=read, args=(s,)) for s in clients]
for t in readers: t.start()
for s in accepted:
    s.sendall(bytes(4000000))
    s.close()
for t in readers: t.join()"
}

"$kiloflow" snapshot --output "$dir/before.json"
"play_${1//-/_}"
"$kiloflow" snapshot --output "$dir/after.json"
jq -n --slurpfile before "$dir/before.json" --slurpfile after "$dir/after.json" -f "$here/changes.jq"
