// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * anchor - fix_plan_anchor(), see plan.h.
 *
 * A listener is not bound to the process that it was found in: when that has
 * ended, another may hold it, and act_relisten.c looks for it.
 */
#include "checker/fix/plan.h"

#include <errno.h>
#include <string.h>

#include "checker/fix/act.h"
#include "checker/fix/world.h"
#include "probes/base/err.h"

/*
 * Between the facts and now its number may have become another's; that one
 * seldom has the same name.
 */
static int anchor_process(struct fix_world *world, struct fix_process *process,
                          struct err *err)
{
	struct fix_process now;
	int rc = fix_process_of(world, process->pid, &now, err);

	if (!rc && memcmp(now.comm, process->comm, sizeof(now.comm)) != 0) {
		rc = err_set(err, -ESRCH,
		             "process %d is another than it was a moment ago",
		             (int)process->pid);
		err_hint(err, "check once more");
	}
	if (!rc)
		*process = now;
	return rc;
}

static void anchor(struct fix_world *world, struct fix_step *step)
{
	struct err err = { 0 };
	int rc = 0;

	/* The host's has no cookie: it is where one is, on another day too. */
	if (step->place.inode)
		rc = fix_place_anchor(world, &step->place, &err);
	if (!rc && step->process.pid)
		rc = anchor_process(world, &step->process, &err);
	if (rc == -ESRCH && step->kind == FIX_RELISTEN)
		step->process = (struct fix_process){ 0 };
	else if (rc)
		fix_step_skip(step, &err);
}

void fix_plan_anchor(struct fix_world *world, struct fix_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		if (!steps->list[i].skipped[0])
			anchor(world, &steps->list[i]);
	}
}
