# SPDX-License-Identifier: GPL-2.0-or-later
#
# What changed between $before[0] and $after[0]; change.jq is the way back.

$before[0].host as $b | $after[0].host as $a
| $b.namespaces[0] as $old | $a.namespaces[0] as $new
| {
	counters: ($new.counters | with_entries(.value -= $old.counters[.key] | select(.value != 0))),
	conntrack_drops: ($new.conntrack.drops - $old.conntrack.drops),
	orphans: ($new.sockstat.orphan - $old.sockstat.orphan),
	softnet_dropped: ($a.softnet.dropped - $b.softnet.dropped),
	kmsg: [$a.kmsg.events[] | select(.last_us > $b.kmsg.now_us) | .kind] | unique
}
| with_entries(select(.value | IN(0, []) | not))
