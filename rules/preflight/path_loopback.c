// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * path.loopback - lo is up, and has the address the flows go to.
 *
 * The load test always runs over loopback; but where the goal's flows do
 * not, a lo that is down is a warning, not a failure.
 *
 * Not judged here: the path to a peer.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/unknown.h"

/* Below it a hello still fits in one segment, but data takes many more. */
#define MTU_USUAL_BYTES 1500

static const struct rule_need need_mtu =
	NEED_NETNS(lo.mtu_bytes, "the MTU of lo", "rtnetlink");
static const struct rule_need need_ipv6 = NEED_NETNS(
	lo.ipv6, "whether ::1 can be used", "rtnetlink addresses of lo");

static enum verdict verdict_of(const struct rule_input *in)
{
	return goal_is_loopback(in->goal) ? VERDICT_FAIL : VERDICT_WARN;
}

static void emit_down(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = {
		.rule = self,
		.verdict = verdict_of(in),
		.ns = in->ns,
		.what = "lo is down",
		.why = "a connect over loopback fails with ENETUNREACH; every new network namespace begins like this",
		.remedy = {
			.kind = REMEDY_COMMAND,
			.key = "lo",
			.from = "down",
			.to = "up",
			.live = true,
		},
	};

	remedy_command(&finding.remedy, in->ns, "ip link set lo up");
	in->emit(in->to, &finding);
}

static void judge_mtu(const struct rule *self, const struct rule_input *in)
{
	const uint64_t mtu = in->ns->lo.mtu_bytes.value;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
		.subject = "MTU",
		.observed = fact_known(mtu),
		.needed = fact_known(MTU_USUAL_BYTES),
		.unit = "bytes",
		.why = "loopback usually has 65536; so small a one costs throughput, and no real device looks like this",
	};

	if (!rule_knows(self, in, &need_mtu) || mtu >= MTU_USUAL_BYTES)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "the MTU of lo is %" PRIu64, mtu);
	in->emit(in->to, &finding);
}

static void judge_ipv6(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = {
		.rule = self,
		.verdict = verdict_of(in),
		.ns = in->ns,
		.subject = "::1",
		.what = "the flows are to go over IPv6, and lo has no ::1",
		.why = "IPv6 is disabled on lo, or this kernel does not have it; a connect fails with EADDRNOTAVAIL",
		.remedy = {
			.kind = REMEDY_COMMAND,
			.key = "net.ipv6.conf.lo.disable_ipv6",
			.to = "0",
			.live = true,
		},
	};

	if (in->goal->family != FAMILY_IPV6 ||
	    !rule_knows(self, in, &need_ipv6) || in->ns->lo.ipv6.value)
		return;
	remedy_command(&finding.remedy, in->ns,
	               "sysctl -w net.ipv6.conf.lo.disable_ipv6=0");
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	if (!in->ns->lo.up.value) {
		emit_down(self, in);
		return;
	}
	judge_mtu(self, in);
	judge_ipv6(self, in);
}

const struct rule rule_path_loopback = {
	.id = "path.loopback",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
	.decisive = true,
	.title = "lo is up",
	.ref = "net/ipv4/route.c:ip_route_output_key_hash_rcu",
	.explain =
		"Flows between two programs of one host pass through the device lo, and so does kiloflow's load test.\n\n"
		"A new network namespace (unshare -n, a container without a network) has lo down. A connect() to 127.0.0.1 then fails with ENETUNREACH, which says nothing of the reason. `ip link set lo up` mends it at once.\n\n"
		"A goal over IPv6 needs the address ::1 too, which goes away when IPv6 is disabled on lo.",
	.needs = { NEED_NETNS(lo.up, "whether lo is up", "rtnetlink") },
	.judge = judge,
};
