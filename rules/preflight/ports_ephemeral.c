// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ports.ephemeral - there are local ports for all flows to one destination.
 *
 * A port is used up per source address, destination address and destination
 * port, by connections in TIME_WAIT too; the probe has counted.
 *
 * Not judged here: flows to several destinations, which share ports.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"

#define PORT_LOWEST 1024
#define PORT_HIGHEST 65535

/*
 * The lowest port of a widened range: never above what it is now, never in
 * the privileged ports (net/ipv4/sysctl_net_ipv4.c:ipv4_local_port_range()
 * refuses those).
 */
static int64_t widened_low(const struct netns_facts *ns)
{
	const struct sysctl_fact *range = &ns->sysctl[SYSCTL_PORT_RANGE];
	const struct sysctl_fact *start =
		&ns->sysctl[SYSCTL_UNPRIVILEGED_PORT_START];
	int64_t low = PORT_LOWEST;

	if (start->state == FACT_KNOWN && start->v[0] > low)
		low = start->v[0];
	if (range->state == FACT_KNOWN && range->v[0] < low)
		low = range->v[0];
	return low;
}

/* Free ports once the range is widened; reserved ones all count as in it. */
static uint64_t widened_free(const struct netns_facts *ns)
{
	const struct sysctl_fact *reserved = &ns->sysctl[SYSCTL_RESERVED_PORTS];
	const uint64_t range = (uint64_t)(PORT_HIGHEST + 1 - widened_low(ns));
	uint64_t taken = 0;

	if (ns->ports.usable.state == FACT_KNOWN)
		taken = saturate_sub(ns->ports.usable.value,
		                     ns->ports.free.value);
	if (reserved->state == FACT_KNOWN)
		taken = saturate_add(taken, saturate_sysctl(reserved, 0));
	return saturate_sub(range, taken);
}

static void propose(const struct rule_input *in, struct finding *finding)
{
	const int64_t low = widened_low(in->ns);
	char to[sizeof(finding->remedy.to)];
	char part[128];

	if (widened_free(in->ns) >= in->need->ports) {
		(void)snprintf(to, sizeof(to), "%" PRId64 " %d", low,
		               PORT_HIGHEST);
		remedy_sysctl(&finding->remedy, in, SYSCTL_PORT_RANGE, to);
		return;
	}
	(void)snprintf(
		part, sizeof(part),
		"even %" PRId64
		"-%d is too few: use several destination or source addresses",
		low, PORT_HIGHEST);
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct ports_facts *ports = &in->ns->ports;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.observed = ports->free,
		.needed = fact_known(in->need->ports),
		.unit = "ports",
		.remedy = {
			.risk = "a service started later may find its port in use: list it in net.ipv4.ip_local_reserved_ports",
		},
	};

	if (ports->free.value >= in->need->ports)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%" PRIu64 " local ports are free, %" PRIu64
	               " flows to one destination need %" PRIu64,
	               ports->free.value, in->goal->flows, in->need->ports);
	if (ports->usable.state == FACT_KNOWN)
		(void)snprintf(
			finding.why, sizeof(finding.why),
			"net.ipv4.ip_local_port_range without the reserved ones has %" PRIu64
			", and %" PRIu64
			" are in use, TIME_WAIT included; connect() then fails with EADDRNOTAVAIL",
			ports->usable.value,
			saturate_sub(ports->usable.value, ports->free.value));
	propose(in, &finding);
	in->emit(in->to, &finding);
}

const struct rule rule_ports_ephemeral = {
	.id = "ports.ephemeral",
	.group = GROUP_PORTS,
	.scope = SCOPE_NETNS,
	.roles = ROLE_CLIENT,
	.decisive = true,
	.title = "there are local ports for all flows",
	.ref = "net/ipv4/inet_hashtables.c:__inet_hash_connect",
	.explain =
		"Each flow from one source address to one destination address and port needs a local port of its own: N flows need N ports. They come from net.ipv4.ip_local_port_range (32768 to 60999, 28232 ports, by default) without net.ipv4.ip_local_reserved_ports and without those in use towards that destination. A closed connection keeps its port for 60 s in TIME_WAIT; net.ipv4.tcp_fin_timeout does not shorten that.\n\n"
		"When they run out connect() fails with EADDRNOTAVAIL, and no counter tells. A wider range helps up to 64512 ports; beyond that only further destination or source addresses do (over loopback every address of 127.0.0.0/8 will do).",
	.needs = { NEED_NETNS(ports.free, "how many local ports are free",
	                      "net.ipv4.ip_local_port_range and sock_diag") },
	.judge = judge,
};
