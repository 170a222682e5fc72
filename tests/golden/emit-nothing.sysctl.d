# /etc/sysctl.d/99-kiloflow.conf, from `kiloflow check --fix --emit sysctl.d`.
# `sysctl --system` puts it in force.
# not made: net.core.somaxconn: this and that
