// SPDX-License-Identifier: GPL-2.0-or-later
/* policy - see policy.h. */
#include "rules/policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "rules/rule.h"
#include "rules/saturate.h"

const struct policy_change *policy_find(const struct policy *policy,
                                        const char *id, enum policy_kind kind)
{
	for (size_t i = 0; policy && i < policy->n_changes; i++) {
		const struct policy_change *change = &policy->changes[i];

		if (change->kind == kind && !strcmp(change->id, id))
			return change;
	}
	return NULL;
}

/* The reason comes first: what is behind it may be cut. */
static void change_verdict(struct finding *finding,
                           const struct policy_change *change,
                           enum verdict verdict, const char *word)
{
	char why[sizeof(finding->why)];
	size_t used;

	finding->verdict = verdict;
	text_join(finding->what, sizeof(finding->what), " ", word);
	if (!change->reason[0])
		return;
	memcpy(why, finding->why, sizeof(why));
	used = (size_t)snprintf(finding->why, sizeof(finding->why),
	                        "policy: %s%s", change->reason,
	                        why[0] ? "; " : "");
	(void)snprintf(finding->why + used, sizeof(finding->why) - used, "%.*s",
	               (int)(sizeof(finding->why) - used - 1), why);
}

/*
 * How far a finding is off: what is missing of what is needed, or is too
 * much; where nothing is needed, all that was counted.
 *
 * Return: false when it has no number.
 */
static bool is_off_by(const struct finding *finding, uint64_t *ret)
{
	const struct fact_u64 is = finding->observed;
	const struct fact_u64 needed = finding->needed;

	if (is.state != FACT_KNOWN)
		return false;
	*ret = is.value;
	if (needed.state == FACT_KNOWN)
		*ret = saturate_sub(is.value, needed.value) +
		       saturate_sub(needed.value, is.value);
	return true;
}

static bool apply_ignore(const struct policy *policy, struct finding *finding)
{
	const struct policy_change *change =
		policy_find(policy, finding->rule->id, POLICY_IGNORE);

	if (!change || finding->verdict <= VERDICT_NOTE)
		return false;
	change_verdict(finding, change, VERDICT_NOTE, "(ignored)");
	return true;
}

static bool apply_threshold(const struct policy *policy,
                            struct finding *finding)
{
	const struct policy_change *change =
		policy_find(policy, finding->rule->id, POLICY_THRESHOLD);
	char word[64];
	uint64_t off;

	if (!change || finding->verdict == VERDICT_NOTE ||
	    !is_off_by(finding, &off) || off > change->threshold)
		return false;
	(void)snprintf(word, sizeof(word),
	               "(within the threshold of %" PRIu64 ")",
	               change->threshold);
	change_verdict(finding, change, VERDICT_NOTE, word);
	return true;
}

static void apply_severity(const struct policy *policy, struct finding *finding)
{
	const struct policy_change *change =
		policy_find(policy, finding->rule->id, POLICY_SEVERITY);

	if (change && finding->verdict != change->severity)
		change_verdict(finding, change, change->severity,
		               "(severity by policy)");
}

void policy_apply(const struct policy *policy, struct finding *finding)
{
	if (finding->verdict == VERDICT_OK || apply_ignore(policy, finding))
		return;
	if (finding->verdict == VERDICT_UNKNOWN ||
	    apply_threshold(policy, finding))
		return;
	apply_severity(policy, finding);
}
