// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backlog.listener - each listener's own queue holds the burst.
 *
 * Without --port nobody said which listener the burst is for: a short queue
 * is then no more than a note, unless that listener shows signs of trouble.
 *
 * Not judged here: the cap for listeners to come; see backlog.somaxconn.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/base/text.h"
#include "probes/goal.h"
#include "probes/need.h"
#include "rules/kernel.h"
#include "rules/limited_by.h"
#include "rules/listener.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "rules/servers.h"

/* Some kernels of long-lived distributions have it all the same. */
static const uint32_t has_pidfd_getfd = KERNEL(5, 6);

static bool has_drops(const struct listener *listener)
{
	return listener->drops.state == FACT_KNOWN && listener->drops.value;
}

static bool is_in_trouble(const struct listener *listener)
{
	return has_drops(listener) || listener_is_full(listener);
}

/* The group may hold the burst where the member alone does not. */
static bool group_holds(const struct rule_input *in)
{
	return listener_group_capacity(in->listener) >= in->need->accept_queue;
}

static enum verdict verdict_of(const struct rule_input *in)
{
	const struct listener *listener = in->listener;

	if (!listener_is_meant(listener, in->goal) ||
	    listener_capacity(listener) >= in->need->accept_queue)
		return VERDICT_OK;
	if (in->goal->port)
		return group_holds(in) ? VERDICT_WARN : VERDICT_FAIL;
	if (group_holds(in))
		return VERDICT_OK;
	if (is_in_trouble(listener))
		return VERDICT_WARN;
	return VERDICT_NOTE;
}

/*
 * Members of a group stand side by side: of those that are alike and healthy
 * the first speaks for all.
 */
static bool is_said_already(const struct rule_input *in)
{
	const struct listener *this = in->listener;
	const struct listener *last = this - 1;

	return this > in->ns->listeners && listener_same_group(last, this) &&
	       last->limit == this->limit && !is_in_trouble(last) &&
	       !is_in_trouble(this);
}

static void say_what(const struct rule_input *in, struct finding *finding)
{
	const struct listener *listener = in->listener;
	char *buf = finding->what;
	const size_t size = sizeof(finding->what);

	if (listener->group_size == 1)
		(void)snprintf(buf, size,
		               "%s holds at most %" PRIu64
		               " waiting connection%s (its limit is %u)",
		               finding->subject, listener_capacity(listener),
		               listener->limit ? "s" : "", listener->limit);
	else
		(void)snprintf(
			buf, size,
			"%s holds at most %" PRIu64
			" waiting connections, its group of %u at most %" PRIu64,
			finding->subject, listener_capacity(listener),
			listener->group_size,
			listener_group_capacity(listener));
}

static void say_trouble(const struct rule_input *in, struct finding *finding)
{
	const struct listener *listener = in->listener;
	char part[64];

	if (listener_is_full(listener))
		text_join(finding->why, sizeof(finding->why), "; ",
		          "it stands full now");
	if (has_drops(listener)) {
		(void)snprintf(part, sizeof(part), "it has %" PRIu64 " drops",
		               listener->drops.value);
		text_join(finding->why, sizeof(finding->why), "; ", part);
	}
	if (group_holds(in))
		text_join(
			finding->why, sizeof(finding->why), "; ",
			"the kernel spreads connections over the group by a hash, not evenly");
}

/* What keeps the limit where it is, and whether the cap has to go first. */
static void say_limit(const struct rule_input *in, const struct server *server,
                      struct finding *finding)
{
	static const char *const words[] = {
		[LIMITED_BY_UNKNOWN] =
			"net.core.somaxconn, which caps it, could not be read",
		[LIMITED_BY_CAP] =
			"it is as high as net.core.somaxconn lets it be",
		[LIMITED_BY_APPLICATION] = "the application asked for so few",
		[LIMITED_BY_APPLICATION_OR_EARLIER_CAP] =
			"the application asked for so few, or net.core.somaxconn was lower then",
		[LIMITED_BY_ABOVE_CAP] = "net.core.somaxconn was lowered since",
	};
	const struct sysctl_fact *cap = &in->ns->sysctl[SYSCTL_SOMAXCONN];
	char part[96];

