# /etc/sysctl.d/99-zz-kiloflow.conf, from `kiloflow check --fix --emit sysctl.d`.
# `sysctl --system` puts it in force.
net.core.somaxconn = 65535
net.ipv4.tcp_max_syn_backlog = 4096
net.ipv4.ip_local_port_range = 1024 65535
net.ipv4.tcp_mem = 4 5 6
net.ipv4.tcp_rmem = 4096 131072 33554432
net.core.default_qdisc = fq
fs.file-max = 1048576
# in its container's settings: net.core.somaxconn in namespace blue from 4096 to 8192
# in its container's settings: net.ipv4.tcp_syncookies in namespace net:[4026532001] from 0 to 1
# in the server's settings: RLIMIT_NOFILE of redis-server[812] from 1024 4096 to 65536 65536; a restart of it sets the old limit again: LimitNOFILE=65536 in its unit
# in the server's settings: 0.0.0.0:6379 redis-server[812] from 5 to 4096; a restart sets it back; Redis's tcp-backlog makes it last
# remove /etc/sysctl.d/99-kiloflow.conf
# not made: net.netfilter.nf_conntrack_max: it would let the kernel take 9 MiB more, and 1 MiB are available: fewer flows, or more memory
# not made: /etc/sysctl.d/99-zz-kiloflow.conf: net.core.somaxconn = 4096 does not last under `sysctl --system`: /etc/sysctl.conf:12 sets it to 128; change or delete that line
