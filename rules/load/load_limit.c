// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load.limit - the largest burst that loses nothing is at least the goal's.
 *
 * Judged where it was looked for (load --find-limit). A larger one than the
 * goal's needs no word: what it met is in the report.
 *
 * Not judged here: what became of the flows of that burst; see
 * load.outcomes.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/goal.h"
#include "probes/load/load_result.h"
#include "probes/need.h"
#include "rules/remedy.h"
#include "rules/rule.h"

/* What the larger burst met; "" when that is not known. */
static void say_bound(const struct rule_input *in, struct finding *finding)
{
	const struct load_limit *limit = in->load->limit;
	static const char *const words[] = {
		[LOAD_BOUND_NONE] = "nothing bound it so far",
		[LOAD_BOUND_SOMAXCONN] =
			"the accept queue was full: net.core.somaxconn caps it",
		[LOAD_BOUND_BACKLOG] =
			"the accept queue was full: --backlog asks for no more",
		[LOAD_BOUND_LISTENER] =
			"the accept queue was full: it has the limit of the listener on --port",
		[LOAD_BOUND_SYN_QUEUE] = "the SYN queue overflowed",
		[LOAD_BOUND_UNKNOWN] = "what it met is not known",
	};

	if (limit->bound_by == LOAD_BOUND_RESOURCE)
		(void)snprintf(finding->why, sizeof(finding->why),
		               "there is too little of %s for more",
		               limit->resource);
	else
		(void)snprintf(finding->why, sizeof(finding->why), "%s",
		               words[limit->bound_by]);
}

static void propose(const struct rule_input *in, struct finding *finding)
{
	if (in->load->limit->bound_by == LOAD_BOUND_SOMAXCONN)
		remedy_raise(&finding->remedy, in, SYSCTL_SOMAXCONN,
		             in->need->accept_queue_limit,
		             REMEDY_BACKLOG_LEAST);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct load_limit *limit = in->load->limit;
	struct finding finding = {
		.rule = self,
		.verdict = limit->complete ? VERDICT_FAIL : VERDICT_UNKNOWN,
		.ns = in->ns,
		.observed = fact_known(limit->burst),
		.needed = fact_known(in->goal->burst),
		.unit = "connections",
	};

	if (limit->burst >= in->goal->burst)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "the largest burst that loses nothing is %s%" PRIu64
	               ", the goal's is %" PRIu64,
	               limit->complete ? "" : "at least ", limit->burst,
	               in->goal->burst);
	if (limit->complete) {
		say_bound(in, &finding);
		propose(in, &finding);
	}
	in->emit(in->to, &finding);
}

const struct rule rule_load_limit = {
	.id = "load.limit",
	.group = GROUP_LOAD,
	.scope = SCOPE_LIMIT,
	.decisive = true,
	.title = "a burst as large as the goal's loses nothing",
	.ref = "include/net/sock.h:sk_acceptq_is_full",
	.explain =
		"`kiloflow load --find-limit` looks for the largest burst of connections that loses none while nobody accepts. Each burst that it tries is a load test of its own, with a new listener; --flows is the largest that it tries. The one it finds was carried, one more lost some.\n\n"
		"What it meets is mostly the accept queue: a queue of limit L holds L + 1 connections. L is the smallest of net.core.somaxconn and what the application asked of listen(), which is --backlog here, or with --port the limit of the listener there. When descriptors, ports or memory end first, these are named. On loopback the SYN queue is no bound: a handshake ends before the next one begins.\n\n"
		"The goal fits if its burst (--burst; without it all flows) is no larger than that.",
	.judge = judge,
};
