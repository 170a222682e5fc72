/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fix - `check --fix`: judge, plan, show, ask, make, and judge again.
 */
#ifndef KILOFLOW_CHECKER_CLI_FIX_H
#define KILOFLOW_CHECKER_CLI_FIX_H

#include <stdbool.h>
#include <stdio.h>

struct err;
struct judge_plan;
struct options;

/** fix_run - a command's run() for a check that repairs, too */
int fix_run(const struct options *options, const struct judge_plan *plan,
            FILE *out, struct err *err);

/**
 * fix_settle - a command's settle(): what nobody was told of is taken back
 *
 * A no-op when fix_run() was not called, or changed nothing.
 */
int fix_settle(bool reported, int status, struct err *err);

#endif
