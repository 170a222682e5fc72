// SPDX-License-Identifier: GPL-2.0-or-later
/* unknown - see unknown.h. */
#include "rules/unknown.h"

#include <stdio.h>
#include <string.h>

#include "probes/counter_table.h"
#include "probes/facts.h"
#include "probes/sysctl_table.h"
#include "rules/listener.h"
#include "rules/rule.h"

static const struct netns_facts *netns_of(const struct rule_input *in)
{
	static const struct netns_facts nothing;

	if (in->ns)
		return in->ns;
	return in->host->n_ns ? &in->host->ns[0] : &nothing;
}

static enum fact_state state_at(const void *facts, size_t offset)
{
	const char *at = facts;
	struct fact_u64 fact;

	memcpy(&fact, at + offset, sizeof(fact));
	return fact.state;
}

static enum fact_state need_state(const struct rule_need *need,
                                  const struct rule_input *in)
{
	switch (need->kind) {
	case RULE_NEED_SYSCTL:
		return host_sysctl(in->host, netns_of(in),
		                   (enum sysctl_id)need->at)
		        ->state;
	case RULE_NEED_COUNTER:
		return netns_of(in)->counter[need->at].state;
	case RULE_NEED_HOST:
		return state_at(in->host, need->at);
	case RULE_NEED_NETNS:
		return state_at(netns_of(in), need->at);
	case RULE_NEED_LISTENER:
		return state_at(in->listener, need->at);
	default: /* RULE_NEED_NONE */
		return FACT_KNOWN;
	}
}

/* What a user calls the fact, and where it is read from. */
struct source {
	char name[64];
	char from[128];
	bool init_only; /* it has a file in the initial namespace only */
};

static void sysctl_source(enum sysctl_id id, struct source *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(id);

	(void)snprintf(ret->name, sizeof(ret->name), "%s", desc->key);
	(void)snprintf(ret->from, sizeof(ret->from), "/proc/sys/%s", desc->key);
	for (char *p = ret->from; *p; p++) {
		if (*p == '.')
			*p = '/';
	}
	ret->init_only = desc->scope == SYSCTL_SCOPE_INIT;
}

/* Named as nstat does: group and column in one word. */
static void counter_source(enum counter_id id, struct source *ret)
{
	const struct counter_desc *desc = counter_desc(id);

	(void)snprintf(ret->name, sizeof(ret->name), "%s%s", desc->group,
	               desc->name);
	(void)snprintf(ret->from, sizeof(ret->from), "/proc/net/%s",
	               strcmp(desc->group, "TcpExt") ? "snmp" : "netstat");
}

static void need_source(const struct rule_need *need, struct source *ret)
{
	*ret = (struct source){ 0 };
	if (need->kind == RULE_NEED_SYSCTL) {
		sysctl_source((enum sysctl_id)need->at, ret);
	} else if (need->kind == RULE_NEED_COUNTER) {
		counter_source((enum counter_id)need->at, ret);
	} else {
		(void)snprintf(ret->name, sizeof(ret->name), "%s", need->name);
		(void)snprintf(ret->from, sizeof(ret->from), "%s", need->from);
	}
}

static bool is_initial(const struct netns_facts *ns)
{
	return ns->initial.state == FACT_KNOWN && ns->initial.value;
}

/* Why it is not known, and what would make it so. */
static void explain(enum fact_state state, const struct source *source,
                    const struct netns_facts *ns, char *buf, size_t size)
{
	if (state == FACT_DENIED)
		(void)snprintf(buf, size,
		               "%s may not be read: run kiloflow as root",
		               source->from);
	else if (state == FACT_BROKEN)
		(void)snprintf(buf, size,
		               "%s did not give what it should: look at it",
		               source->from);
	else if (state == FACT_UNREAD)
		(void)snprintf(buf, size, "nobody has read %s", source->from);
	else if (source->init_only && !is_initial(ns))
		(void)snprintf(
			buf, size,
			"%s exists only in the initial network namespace: run kiloflow there",
			source->from);
	else
		(void)snprintf(buf, size,
		               "this kernel or namespace does not have %s",
		               source->from);
}

bool rule_knows(const struct rule *self, const struct rule_input *in,
                const struct rule_need *need)
{
	const enum fact_state state = need_state(need, in);
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_UNKNOWN,
		.ns = in->ns,
	};
	struct source source;

	if (state == FACT_KNOWN)
		return true;
	need_source(need, &source);
	if (in->listener)
		listener_subject(in->listener, finding.subject,
		                 sizeof(finding.subject));
	else
		(void)snprintf(finding.subject, sizeof(finding.subject), "%s",
		               source.name);
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s%s%s is unknown (%s)",
	               in->listener ? finding.subject : "",
	               in->listener ? ": " : "", source.name,
	               fact_state_name(state));
	explain(state, &source, netns_of(in), finding.why, sizeof(finding.why));
	in->emit(in->to, &finding);
	return false;
}