	text_join(finding->why, sizeof(finding->why), "; ",
	          words[limited_by(in->listener, cap, server)]);
	if (cap->state != FACT_KNOWN ||
	    saturate_sysctl(cap, 0) >= in->need->accept_queue_limit)
		return;
	(void)snprintf(part, sizeof(part),
	               "net.core.somaxconn (%" PRId64 ") must be raised first",
	               cap->v[0]);
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

/* Which setting makes a larger limit last. */
static void say_server(const struct server *server, struct finding *finding)
{
	const char *hearsay;
	char part[128];

	if (!server)
		return;
	hearsay = server->verified ? "" : "reported: ";
	if (server->directive[0])
		(void)snprintf(part, sizeof(part), "%s%s's setting is %s (%s)",
		               hearsay, server->name, server->directive,
		               server->apply);
	else
		(void)snprintf(part, sizeof(part),
		               "%s%s has no setting for it (%s)", hearsay,
		               server->name, server->apply);
	text_join(finding->why, sizeof(finding->why), "; ", part);
}

/*
 * Live, through a process that holds the listener. Where it is known that
 * nobody does, as of one of the kernel's own, only whoever made it can.
 */
static void propose(const struct rule_input *in, struct remedy *ret)
{
	const struct listener *listener = in->listener;
	const bool is_held =
		listener->n_owners || listener->owners_state != OWNERS_KNOWN;
	const uint32_t version = kernel_version(in->host->kernel);

	remedy_relisten(ret, in,
	                remedy_limit(in->need->accept_queue_limit,
	                             REMEDY_BACKLOG_LEAST));
	if (!is_held) {
		ret->kind = REMEDY_RESTART;
		ret->live = false;
		ret->command[0] = '\0';
	}
	(void)snprintf(ret->risk, sizeof(ret->risk),
	               "%s; a long queue hides a slow accept()",
	               is_held ? "a restart sets the old limit again"
	                       : "takes a restart of the server");
	if (is_held && version && version < has_pidfd_getfd)
		text_join(ret->risk, sizeof(ret->risk), "; ",
		          "needs pidfd_getfd, which this kernel may lack");
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const struct server *server = server_of(in->listener);
	struct finding finding = {
		.rule = self,
		.verdict = verdict_of(in),
		.ns = in->ns,
		.needed = fact_known(in->need->accept_queue),
		.unit = "connections",
	};

	if (finding.verdict == VERDICT_OK || is_said_already(in))
		return;
	finding.observed = fact_known(
		group_holds(in) ? listener_capacity(in->listener)
				: listener_group_capacity(in->listener));
	listener_subject(in->listener, finding.subject,
	                 sizeof(finding.subject));
	say_what(in, &finding);
	say_trouble(in, &finding);
	say_limit(in, server, &finding);
	say_server(server, &finding);
	propose(in, &finding.remedy);
	in->emit(in->to, &finding);
}

const struct rule rule_backlog_listener = {
	.id = "backlog.listener",
	.group = GROUP_ACCEPT_QUEUE,
	.scope = SCOPE_LISTENER,
	.roles = ROLE_SERVER,
	.decisive = true,
	.title = "the listeners hold the burst",
	.ref = "include/net/sock.h:sk_acceptq_is_full",
	.explain =
		"What counts for a server that runs already is its own accept queue: the limit it got at its last listen(), which is the smaller of what it asked for and what net.core.somaxconn was then. Raising net.core.somaxconn changes nothing for it, and a configuration file does not say what it got; sock_diag does.\n\n"
		"A queue of limit L holds L + 1 connections. Listeners that share address, port and user (SO_REUSEPORT) form a group, and a burst of B fits if size x (limit + 1) >= B; but the kernel spreads by a hash, so a member that alone would not hold B may overflow earlier.\n\n"
		"With --port a listener there that does not hold the burst fails. Without it nobody said whom the burst is for: it is a note, and a warning when that listener has drops or stands full.\n\n"
		"A second listen() on a listening socket only overwrites the limit: the queue, its connections and its clients stay. `kiloflow check --fix --port P` makes that call for a server that runs. Some servers make it on a reload (nginx, when its setting changed); the others take a restart. Only the server's own setting lasts.",
	.judge = judge,
};
