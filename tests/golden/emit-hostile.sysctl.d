# /etc/sysctl.d/99-kiloflow.conf, from `kiloflow check --fix --emit sysctl.d`.
# `sysctl --system` puts it in force.
net.core.default_qdisc = x\x0akernel.panic = 1
net.ipv4.tcp_congestion_control = a'b"c\d: $(e) \x1b[2J \xff # {{ f }}
# in its container's settings: net.ipv4.tcp_syncookies in namespace x\x0aservices: [] from 0 to 1
# in the server's settings: 0.0.0.0:1 a\x0ab[1] from 1 to 2; c\x0ad
# not made: net.core.somaxconn: e\x0af
