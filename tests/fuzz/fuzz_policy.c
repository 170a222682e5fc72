// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_policy - a policy file: refused with its place, or complete. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "checker/policy.h"
#include "probes/base/err.h"
#include "rules/requirement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct policy *policy)
{
	for (size_t i = 0; i < policy->n_changes; i++) {
		const struct policy_change *change = &policy->changes[i];

		assert(rule_by_id(change->id));
		assert(memchr(change->reason, 0, sizeof(change->reason)));
		assert(change->kind != POLICY_IGNORE || change->reason[0]);
		assert(policy_find(policy, change->id, change->kind) == change);
	}
	for (size_t i = 0; i < policy->n_requirements; i++) {
		const struct requirement *one = &policy->requirements[i];

		assert(one->rule.id == one->id);
		assert(requirement_of_id(one->id) == sysctl_desc(one->sysctl));
		assert(one->rule.judge);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_file file;
	struct err err = { 0 };
	int rc;

	if (policy_init(&file, NULL, 0, &err))
		return 0;
	rc = policy_parse(&file, "fuzz", (const char *)data, size, &err);
	assert(rc == 0 || rc == -ENOMEM || !strncmp(err.what, "fuzz:", 5));
	check(&file.policy);
	policy_done(&file);
	return 0;
}
