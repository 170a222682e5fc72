// SPDX-License-Identifier: GPL-2.0-or-later
/* remedy - see remedy.h. */
#include "rules/remedy.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/num.h"
#include "probes/facts.h"
#include "probes/sysctl_table.h"
#include "rules/rule.h"

/* A shell takes these as they are, wherever they stand. */
#define DIGITS "0123456789"
#define PLAIN                                                                  \
	DIGITS "abcdefghijklmnopqrstuvwxyz"                                    \
	       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                    \
	       "-_./:@%+,="

static bool consists_of(const char *text, const char *chars)
{
	return text[strspn(text, chars)] == '\0';
}

/*
 * "nsenter --net=... ", or "" when no namespace was named. The name is what
 * the user gave: a path, a pid, or a name below /run/netns (probes/netns.h).
 *
 * Return: false when the name cannot stand in a command.
 */
static bool enter_text(const struct netns_facts *ns, char *buf, size_t size)
{
	const char *name = ns ? ns->name : "";

	buf[0] = '\0';
	if (!consists_of(name, PLAIN))
		return false;
	if (strchr(name, '/'))
		(void)snprintf(buf, size, "nsenter --net=%s ", name);
	else if (name[0] && consists_of(name, DIGITS))
		(void)snprintf(buf, size, "nsenter --net=/proc/%s/ns/net ",
		               name);
	else if (name[0])
		(void)snprintf(buf, size, "nsenter --net=/run/netns/%s ", name);
	return true;
}

void remedy_command(struct remedy *ret, const struct netns_facts *ns,
                    const char *fmt, ...)
{
	char enter[96];
	size_t used;
	va_list args;

	ret->command[0] = '\0';
	if (!enter_text(ns, enter, sizeof(enter)))
		return;
	used = strlen(enter);
	memcpy(ret->command, enter, used);
	va_start(args, fmt);
	(void)vsnprintf(ret->command + used, sizeof(ret->command) - used, fmt,
	                args);
	va_end(args);
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
	else
		(void)snprintf(buf, size, "%" PRId64, fact->v[0]);
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

void remedy_raise(struct remedy *ret, const struct rule_input *in,
                  enum sysctl_id id, uint64_t need, uint64_t least)
{
	const uint64_t value = remedy_limit(need, least);
	char to[sizeof(ret->to)];

	if (value > (uint64_t)sysctl_desc(id)->max)
		return;
	(void)snprintf(to, sizeof(to), "%" PRIu64, value);
	remedy_sysctl(ret, in, id, to);
}
