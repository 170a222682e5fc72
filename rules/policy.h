/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy - what the user wants judged differently. The engine applies it;
 * a rule does not know of it.
 */
#ifndef KILOFLOW_RULES_POLICY_H
#define KILOFLOW_RULES_POLICY_H

#include <stddef.h>

/*
 * An ignored rule is still judged and shown, but a fail, warn or unknown of
 * it becomes a note.
 */
struct policy {
	const char *const *ignored; /* rule ids */
	size_t n_ignored;
};

#endif
