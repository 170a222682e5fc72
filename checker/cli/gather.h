/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gather - the facts that a command works on.
 */
#ifndef KILOFLOW_CHECKER_CLI_GATHER_H
#define KILOFLOW_CHECKER_CLI_GATHER_H

struct err;
struct host;
struct options;

/**
 * gather - read the host, then the namespace that @options name, or all
 * @serves: mask of enum probe_for
 * @ret: host_free() it; NULL unless STATUS_READY is returned
 *
 * The calling thread is in the first namespace of @ret afterwards.
 *
 * Return: STATUS_READY; STATUS_USAGE when there is no such namespace or
 * nothing listens on the goal's port; STATUS_UNKNOWN.
 */
int gather(const struct options *options, unsigned int serves,
           struct host **ret, struct err *err);

#endif
