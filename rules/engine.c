// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * engine - see engine.h. Between a rule and whoever receives its findings
 * stands a sink: it counts them, so that a rule that said nothing gets its
 * ok, and it applies the policy.
 */
#include "rules/engine.h"

#include <stdio.h>
#include <string.h>

#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/load/load_result.h"
#include "rules/policy.h"
#include "rules/requirement.h"
#include "rules/unknown.h"

struct sink {
	const struct rule_input *outer; /* where findings go on to */
	const struct policy *policy;
	const struct listener *listener; /* that is judged now, or NULL */
	size_t n;                        /* findings since the last ok */
};

static void sink_emit(void *to, const struct finding *finding)
{
	struct sink *sink = to;
	struct finding judged = *finding;

	sink->n++;
	judged.listener = sink->listener;
	policy_apply(sink->policy, &judged);
	sink->outer->emit(sink->outer->to, &judged);
}

/* Once for a rule and namespace, when it had nothing to say. */
static void emit_ok(const struct rule *rule, const struct rule_input *in,
                    struct sink *sink)
{
	struct finding ok = {
		.rule = rule,
		.verdict = VERDICT_OK,
		.ns = in->ns,
	};

	if (!sink->n) {
		(void)snprintf(ok.what, sizeof(ok.what), "%s", rule->title);
		sink_emit(sink, &ok);
	}
	sink->n = 0;
}

/*
 * The needs of a listener are asked for with each listener, all others
 * before the first.
 */
static bool needs_are_known(const struct rule *rule,
                            const struct rule_input *in)
{
	for (size_t i = 0; i < RULE_NEEDS_MAX; i++) {
		const struct rule_need *need = &rule->needs[i];

		if (need->kind == RULE_NEED_NONE)
			break;
		if ((need->kind == RULE_NEED_LISTENER) != !!in->listener)
			continue;
		if (!rule_knows(rule, in, need))
			return false;
	}
	return true;
}

static void judge_listeners(const struct rule *rule,
                            const struct rule_input *in, struct sink *sink)
{
	static const struct rule_need read =
		NEED_NETNS(listeners_read, "the list of listeners",
	                   "sock_diag (NETLINK_SOCK_DIAG)");
	struct rule_input each = *in;

	if (!needs_are_known(rule, in) || !rule_knows(rule, in, &read))
		return;
	for (size_t i = 0; i < in->ns->n_listeners; i++) {
		each.listener = &in->ns->listeners[i];
		sink->listener = each.listener;
		if (needs_are_known(rule, &each))
			rule->judge(rule, &each);
	}
	sink->listener = NULL;
}

static void judge_once(const struct rule *rule, const struct rule_input *in,
                       struct sink *sink)
{
	if (rule->scope == SCOPE_LISTENER)
		judge_listeners(rule, in, sink);
	else if (needs_are_known(rule, in))
		rule->judge(rule, in);
	emit_ok(rule, in, sink);
}

static bool is_initial(const struct netns_facts *ns)
{
	return ns->initial.state == FACT_KNOWN && ns->initial.value;
}

static bool has_limit(const struct load_result *load)
{
	return load && load->limit;
}

void engine_judge(const struct rule *rule, const struct rule_input *in,
                  const struct policy *policy)
{
	const struct host *host = in->host;
	struct sink sink = { .outer = in, .policy = policy };
	struct rule_input each = {
		.host = host,
		.goal = in->goal,
		.need = in->need,
		.emit = sink_emit,
		.to = &sink,
	};

	if (rule->roles && !(rule->roles & (unsigned int)in->goal->role))
		return;
	if (rule->applies && !rule->applies(in->goal, in->need))
		return;
	if (rule->scope == SCOPE_SEARCH &&
	    host->netns_hidden.state == FACT_UNREAD)
		return;
	if (rule->scope == SCOPE_HOST || rule->scope == SCOPE_SEARCH) {
		judge_once(rule, &each, &sink);
		return;
	}
	for (size_t i = 0; i < host->n_ns; i++) {
		each.ns = &host->ns[i];
		each.load = each.ns->load;
		if (netns_is_missed(each.ns) ||
		    (rule->of_boot && !(host->drift && is_initial(each.ns))) ||
		    (rule->scope == SCOPE_LOAD && !each.load) ||
		    (rule->scope == SCOPE_LIMIT && !has_limit(each.load)))
			continue;
		judge_once(rule, &each, &sink);
	}
}

