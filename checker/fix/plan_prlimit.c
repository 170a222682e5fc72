// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan_prlimit - steps that give servers more descriptors; see planning.h.
 *
 * One finding speaks for all processes that accept from the goal's listener;
 * each of them that is short has a step. A hard limit never sinks, and the
 * kernel refuses one above fs.nr_open, even if it stays as it is
 * (kernel/sys.c:do_prlimit()).
 *
 * A limit that is not a running server's is the shell's, out of which
 * somebody will start a program: nobody can set that from here.
 */
#include "checker/fix/planning.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/num.h"
#include "probes/facts.h"
#include "rules/descriptors.h"
#include "rules/listener.h"
#include "rules/remedy.h"
#include "rules/saturate.h"

/* Room for "unlimited" and for any number. */
#define LIMIT_TEXT 24

static void limit_text(uint64_t limit, char buf[static LIMIT_TEXT])
{
	if (limit == UINT64_MAX)
		(void)snprintf(buf, LIMIT_TEXT, "unlimited");
	else
		(void)snprintf(buf, LIMIT_TEXT, "%" PRIu64, limit);
}

static void limits_text(uint64_t soft, uint64_t hard, char *buf, size_t size)
{
	char soft_text[LIMIT_TEXT];
	char hard_text[LIMIT_TEXT];

	limit_text(soft, soft_text);
	limit_text(hard, hard_text);
	(void)snprintf(buf, size, "%s %s", soft_text, hard_text);
}

static void skip_shell(struct planning *planning, const struct finding *finding)
{
	const struct remedy *remedy = &finding->remedy;
	struct planned planned = { .step.kind = FIX_PRLIMIT };

	(void)snprintf(planned.step.key, sizeof(planned.step.key), "%s",
	               remedy->key);
	memcpy(planned.from, remedy->from, sizeof(planned.from));
	memcpy(planned.to, remedy->to, sizeof(planned.to));
	/* a command that was cut would be another one */
	if (remedy->command[0] && strlen(remedy->command) < 160)
		planning_skip(
			planning, &planned, finding,
			"raise it in the shell that starts the program: %s",
			remedy->command);
	else
		planning_skip(planning, &planned, finding,
		              "raise it in the shell that starts the program");
}

static void describe(const struct proc_limits_facts *process,
                     struct planned *ret)
{
	char name[96];

	*ret = (struct planned){
		.step = {
			.kind = FIX_PRLIMIT,
			.process.pid = process->pid,
			.live = true,
			.risk = "a program that uses select() breaks if it gets more than 1024",
		},
	};
	memcpy(ret->step.process.comm, process->comm,
	       sizeof(ret->step.process.comm));
	process_name(process->comm, process->pid, name, sizeof(name));
	(void)snprintf(ret->step.key, sizeof(ret->step.key),
	               "RLIMIT_NOFILE of %s", name);
	(void)snprintf(ret->step.lasts, sizeof(ret->step.lasts),
	               "a restart of it sets the old limit again");
}

/* Return: false when fs.nr_open will not allow @hard, and that was said. */
static bool allows(struct planning *planning, uint64_t hard,
                   const struct planned *planned, const struct finding *finding)
{
	const struct sysctl_fact *now =
		&planning->wish->host->sysctl[SYSCTL_NR_OPEN];
	struct fact_u64 nr_open;

	/* unknown: setting the limit tells */
	if (now->state != FACT_KNOWN || saturate_sysctl(now, 0) >= hard)
		return true;
	if (hard <= remedy_most(planning->wish->host, SYSCTL_NR_OPEN))
		plan_raise(planning, SYSCTL_NR_OPEN, NULL,
		           num_pow2_at_least(hard), finding);
	nr_open = plan_number(planning, SYSCTL_NR_OPEN, NULL);
	if (nr_open.value >= hard)
		return true;
	planning_skip(planning, planned, finding,
	              "fs.nr_open allows no more than %" PRIu64
	              ", and cannot be raised far enough",
	              nr_open.value);
	return false;
}

static void plan_process(struct planning *planning,
                         const struct proc_limits_facts *process,
                         const struct finding *finding)
{
	const uint64_t soft = process->nofile_soft.value;
	const uint64_t hard = process->nofile_hard.value;
	const uint64_t needed = descriptors_needed(process, &planning->need);
	const uint64_t to = remedy_limit(needed, 1);
	const uint64_t to_hard = to > hard ? to : hard;
	struct planned planned;

	if (process->nofile_soft.state != FACT_KNOWN || soft >= needed)
		return;
	describe(process, &planned);
	if (planning_find(planning, &planned.step))
		return;
	if (process->nofile_hard.state != FACT_KNOWN) {
		planning_skip(
			planning, &planned, finding,
			"its hard limit is unknown (%s), so it could not be put back",
			fact_state_name(process->nofile_hard.state));
		return;
	}
	limits_text(soft, hard, planned.from, sizeof(planned.from));
	limits_text(to, to_hard, planned.to, sizeof(planned.to));
	if (allows(planning, to_hard, &planned, finding))
		(void)planning_add(planning, &planned, finding);
}

void plan_prlimit(struct planning *planning, const struct finding *finding)
{
	const pid_t only = planning->wish->pid;

	if (!finding->remedy.pid) {
		skip_shell(planning, finding);
		return;
	}
	for (size_t i = 0; finding->ns && i < finding->ns->servers.n; i++) {
		const struct proc_limits_facts *process =
			&finding->ns->servers.list[i];

		if (!only || process->pid == only)
			plan_process(planning, process, finding);
	}
}
