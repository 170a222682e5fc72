/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice - what rules share that only ever advise. Pure.
 */
#ifndef KILOFLOW_RULES_ADVICE_H
#define KILOFLOW_RULES_ADVICE_H

#include <stdbool.h>

#include "probes/sysctl_table.h"

struct rule;
struct rule_input;

/**
 * advice_knows - is there a value to advise on?
 *
 * A sysctl that this kernel or namespace does not have cannot be changed
 * either, so there is nothing to say. One that is there and cannot be read is
 * unknown, and is said to be.
 */
bool advice_knows(const struct rule *self, const struct rule_input *in,
                  enum sysctl_id id);

/**
 * advice_has_word - is @word one of the words of @list?
 * @list: separated by single spaces
 */
bool advice_has_word(const char *list, const char *word);

#endif