void engine_run(const struct host *host, const struct goal *goal,
                const struct need *need, unsigned int scopes,
                const struct policy *policy,
                void (*emit)(void *to, const struct finding *finding), void *to)
{
	const struct rule_input in = {
		.host = host,
		.goal = goal,
		.need = need,
		.emit = emit,
		.to = to,
	};

	for (size_t i = 0; rules[i]; i++) {
		if (scopes & 1U << rules[i]->scope)
			engine_judge(rules[i], &in, policy);
	}
	for (size_t i = 0; policy && i < policy->n_requirements; i++) {
		const struct rule *rule = &policy->requirements[i].rule;

		if (scopes & 1U << rule->scope)
			engine_judge(rule, &in, policy);
	}
}

const char *report_verdict_name(enum report_verdict verdict)
{
	static const char *const names[] = {
		[REPORT_READY] = "ready",
		[REPORT_READY_WITH_WARNINGS] = "ready-with-warnings",
		[REPORT_NOT_READY] = "not-ready",
		[REPORT_UNKNOWN] = "unknown",
	};

	return names[verdict];
}

/*
 * Did a load test carry the whole goal? One over loopback says nothing about
 * a peer, one that accepted at once nothing about the accept queue.
 */
static bool is_proven(const struct goal *goal, const struct load_result *load)
{
	if (!load || load->refusal.refused || load->interrupted ||
	    load->deadline || !goal_is_loopback(goal))
		return false;
	if (load->mode.accept != LOAD_ACCEPT_HELD ||
	    load->mode.burst < goal->burst || load->mode.emulates != goal->port)
		return false;
	return load->asked == goal->flows && load->bytes.exact &&
	       load->flows[LOAD_OK] + load->flows[LOAD_LATE] == load->asked;
}

/*
 * What is unknown of a namespace is moot when the goal was carried in it;
 * what is unknown of the host, when it was in the first. What a policy
 * requires of a sysctl no flow can show.
 */
static bool is_moot(const struct finding *finding, const struct goal *goal,
                    const struct load_result *first)
{
	if (finding->verdict != VERDICT_UNKNOWN)
		return false;
	if (!finding->rule->decisive)
		return true;
	return finding->rule->group != GROUP_POLICY &&
	       is_proven(goal, finding->ns ? finding->ns->load : first);
}

enum report_verdict engine_verdict(const struct finding *findings, size_t n,
                                   const struct goal *goal,
                                   const struct load_result *first)
{
	enum verdict worst = VERDICT_OK;

	for (size_t i = 0; i < n; i++) {
		const enum verdict verdict = findings[i].verdict;

		if (is_moot(&findings[i], goal, first))
			continue;
		if (verdict > worst)
			worst = verdict;
	}
	switch (worst) {
	case VERDICT_FAIL:
		return REPORT_NOT_READY;
	case VERDICT_UNKNOWN:
		return REPORT_UNKNOWN;
	case VERDICT_WARN:
		return REPORT_READY_WITH_WARNINGS;
	default:
		return REPORT_READY;
	}
}

/* The host before its namespaces. */
static int netns_order(const struct netns_facts *a, const struct netns_facts *b)
{
	if (!a || !b)
		return !!a - !!b;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return strcmp(a->name, b->name);
}

int finding_order(const void *a, const void *b)
{
	const struct finding *x = a;
	const struct finding *y = b;
	int order;

	if (x->rule->group != y->rule->group)
		return x->rule->group < y->rule->group ? -1 : 1;
	if (x->verdict != y->verdict)
		return x->verdict > y->verdict ? -1 : 1;
	order = strcmp(x->rule->id, y->rule->id);
	if (!order)
		order = netns_order(x->ns, y->ns);
	if (!order)
		order = strcmp(x->subject, y->subject);
	return order ? order : strcmp(x->what, y->what);
}
