/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loadtest_all - the load test in every network namespace.
 */
#ifndef KILOFLOW_CHECKER_CLI_LOADTEST_ALL_H
#define KILOFLOW_CHECKER_CLI_LOADTEST_ALL_H

struct err;
struct host;
struct options;

/**
 * loadtest_others - run it in all namespaces but the first, one at a time
 *
 * Where the goal's port is not listened on none is run. A namespace that
 * cannot be entered any more is missed from then on (ns->entered).
 *
 * Return: 0; negative errno when a test could not be run at all.
 */
int loadtest_others(const struct options *options, struct host *host,
                    struct err *err);

#endif
