/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assume - a copy of a host, to assume a fix of. fix_assume() itself is in
 * plan.h.
 */
#ifndef KILOFLOW_CHECKER_FIX_ASSUME_H
#define KILOFLOW_CHECKER_FIX_ASSUME_H

struct host;

/**
 * assume_copy - a copy that fix_assume() may change
 *
 * Namespaces and listeners stand in it where they stand in @host. It has
 * nothing to say about the next boot, and borrows what no fix changes.
 *
 * Return: the caller passes it to assume_free(); NULL: no memory.
 */
struct host *assume_copy(const struct host *host);

/** assume_free - NULL is fine */
void assume_free(struct host *copy);

#endif
