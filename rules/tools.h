/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools - what is known to go wrong in load tools when flows are many, by
 * version. Pure; one row a defect.
 */
#ifndef KILOFLOW_RULES_TOOLS_H
#define KILOFLOW_RULES_TOOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/facts.h"

struct tool_defect {
	enum tool_kind tool;
	uint64_t from, to;       /* TOOL_VERSION(), both with the defect; 0 and
	                            UINT64_MAX: every one */
	uint64_t flows;          /* it bites from so many on */
	const char *defect;      /* what is wrong */
	const char *consequence; /* what a user sees */
	const char *fixed;       /* version, or "" when it is in none */
	bool verified;           /* read in its source or release notes; else a
	                            user is told "reported" */
	const char *source;      /* where the row is from */
};

/** tool_name - "iperf", "iperf3": what its version stands behind */
const char *tool_name(enum tool_kind tool);

/** tool_defects_table - every row; ends with a row whose defect is NULL */
extern const struct tool_defect tool_defects_table[];

/**
 * tool_defects - the defects that bite
 * @version: of struct tool_facts
 * @flows: of the goal
 * @emit: called with each, in the order of the table
 */
void tool_defects(enum tool_kind tool, uint64_t version, uint64_t flows,
                  void (*emit)(void *to, const struct tool_defect *defect),
                  void *to);

#endif
