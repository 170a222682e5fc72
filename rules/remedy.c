// SPDX-License-Identifier: GPL-2.0-or-later
/* remedy - see remedy.h. */
#include "rules/remedy.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/num.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/sysctl_table.h"
#include "rules/kernel.h"
#include "rules/listener.h"
#include "rules/rule.h"

/* A shell takes these as they are, wherever they stand. */
#define PLAIN                                                                  \
	"0123456789"                                                           \
	"abcdefghijklmnopqrstuvwxyz"                                           \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                           \
	"-_./:@%+,="

static bool consists_of(const char *text, const char *chars)
{
	return text[strspn(text, chars)] == '\0';
}

void remedy_command(struct remedy *ret, const struct netns_facts *ns,
                    const char *fmt, ...)
{
	const char *file = ns ? ns->enter : "";
	size_t used = 0;
	int rc;
	va_list args;

	ret->command[0] = '\0';
	if (!consists_of(file, PLAIN))
		return;
	if (file[0])
		used = (size_t)snprintf(ret->command, sizeof(ret->command),
		                        "nsenter --net=%s ", file);
	if (used < sizeof(ret->command)) {
		va_start(args, fmt);
		rc = vsnprintf(ret->command + used, sizeof(ret->command) - used,
		               fmt, args);
		va_end(args);
		used += (size_t)rc;
	}
	/* cut, it would do something else */
	if (used >= sizeof(ret->command))
		ret->command[0] = '\0';
}

/* "128", "32768 60999", or "" when it is not known. */
static void value_text(const struct sysctl_fact *fact, enum sysctl_type type,
                       char *buf, size_t size)
{
	buf[0] = '\0';
	if (fact->state != FACT_KNOWN)
		return;
	if (type == SYSCTL_TYPE_TRIPLE)
		(void)snprintf(buf, size, "%" PRId64 " %" PRId64 " %" PRId64,
		               fact->v[0], fact->v[1], fact->v[2]);
	else if (type == SYSCTL_TYPE_PAIR)
		(void)snprintf(buf, size, "%" PRId64 " %" PRId64, fact->v[0],
		               fact->v[1]);
	else if (type == SYSCTL_TYPE_INT)
		(void)snprintf(buf, size, "%" PRId64, fact->v[0]);
	else
		(void)snprintf(buf, size, "%s", fact->text);
}

void remedy_sysctl(struct remedy *ret, const struct rule_input *in,
                   enum sysctl_id id, const char *to)
{
	const struct sysctl_desc *desc = sysctl_desc(id);
	const char *quote = strchr(to, ' ') ? "\"" : "";

	ret->kind = REMEDY_SYSCTL;
	ret->live = desc->live == SYSCTL_LIVE;
	(void)snprintf(ret->key, sizeof(ret->key), "%s", desc->key);
	(void)snprintf(ret->to, sizeof(ret->to), "%s", to);
	value_text(host_sysctl(in->host, in->ns, id), desc->type, ret->from,
	           sizeof(ret->from));
	remedy_command(ret, desc->scope == SYSCTL_SCOPE_NETNS ? in->ns : NULL,
	               "sysctl -w %s=%s%s%s", desc->key, quote, to, quote);
}

uint64_t remedy_limit(uint64_t need, uint64_t least)
{
	const uint64_t power = num_pow2_at_least(need);

	return power > least ? power : least;
}

/*
 * Before 4.1 a listener's limit has 16 bits: a larger net.core.somaxconn is
 * refused from 3.11 on, and silently cut before.
 */
uint64_t remedy_most(const struct host *host, enum sysctl_id id)
{
	if (id == SYSCTL_SOMAXCONN &&
	    kernel_version(host->kernel) < KERNEL(4, 1))
		return UINT16_MAX;
	return (uint64_t)sysctl_desc(id)->max;
}

void remedy_raise(struct remedy *ret, const struct rule_input *in,
                  enum sysctl_id id, uint64_t need, uint64_t least)
{
	const uint64_t most = remedy_most(in->host, id);
	const uint64_t power = remedy_limit(need, least);
	const uint64_t value = power < most ? power : most;
	char to[sizeof(ret->to)];

	if (value < need)
		return;
	(void)snprintf(to, sizeof(to), "%" PRIu64, value);
	remedy_sysctl(ret, in, id, to);
}

/*
 * What --netns takes: the name of `ip netns`, if it is one that stands for
 * nothing else, and any other namespace's file.
 */
static const char *netns_option(const struct netns_facts *ns)
{
	const char *slash = strrchr(ns->enter, '/');

	if (slash && !strcmp(slash + 1, ns->name) &&
	    !consists_of(ns->name, "0123456789") &&
	    strcmp(ns->name, "all") != 0)
		return ns->name;
	return ns->enter;
}

/* What differs from the defaults, or the command would be for other flows. */
static void goal_options(const struct rule_input *in, char *buf, size_t size)
{
	const struct goal usual = goal_default();
	const struct goal *goal = in->goal;
	char option[32];

	buf[0] = '\0';
	if (goal->flows != usual.flows) {
		(void)snprintf(option, sizeof(option), " --flows %" PRIu64,
		               goal->flows);
		text_join(buf, size, "", option);
	}
	if (goal->burst != goal->flows) {
		(void)snprintf(option, sizeof(option), " --burst %" PRIu64,
		               goal->burst);
		text_join(buf, size, "", option);
	}
	if (goal->family == FAMILY_IPV6 ||
	    !listener_serves(in->listener, FAMILY_IPV4))
		text_join(buf, size, "", " -6");
}

void remedy_relisten(struct remedy *ret, const struct rule_input *in,
                     uint64_t to)
{
	const char *netns = netns_option(in->ns);
	char goal[96];

	ret->kind = REMEDY_RELISTEN;
	ret->live = true;
	(void)snprintf(ret->key, sizeof(ret->key), "listen(2) backlog");
	(void)snprintf(ret->from, sizeof(ret->from), "%u", in->listener->limit);
	(void)snprintf(ret->to, sizeof(ret->to), "%" PRIu64, to);
	goal_options(in, goal, sizeof(goal));
	if (consists_of(netns, PLAIN))
		remedy_command(ret, NULL,
		               "kiloflow check --fix --port %u%s%s%s",
		               in->listener->port, goal,
		               netns[0] ? " --netns " : "", netns);
}
