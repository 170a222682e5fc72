// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * settle - fix_plan_settle(), see plan.h: what rests on what.
 *
 * That a sysctl is in no step means that it is enough as it is.
 */
#include "checker/fix/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last number of "4096" and of "SOFT HARD"; of "unlimited" the largest. */
static uint64_t last_number(const char *text)
{
	const char *blank = strrchr(text, ' ');
	const char *last = blank ? blank + 1 : text;

	return strcmp(last, "unlimited") ? strtoull(last, NULL, 10)
	                                 : UINT64_MAX;
}

static enum sysctl_id rests_on(enum fix_kind kind)
{
	switch (kind) {
	case FIX_RELISTEN:
		return SYSCTL_SOMAXCONN;
	case FIX_PRLIMIT:
		return SYSCTL_NR_OPEN;
	case FIX_SYSCTL:
	case FIX_FILE:
	default:
		return SYSCTL_COUNT;
	}
}

static bool is_base(const struct fix_step *base, const struct fix_step *step)
{
	return base->kind == FIX_SYSCTL &&
	       base->place.inode == step->place.inode &&
	       sysctl_by_key(base->key) == rests_on(step->kind);
}

/*
 * A sysctl may be skipped with one value and made with another; and what it
 * is now may be enough.
 */
static void settle(const struct fix_steps *steps, struct fix_step *step)
{
	const uint64_t needed = last_number(step->to);
	bool missing = false;

	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *base = &steps->list[i];

		if (!is_base(base, step))
			continue;
		if (last_number(base->from) >= needed ||
		    (!base->skipped[0] && last_number(base->to) >= needed))
			return;
		missing = true;
	}
	if (missing)
		(void)snprintf(step->skipped, sizeof(step->skipped),
		               "it takes a larger %s, and that is not set",
		               sysctl_desc(rests_on(step->kind))->key);
}

void fix_plan_settle(struct fix_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		struct fix_step *step = &steps->list[i];

		if (!step->skipped[0] && rests_on(step->kind) != SYSCTL_COUNT)
			settle(steps, step);
	}
}
