/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * descriptors - what the server of a goal needs of them. Pure.
 */
#ifndef KILOFLOW_RULES_DESCRIPTORS_H
#define KILOFLOW_RULES_DESCRIPTORS_H

#include <stdint.h>

struct need;
struct proc_limits_facts;

/** descriptors_used - open ones; what any process has, when they may not be
 * counted
 */
uint64_t descriptors_used(const struct proc_limits_facts *process);

/** descriptors_needed - the limit with which it accepts all flows of the goal
 */
uint64_t descriptors_needed(const struct proc_limits_facts *process,
                            const struct need *need);

#endif
