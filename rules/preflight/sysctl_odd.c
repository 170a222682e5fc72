// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl.odd - no sysctl has a value that cannot have been meant.
 *
 * The kernel takes them all. One row each; a value that another rule judges
 * for the goal is not here, unless that rule has nothing against it.
 *
 * Only known values are looked at: that one is unknown is said by the rules
 * that need it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/need.h"
#include "rules/rule.h"

static const struct odd {
	enum sysctl_id id;
	int64_t from, to; /* what is odd */
	const char *why;
} rows[] = {
	{
		.id = SYSCTL_SOMAXCONN,
		.from = 0,
		.to = 0,
		.why = "every new listener holds one waiting connection, whatever its program asks for",
	},
	{
		.id = SYSCTL_MAX_SYN_BACKLOG,
		.from = INT64_MIN,
		.to = -1,
		.why = "with SYN cookies off nearly every SYN would be dropped",
	},
	{
		.id = SYSCTL_MAX_TW_BUCKETS,
		.from = INT64_MIN,
		.to = -1,
		.why = "it bounds nothing since Linux 5.18; before, it keeps nothing in TIME_WAIT",
	},
	{
		.id = SYSCTL_SYNCOOKIES,
		.from = 3,
		.to = INT64_MAX,
		.why = "any value but 0 and 2 acts as 1",
	},
};

static bool is_odd(const struct odd *row, const struct rule_input *in)
{
	const struct sysctl_fact *fact = &in->ns->sysctl[row->id];

	if (fact->state != FACT_KNOWN || fact->v[0] < row->from ||
	    fact->v[0] > row->to)
		return false;
	/* backlog.somaxconn fails when the goal needs more. */
	return row->id != SYSCTL_SOMAXCONN || !in->need->accept_queue_limit;
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *key = sysctl_desc(rows[i].id)->key;
		struct finding finding = {
			.rule = self,
			.verdict = VERDICT_NOTE,
			.ns = in->ns,
		};

		if (!is_odd(&rows[i], in))
			continue;
		(void)snprintf(finding.subject, sizeof(finding.subject), "%s",
		               key);
		(void)snprintf(finding.what, sizeof(finding.what),
		               "%s is %" PRId64 ", which is odd", key,
		               in->ns->sysctl[rows[i].id].v[0]);
		(void)snprintf(finding.why, sizeof(finding.why), "%s",
		               rows[i].why);
		in->emit(in->to, &finding);
	}
}

const struct rule rule_sysctl_odd = {
	.id = "sysctl.odd",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
	.title = "nothing odd was seen in the sysctls",
	.ref = "kernel/sysctl.c:proc_dointvec",
	.explain =
		"The kernel takes some values that nobody can have meant: a typing error, a shell variable that was empty, advice for another kernel. They may do no harm to this goal and still be worth a look.\n\n"
		"net.core.somaxconn 0 gives every new listener a queue of one connection. A negative net.ipv4.tcp_max_syn_backlog lets hardly a half-open connection live while SYN cookies are off. A negative net.ipv4.tcp_max_tw_buckets means the opposite before and since Linux 5.18. net.ipv4.tcp_syncookies above 2 acts as 1.",
	.judge = judge,
};
