/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot - what the rules about drift share: whether the goal still fits
 * after a reboot. Pure.
 */
#ifndef KILOFLOW_RULES_DRIFT_REBOOT_H
#define KILOFLOW_RULES_DRIFT_REBOOT_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/drift.h"

struct finding;
struct rule;
struct rule_input;

/**
 * reboot_drift - the comparison to judge
 *
 * Return: NULL when a file could not be read, which is then said.
 */
const struct drift *reboot_drift(const struct rule *self,
                                 const struct rule_input *in);

struct reboot_effect {
	const struct rule *breaks; /* fails only afterwards */
	const struct rule *mends;  /* fails only now */
};

/**
 * reboot_effect - judge the goal again with one sysctl as it will be
 *
 * Every rule of the host and of its namespace is asked, so that none says
 * something else than it will say then.
 */
struct reboot_effect reboot_effect(const struct rule_input *in,
                                   enum sysctl_id id,
                                   const struct drift_value *value);

/** reboot_say - add to why what @effect means; a goal that breaks is warned of
 */
void reboot_say(struct finding *finding, const struct reboot_effect *effect);

/* "/etc/sysctl.d/10-x.conf:3", and no longer than a message can bear. */
#define REBOOT_LINE_SIZE 96

/** reboot_line - where a line stands, safe to show; cut from the left */
void reboot_line(const struct drift_line *line, char buf[REBOOT_LINE_SIZE]);

/** reboot_loser - "PATH:3 does not count: ..." is added to why, if there is one
 */
void reboot_loser(const struct drift_set *set, struct finding *finding);

#endif
