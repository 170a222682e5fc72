/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan - from findings to steps. Pure: it reads no file and asks nobody.
 *
 * Answered are findings that fail or warn, and whose remedy is one that can
 * be made live: a sysctl, a listener's limit, a process's limit. One step a
 * key and namespace, with the largest of what its findings need; a fix never
 * lowers (a switch, such as tcp_syncookies, is set and neither raised nor
 * lowered), never leaves what the kernel accepts, and never allows more
 * memory than is available.
 */
#ifndef KILOFLOW_CHECKER_FIX_PLAN_H
#define KILOFLOW_CHECKER_FIX_PLAN_H

#include <stddef.h>
#include <sys/types.h>

#include "checker/fix/step.h"
#include "rules/finding.h"

struct err;
struct goal;
struct host;

/* What the plan is made from. */
struct fix_wish {
	const struct host *host;
	const struct goal *goal;
	const struct finding *findings; /* of @host: in a report's order */
	size_t n_findings;
	pid_t pid; /* only listeners of this process, notes too; 0: those whose
	              findings fail or warn */
};

/**
 * fix_plan - what would repair @wish->findings
 * @ret: fix_steps_free() it, on failure too. Those that cannot be made (the
 * remedy is for a person, a number too large, memory, no owner seen) are
 * skipped, and say why. place has name, inode and enter of the facts;
 * place.cookie and process.start_ticks are left for fix_plan_anchor()
 *
 * A listener is raised to no more than its namespace's net.core.somaxconn
 * will be; when that is too low, a step for it comes with it.
 *
 * Return: 0 or -ENOMEM.
 */
int fix_plan(const struct fix_wish *wish, struct fix_steps *ret,
             struct err *err);

/**
 * fix_settings - the sysctls that have to last: those that @steps set for the
 * host and for @ns, and those in force whose findings say that the next boot
 * would break the goal
 * @ns: the namespace that the host's files are applied to at boot
 * @ret: values are borrowed from @steps and the findings
 *
 * Return: how many.
 */
size_t fix_settings(const struct fix_wish *wish, const struct fix_steps *steps,
                    const struct netns_facts *ns,
                    struct fix_setting ret[static SYSCTL_COUNT]);

struct fix_world;

/**
 * fix_plan_anchor - complete what only the kernel knows: cookies of
 * namespaces, start times of processes. A step whose process or namespace has
 * ended is skipped
 */
void fix_plan_anchor(struct fix_world *world, struct fix_steps *steps);

/**
 * fix_assume - make @host what it will be when @steps are made. Pure.
 *
 * For a proof before anything is changed.
 */
void fix_assume(struct host *host, const struct fix_steps *steps);

#endif
