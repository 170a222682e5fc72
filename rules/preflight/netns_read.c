// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns.read - every network namespace that was asked for was looked at.
 *
 * Nothing else is said of one that was not: all other rules are silent about
 * it. One that vanished took its listeners with it, which is only worth a
 * note.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "rules/rule.h"

static void name_text(const struct netns_facts *ns, char *buf, size_t size)
{
	if (ns->name[0])
		(void)text_escape(buf, size, ns->name, strlen(ns->name));
	else
		(void)snprintf(buf, size, "net:[%" PRIu64 "]", ns->inode);
}

/* The name is the subject alone: hundreds of them are then told as one. */
static void emit_missed(const struct rule *self, const struct rule_input *in,
                        const struct netns_facts *ns)
{
	const enum fact_state state = ns->entered.state;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_UNKNOWN,
		.ns = ns,
		.why = "nothing is known of it",
	};

	name_text(ns, finding.subject, sizeof(finding.subject));
	(void)snprintf(finding.what, sizeof(finding.what),
	               "a network namespace could not be entered (%s)",
	               fact_state_name(state));
	if (state == FACT_DENIED)
		text_join(finding.why, sizeof(finding.why), "; ",
		          "run kiloflow as root");
	if (state == FACT_ABSENT) {
		finding.verdict = VERDICT_NOTE;
		(void)snprintf(finding.what, sizeof(finding.what),
		               "a network namespace vanished");
		(void)snprintf(
			finding.why, sizeof(finding.why),
			"it was there when they were listed, and gone before it was entered");
	}
	in->emit(in->to, &finding);
}

static void emit_hidden(const struct rule *self, const struct rule_input *in)
{
	const struct fact_u64 hidden = in->host->netns_hidden;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.unit = "processes",
		.why = "there may be more than were found: run kiloflow as root",
	};

	if (hidden.state == FACT_KNOWN) {
		finding.observed = hidden;
		(void)snprintf(finding.what, sizeof(finding.what),
		               "the network namespace of %" PRIu64
		               " process%s could not be seen",
		               hidden.value, hidden.value == 1 ? "" : "es");
	} else {
		(void)snprintf(
			finding.what, sizeof(finding.what),
			"/proc hides the processes of other users, and so their network namespaces");
	}
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct host *host = in->host;
	const struct fact_u64 hidden = host->netns_hidden;

	for (size_t i = 0; i < host->n_ns; i++) {
		if (netns_is_missed(&host->ns[i]))
			emit_missed(self, in, &host->ns[i]);
	}
	if (hidden.state != FACT_KNOWN || hidden.value)
		emit_hidden(self, in);
}

const struct rule rule_netns_read = {
	.id = "netns.read",
	.group = GROUP_NETNS,
	.scope = SCOPE_SEARCH,
	.decisive = true,
	.title = "every network namespace asked for was looked at",
	.ref = "net/core/net_namespace.c:netns_install",
	.explain =
		"A container has a network namespace of its own: its own net.core.somaxconn, its own ports, counters and listeners. It begins with the kernel's defaults and not with the host's values, so that the host is fine says nothing of a container on it.\n\n"
		"With --netns all, kiloflow looks at each namespace that a process is in or that has a name below /run/netns, once. It enters them by threads of its own and changes nothing. A namespace that nobody is in, and that has no name there, is not found.\n\n"
		"To enter one takes CAP_SYS_ADMIN. One that may not be entered is unknown, and so is the verdict: nobody looked. One that vanished meanwhile is only noted, for its listeners are gone with it. Processes of other users are seen by root only; without them there may be namespaces that kiloflow does not know of.",
	.judge = judge,
};
