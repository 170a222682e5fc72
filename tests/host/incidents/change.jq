# SPDX-License-Identifier: GPL-2.0-or-later
#
# Facts before an incident, and $changed[0], what it changed; gives the facts
# after it.

$changed[0] as $c
| (.host.kmsg.now_us // 0) as $now
| .host.taken_at_ns += 10000000000
| .host.softnet.dropped += ($c.softnet_dropped // 0)
| .host.kmsg.now_us = $now + 10000000
| .host.kmsg.events += [$c.kmsg // [] | .[] | {kind: ., count: 1, last_us: ($now + 5000000), address: "::", port: 0}]
| .host.namespaces[0] |= (
	.counters |= reduce ($c.counters | to_entries[]) as $e (.;
		if has($e.key) then .[$e.key] += $e.value else error("no counter \($e.key)") end)
	| .conntrack.drops += ($c.conntrack_drops // 0)
	| .sockstat.orphan += ($c.orphans // 0))
