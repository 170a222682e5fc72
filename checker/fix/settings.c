// SPDX-License-Identifier: GPL-2.0-or-later
/* settings - fix_settings(), see plan.h: which sysctls have to last. */
#include "checker/fix/plan.h"

#include <string.h>

#include "probes/facts.h"
#include "rules/rule.h"

static bool is_about(const struct fix_step *step, const char *key,
                     const struct netns_facts *ns)
{
	return step->kind == FIX_SYSCTL && !step->skipped[0] &&
	       (!step->place.inode || step->place.inode == ns->inode) &&
	       !strcmp(step->key, key);
}

/* The next boot brings another value, and that would break the goal. */
static bool is_of_boot(const struct finding *finding, const char *key,
                       const struct netns_facts *ns)
{
	return finding->rule->of_boot && finding->ns == ns &&
	       (finding->verdict == VERDICT_FAIL ||
	        finding->verdict == VERDICT_WARN) &&
	       finding->remedy.kind == REMEDY_CONFIG &&
	       !strcmp(finding->remedy.key, key);
}

static void find_setting(const struct fix_wish *wish,
                         const struct fix_steps *steps,
                         const struct netns_facts *ns,
                         struct fix_setting *setting)
{
	const char *key = sysctl_desc(setting->id)->key;

	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];

		if (!is_about(step, key, ns))
			continue;
		setting->value = step->to;
		for (size_t k = 0; k < step->n_answers; k++)
			fix_answer(setting->answers, &setting->n_answers,
			           step->answers[k]);
	}
	for (size_t i = 0; i < wish->n_findings; i++) {
		const struct finding *finding = &wish->findings[i];

		if (!is_of_boot(finding, key, ns))
			continue;
		if (!setting->value)
			setting->value = finding->remedy.to;
		fix_answer(setting->answers, &setting->n_answers,
		           finding->rule->id);
	}
}

size_t fix_settings(const struct fix_wish *wish, const struct fix_steps *steps,
                    const struct netns_facts *ns,
                    struct fix_setting ret[static SYSCTL_COUNT])
{
	size_t n = 0;

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		ret[n] = (struct fix_setting){ .id = id };
		find_setting(wish, steps, ns, &ret[n]);
		n += !!ret[n].value;
	}
	return n;
}
