#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# modes - the load engine in each of its modes; also run under
# ThreadSanitizer, so workers share as little as they claim
. "$(dirname "$0")/../support/host.sh"

exact() # ARGUMENT...
{
	report 0 load --flows 500 --time 300ms "$@"
	is .load.flows.ok 500
	is .load.bytes.exact true
	jqf '(.load.intervals | map(.bytes) | add) == .load.bytes.read'
}

case_up() { exact; }
case_down() { exact --direction down; }
case_both() { exact --direction both; }
case_one_worker() { exact --workers 1; }
case_four_workers() { exact --workers 4; }
case_ipv6() { exact -6; }
case_bytes() { report 0 load --flows 500 --bytes 64K && is .load.bytes.exact true; }
case_accept_now() { exact --accept now; }
case_accept_slow() { exact --accept slow:2000/s; }
case_waves() { exact --burst 50; }
case_eager() { exact --eager; }

case_overflow()
{
	report 1 load --flows 500 --time 300ms --backlog 20 --workers 2
	is .load.accept_queue '{"drops":479,"limit":20,"peak":21}'
	is .load.bytes.exact true
}

case_eager_overflow()
{
	report 1 load --flows 500 --time 300ms --backlog 20 --eager
	is .load.bytes.flows_off 0
	jqf '.load.flows | .asked == .ok + .late + .reset + .refused + .timed_out + .ghost + .failed'
}

case_interrupted()
{
	expect_exit 130 env --default-signal timeout --foreground --preserve-status --signal=INT 1 \
		"$KILOFLOW" load --flows 500 --time 30s --format json
	is .exit_code 130
}

# Lost segments are sent again; nothing is lost or counted twice.
case_lossy()
{
	nft -f - <<-'N' 2>nft.err || skip "nft cannot filter here: $(head -n 1 nft.err)"
		table inet loss {
			chain input {
				type filter hook input priority 0;
				tcp flags & (syn | fin | rst) == 0 numgen inc mod 500 == 7 drop
			}
		}
	N
	report 0 load --flows 50 --time 1s
	jqf '.load.retransmits > 0'
	is .load.bytes.exact true
}

host_main "$@"
