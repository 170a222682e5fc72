#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# emit - what a plan is emitted as is read by others as it is meant: YAML by a
# YAML parser, a command by a shell, a file by `sysctl -p`
#
# What is read are the texts that tests/unit/test_fix_emit.c compares.
#
# shellcheck disable=SC2016 # what is quoted is not for this shell
. "$(dirname "$0")/../support/host.sh"

golden=$host_top/tests/golden

# What a YAML parser makes of it: one line of JSON a document.
documents() # FILE
{
	/usr/bin/python3 - "$1" <<-'P' || fail "no YAML: $1"
		import json, sys, yaml
		class Once(yaml.SafeLoader):
		    pass
		def mapping(loader, node):
		    keys = [key.value for key, _ in node.value]
		    assert len(keys) == len(set(keys)), keys
		    return loader.construct_mapping(node, deep=True)
		Once.add_constructor("tag:yaml.org,2002:map", mapping)
		with open(sys.argv[1]) as file:
		    for document in yaml.load_all(file, Once):
		        print(json.dumps(document))
	P
}

reads() # FILE JSON...: a line a document
{
	diff <(documents "$golden/$1" | jq -cS .) \
		<(printf '%s\n' "${@:2}" | jq -cS .) || fail "$1 is read otherwise"
}

case_docker()
{
	reads emit-nothing.docker
	reads emit-everything.docker \
		'{"services":{"SERVICE":{"sysctls":{"net.core.somaxconn":"4096","net.ipv4.tcp_max_syn_backlog":"4096","net.ipv4.ip_local_port_range":"1024 65535","net.ipv4.tcp_rmem":"4096 131072 33554432"}}}}' \
		'{"services":{"SERVICE":{"sysctls":{"net.core.somaxconn":"8192"}}}}' \
		'{"services":{"SERVICE":{"sysctls":{"net.ipv4.tcp_syncookies":"1"}}}}'
	reads emit-hostile.docker \
		'{"services":{"SERVICE":{"sysctls":{"net.ipv4.tcp_congestion_control":"a'\''b\"c\\d: $(e) \u001b[2J \u00ff # {{ f }}"}}}}' \
		'{"services":{"SERVICE":{"sysctls":{"net.ipv4.tcp_syncookies":"1"}}}}'
}

# A shell takes the command for a few words.
command_words() # FILE
{
	# shellcheck disable=SC2317 # eval calls it
	docker() { printf '%s\n' "$@"; }
	eval "$(sed -n 's/^# docker run/docker run/p' "$golden/$1" | head -n 1)"
}

case_docker_command()
{
	diff <(command_words emit-everything.docker) - <<-'W' || fail "other words"
		run
		--sysctl
		net.core.somaxconn=4096
		--sysctl
		net.ipv4.tcp_max_syn_backlog=4096
		--sysctl
		net.ipv4.ip_local_port_range=1024 65535
		--sysctl
		net.ipv4.tcp_rmem=4096 131072 33554432
		IMAGE
	W
	diff <(command_words emit-hostile.docker) - <<-'W' || fail "other words"
		run
		--sysctl
		net.ipv4.tcp_congestion_control=a'b"c\d: $(e) \x1b[2J \xff # {{ f }}
		IMAGE
	W
}

case_k8s()
{
	reads emit-nothing.k8s
	reads emit-everything.k8s \
		'{"spec":{"securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"4096"},{"name":"net.ipv4.tcp_max_syn_backlog","value":"4096"},{"name":"net.ipv4.ip_local_port_range","value":"1024 65535"},{"name":"net.ipv4.tcp_rmem","value":"4096 131072 33554432"}]}}}' \
		'{"spec":{"securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"8192"}]}}}' \
		'{"spec":{"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_syncookies","value":"1"}]}}}'
	documents "$golden/emit-hostile.k8s" >/dev/null
}

case_ansible()
{
	reads emit-nothing.ansible '[]'
	documents "$golden/emit-hostile.ansible" >/dev/null
	documents "$golden/emit-everything.ansible" >stdout
	is length 7
	jqf 'all(.[]; keys == ["ansible.posix.sysctl", "name"])'
	jqf '[.[]."ansible.posix.sysctl"] | all(.[];
		(.name | type) == "string" and (.value | type) == "string" and
		.sysctl_file == "/etc/sysctl.d/99-zz-kiloflow.conf" and
		.state == "present" and .reload == true)'
	is '.[2]."ansible.posix.sysctl" | [.name, .value]' \
		'["net.ipv4.ip_local_port_range","1024 65535"]'
}

case_sysctl_d()
{
	# the rest is not of this namespace
	grep -E '^#|^net.core.somaxconn|_backlog|_range|_rmem' \
		"$golden/emit-everything.sysctl.d" >file
	sysctl -qp file || fail "sysctl does not take it"
	[[ $(sysctl -n net.core.somaxconn) == 65535 ]] || fail "somaxconn"
	[[ $(sysctl -n net.ipv4.ip_local_port_range) == 1024*65535 ]] || fail "range"
}

host_main "$@"
