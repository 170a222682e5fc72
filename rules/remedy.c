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
