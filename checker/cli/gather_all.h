/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gather_all - the facts of every network namespace.
 */
#ifndef KILOFLOW_CHECKER_CLI_GATHER_ALL_H
#define KILOFLOW_CHECKER_CLI_GATHER_ALL_H

struct err;
struct host;
struct probe_env;

/**
 * gather_all - read the host and every network namespace on it
 * @serves: mask of enum probe_for
 * @ret: host_free() it, on failure too
 *
 * The calling thread stays in its own namespace, which is the first.
 *
 * Return: 0, or negative errno.
 */
int gather_all(const struct probe_env *env, unsigned int serves,
               struct host **ret, struct err *err);

#endif
