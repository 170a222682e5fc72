// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * requirement - see requirement.h.
 *
 * A remedy only raises: where a requirement asks for less, or for another
 * word, it says so and leaves the change to the user.
 */
#include "rules/requirement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "rules/remedy.h"

const char *requirement_op_name(enum requirement_op op)
{
	static const char *const names[] = {
		[REQUIRE_AT_LEAST] = ">=",
		[REQUIRE_AT_MOST] = "<=",
		[REQUIRE_EQUAL] = "==",
		[REQUIRE_OTHER] = "!=",
	};

	return names[op];
}

/* "" or, where there are several numbers, "[0]" */
static bool is_index(const char *text, unsigned int n)
{
	if (n < 2)
		return !text[0];
	return text[0] == '[' && text[1] >= '0' && text[1] < (char)('0' + n) &&
	       !strcmp(text + 2, "]");
}

const struct sysctl_desc *requirement_of_id(const char *id)
{
	const size_t prefix = sizeof(REQUIREMENT_PREFIX) - 1;

	if (strncmp(id, REQUIREMENT_PREFIX, prefix) != 0)
		return NULL;
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++) {
		const struct sysctl_desc *desc = sysctl_desc(i);
		const size_t len = strlen(desc->key);

		if (!strncmp(id + prefix, desc->key, len) &&
		    requirement_is_possible(desc->type) &&
		    is_index(id + prefix + len, sysctl_numbers(desc->type)))
			return desc;
	}
	return NULL;
}

bool requirement_is_possible(enum sysctl_type type)
{
	return sysctl_numbers(type) || type == SYSCTL_TYPE_WORD;
}

static bool is_text(const struct requirement *requirement)
{
	return !sysctl_numbers(sysctl_desc(requirement->sysctl)->type);
}

static bool holds(const struct requirement *requirement,
                  const struct sysctl_fact *fact)
{
	const int64_t is = fact->v[requirement->index];
	const bool equal = is_text(requirement)
	                           ? !strcmp(fact->text, requirement->word)
	                           : is == requirement->number;

	switch (requirement->op) {
	case REQUIRE_AT_LEAST:
		return is >= requirement->number;
	case REQUIRE_AT_MOST:
		return is <= requirement->number;
	case REQUIRE_EQUAL:
		return equal;
	case REQUIRE_OTHER:
	default:
		return !equal;
	}
}

/*
 * May it be raised? Not what nobody can write; not tcp_abort_on_overflow,
 * whatever is required; and not the lower end of a range, which would become
 * smaller.
 */
static bool can_raise(const struct requirement *requirement,
                      const struct sysctl_fact *fact)
{
	const struct sysctl_desc *desc = sysctl_desc(requirement->sysctl);

	if (is_text(requirement) || desc->live == SYSCTL_READ_ONLY ||
	    requirement->sysctl == SYSCTL_ABORT_ON_OVERFLOW ||
	    (desc->type == SYSCTL_TYPE_PAIR && requirement->index == 0))
		return false;
	return requirement->op != REQUIRE_OTHER &&
	       fact->v[requirement->index] < requirement->number;
}

/* The numbers behind the one that is raised are never below it. */
static void propose_raise(const struct requirement *requirement,
                          const struct sysctl_fact *fact,
                          const struct rule_input *in, struct remedy *ret)
{
	const unsigned int n =
		sysctl_numbers(sysctl_desc(requirement->sysctl)->type);
	char to[sizeof(ret->to)] = "";

	for (unsigned int i = 0; i < n; i++) {
		int64_t value = fact->v[i];
		char part[24];

		if (i >= requirement->index && value < requirement->number)
			value = requirement->number;
		(void)snprintf(part, sizeof(part), "%" PRId64, value);
		text_join(to, sizeof(to), " ", part);
	}
	remedy_sysctl(ret, in, requirement->sysctl, to);
}

static void propose(const struct requirement *requirement,
                    const struct sysctl_fact *fact, const struct rule_input *in,
                    struct finding *finding)
{
	const enum sysctl_live live = sysctl_desc(requirement->sysctl)->live;

	if (can_raise(requirement, fact))
		propose_raise(requirement, fact, in, &finding->remedy);
	else if (live != SYSCTL_READ_ONLY)
		text_join(finding->why, sizeof(finding->why), "; ",
		          "kiloflow only proposes to raise: set it by hand");
}

static struct fact_u64 as_fact(int64_t value)
{
	return value >= 0 ? fact_known((uint64_t)value)
	                  : (struct fact_u64){ .state = FACT_UNREAD };
}

/* What follows the prefix of the id: the key, and which of its numbers. */
static const char *name_of(const struct requirement *requirement)
{
	return requirement->id + sizeof(REQUIREMENT_PREFIX) - 1;
}

static void value_text(const struct requirement *requirement,
                       const struct sysctl_fact *fact, char *buf, size_t size)
{
	if (is_text(requirement))
		(void)text_escape(buf, size, fact->text,
		                  strnlen(fact->text, sizeof(fact->text)));
	else
		(void)snprintf(buf, size, "%" PRId64,
		               fact->v[requirement->index]);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	/* the rule is the requirement's first member */
	const struct requirement *requirement =
		(const struct requirement *)(const void *)self;
	const struct sysctl_fact *fact =
		host_sysctl(in->host, in->ns, requirement->sysctl);
	struct finding finding = {
		.rule = self,
		.verdict = requirement->severity,
		.ns = in->ns,
	};
	char is[80];

	if (holds(requirement, fact))
		return;
	if (!is_text(requirement)) {
		finding.observed = as_fact(fact->v[requirement->index]);
		if (requirement->op != REQUIRE_OTHER)
			finding.needed = as_fact(requirement->number);
	}
	value_text(requirement, fact, is, sizeof(is));
	(void)snprintf(finding.what, sizeof(finding.what),
	               "%s is %s, the policy requires %s", name_of(requirement),
	               is,
	               requirement->title + strlen(name_of(requirement)) + 1);
	(void)snprintf(finding.why, sizeof(finding.why), "%s",
	               requirement->reason);
	propose(requirement, fact, in, &finding);
	in->emit(in->to, &finding);
}

static void complete_names(struct requirement *requirement)
{
	const struct sysctl_desc *desc = sysctl_desc(requirement->sysctl);
	char number[24];

	(void)snprintf(requirement->id, sizeof(requirement->id), "%s%s",
	               REQUIREMENT_PREFIX, desc->key);
	if (sysctl_numbers(desc->type) > 1) {
		(void)snprintf(number, sizeof(number), "[%u]",
		               requirement->index);
		text_join(requirement->id, sizeof(requirement->id), "", number);
	}
	(void)snprintf(number, sizeof(number), "%" PRId64, requirement->number);
	(void)snprintf(requirement->title, sizeof(requirement->title),
	               "%s %s %s", name_of(requirement),
	               requirement_op_name(requirement->op),
	               is_text(requirement) ? requirement->word : number);
}

void requirement_complete(struct requirement *requirement)
{
	const struct sysctl_desc *desc = sysctl_desc(requirement->sysctl);

	complete_names(requirement);
	requirement->rule = (struct rule){
		.id = requirement->id,
		.group = GROUP_POLICY,
		.scope = desc->scope == SYSCTL_SCOPE_NETNS ? SCOPE_NETNS
		                                           : SCOPE_HOST,
		.decisive = requirement->severity == VERDICT_FAIL,
		.title = requirement->title,
		.ref = desc->ref,
		.explain = "A policy file requires this.",
		.needs = { NEED_SYSCTL(requirement->sysctl) },
		.judge = judge,
	};
}
