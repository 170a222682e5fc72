// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * congestion.control - the algorithm that is set is there.
 *
 * A running kernel does not let the two differ. Facts that were put together
 * from files can, and so can a module that was taken away by force.
 */
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "rules/advice.h"
#include "rules/remedy.h"
#include "rules/rule.h"

#define CUBIC "cubic"
#define RENO "reno" /* always there: net/ipv4/tcp_cong.c:tcp_reno */

/* A long list was cut, and its last word is none then. */
static bool is_cut(const char *list)
{
	const size_t len = strlen(list);

	return len > 3 && !strcmp(list + len - 3, "...");
}

static void say(const char *set, const char *list, struct finding *finding)
{
	char *from = finding->remedy.from;
	char safe[128];

	(void)text_escape(safe, sizeof(safe), list, strlen(list));
	(void)text_escape(from, sizeof(finding->remedy.from), set, strlen(set));
	(void)snprintf(
		finding->what, sizeof(finding->what),
		"net.ipv4.tcp_congestion_control is %s, and there are only %s",
		from, safe);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const char *set = in->ns->sysctl[SYSCTL_CONGESTION_CONTROL].text;
	const char *list =
		in->ns->sysctl[SYSCTL_AVAILABLE_CONGESTION_CONTROL].text;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_WARN,
		.ns = in->ns,
		.why = "new flows fall back to reno, which shares a long or lossy path badly",
	};

	if (!advice_knows(self, in, SYSCTL_CONGESTION_CONTROL) ||
	    !advice_knows(self, in, SYSCTL_AVAILABLE_CONGESTION_CONTROL))
		return;
	if (is_cut(list) || advice_has_word(list, set))
		return;
	remedy_sysctl(&finding.remedy, in, SYSCTL_CONGESTION_CONTROL,
	              advice_has_word(list, CUBIC) ? CUBIC : RENO);
	say(set, list, &finding);
	in->emit(in->to, &finding);
}

const struct rule rule_congestion_control = {
	.id = "congestion.control",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
	.title = "nothing speaks against the congestion control that is set",
	.ref = "net/ipv4/tcp_cong.c:tcp_assign_congestion_control",
	.explain =
		"net.ipv4.tcp_congestion_control names the algorithm by which new flows decide how fast to send; net.ipv4.tcp_available_congestion_control lists those that are loaded. Setting one loads its module, and a name that does not exist is refused, so on a running kernel the one is always among the others. If it is not, flows get reno.\n\n"
		"A new network namespace begins with what the host's has, if that is free for everyone, and with reno otherwise; it can set only what net.ipv4.tcp_allowed_congestion_control of the host lists.\n\n"
		"It shapes throughput and fairness. Whether a connection is accepted does not depend on it.",
	.judge = judge,
};
