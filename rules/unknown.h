/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unknown - what a rule does not know, said to the user. Pure.
 *
 * The engine asks for a rule's `needs`; a rule asks itself for a fact that
 * only some goals need.
 */
#ifndef KILOFLOW_RULES_UNKNOWN_H
#define KILOFLOW_RULES_UNKNOWN_H

#include <stdbool.h>

struct rule;
struct rule_input;
struct rule_need;

/**
 * rule_knows - is a fact known? When it is not, emit the unknown finding
 * that names it, its state, and what would make it readable
 * @in: without a namespace a fact of one is taken from the host's first
 */
bool rule_knows(const struct rule *self, const struct rule_input *in,
                const struct rule_need *need);

#endif
