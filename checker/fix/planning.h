/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planning - a plan while it is made, and what plans each kind of step. Pure.
 *
 * The files of plan.h share it; nobody else does.
 */
#ifndef KILOFLOW_CHECKER_FIX_PLANNING_H
#define KILOFLOW_CHECKER_FIX_PLANNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/fix/plan.h"
#include "probes/need.h"

struct sysctl_value;

/* A step whose values may still change. */
struct planned {
	struct fix_step step; /* its from and to are NULL: they are here */
	char from[64], to[64];
	enum verdict severity; /* of the gravest that it answers */
	bool is_too_large;     /* it is skipped, because of memory */
};

struct planning {
	const struct fix_wish *wish;
	struct need need;
	struct planned *list;
	size_t n, max;
	bool changed; /* what is made is not what it was */
	int error;    /* negative errno; nothing is added from then on */
};

/** planning_place - of @ns; NULL: of what the host has one of */
void planning_place(const struct netns_facts *ns, struct fix_place *ret);

/**
 * planning_find - the step that changes what @like does, NULL: none
 * @like: kind, key, place, and the socket
 *
 * One that was skipped is none, unless memory was why: whatever else asks for
 * it has to do with that.
 */
struct planned *planning_find(const struct planning *planning,
                              const struct fix_step *like);

/**
 * planning_add - add a step that is made; its answer is @finding
 * Return: NULL when there is no memory.
 */
struct planned *planning_add(struct planning *planning,
                             const struct planned *planned,
                             const struct finding *finding);

/**
 * planning_was_skipped - was the same step to the same value? Then that one
 * answers @finding too
 */
bool planning_was_skipped(struct planning *planning,
                          const struct planned *planned,
                          const struct finding *finding);

/** planning_skip - add one that is not made, and say why; once */
__attribute__((format(printf, 4, 5))) void
planning_skip(struct planning *planning, const struct planned *planned,
              const struct finding *finding, const char *fmt, ...);

/** planning_unskip - forget that the same step to the same value was skipped */
void planning_unskip(struct planning *planning, const struct planned *planned);

/** planning_answer - a step answers @finding too */
void planning_answer(struct planned *planned, const struct finding *finding);

/** planning_wants - is @finding one that is answered? */
bool planning_wants(const struct planning *planning,
                    const struct finding *finding);

/** planning_plan - answer @findings, each as the kind of its remedy says */
void planning_plan(struct planning *planning, const struct finding *findings,
                   size_t n);

/**
 * planning_steps - the steps as they are now
 * @except: left out; NULL: none
 * @ret: fix_steps_free() it, on failure too
 *
 * Return: 0 or -ENOMEM.
 */
int planning_steps(const struct planning *planning,
                   const struct planned *except, struct fix_steps *ret);

/**
 * plan_again - answer what is found of the host as it would be; or take back
 * what brings up something that no step answers
 */
void plan_again(struct planning *planning);

/** plan_sysctl - set a sysctl as the remedy of @finding says */
void plan_sysctl(struct planning *planning, const struct finding *finding);

/**
 * plan_conflict - the step that sets to one of several choices what @finding
 * wants to be another; NULL: there is none
 */
struct planned *plan_conflict(const struct planning *planning,
                              const struct finding *finding);

/**
 * plan_raise - raise a sysctl of one number, which another step rests on
 * @ns: NULL for one of the whole host
 */
void plan_raise(struct planning *planning, enum sysctl_id id,
                const struct netns_facts *ns, uint64_t to,
                const struct finding *finding);

/**
 * plan_exceeds - would it allow more memory than there is?
 * @why: says so, or ""
 *
 * Where that is unknown only net.ipv4.tcp_mem is refused: it is all that keeps
 * TCP from taking it.
 */
bool plan_exceeds(const struct planning *planning, enum sysctl_id id,
                  const struct sysctl_value *from,
                  const struct sysctl_value *to, char *why, size_t size);

/** plan_number - what a sysctl of one number will be; unknown as its fact */
struct fact_u64 plan_number(const struct planning *planning, enum sysctl_id id,
                            const struct netns_facts *ns);

/** plan_prlimit - give every server that is short as much as it needs */
void plan_prlimit(struct planning *planning, const struct finding *finding);

/** plan_relisten - give every short member of a group what its remedy says */
void plan_relisten(struct planning *planning, const struct finding *finding);

#endif
