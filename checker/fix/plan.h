/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan - from findings to steps. Pure: it reads no file and asks nobody.
 *
 * Answered are findings that fail or warn, and whose remedy is one that can
 * be made live: a sysctl, a listener's limit, a process's limit. What only a
 * person can do (a server's configuration, a command) is in the report and in
 * no plan. One step a key and namespace, with the largest of what its findings
 * need; a fix never lowers (a switch, such as tcp_syncookies, is set and
 * neither raised nor lowered), never leaves what the kernel accepts, and never
 * allows more memory than is available.
 *
 * A plan is complete: the host as it would be is judged again, and what that
 * finds is planned too. So a second fix finds nothing left to do.
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
struct policy;

/* What the plan is made from. */
struct fix_wish {
	const struct host *host;
	const struct goal *goal;
	const struct finding *findings; /* of @host: in a report's order */
	size_t n_findings;
	const struct policy *policy; /* that they were found by, or NULL */
	pid_t pid; /* of processes and listeners only this one and its own,
	              notes about them too; 0: all that fail or warn */
};

/**
 * fix_plan - what would repair @wish->findings
 * @ret: fix_steps_free() it, on failure too. Those that cannot be made (a
 * value that could not be read, a number too large, memory, no owner seen, a
 * limit of the shell's) are skipped, and say why. place has name, inode and
 * enter of the facts, and is all zero for what the whole host has one of;
 * place.cookie and process.start_ticks are left for fix_plan_anchor().
 * answers borrow the ids of @wish->policy's rules
 *
 * A listener is raised to no more than its namespace's net.core.somaxconn
 * will be; when that is too low, a step for it comes with it. So does one for
 * fs.nr_open with a process's limit. Each member of a SO_REUSEPORT group, and
 * each process that accepts from the goal's listener, has a step of its own.
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

/**
 * fix_plan_settle - skip what rests on a step that is skipped: a listener's
 * limit on net.core.somaxconn, a process's on fs.nr_open. Pure. For after
 * anything was skipped
 */
void fix_plan_settle(struct fix_steps *steps);

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
 * For a proof before anything is changed. Files change nothing before the
 * next boot, so what will be then is left as it was found.
 */
void fix_assume(struct host *host, const struct fix_steps *steps);

#endif
