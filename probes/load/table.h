/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - a descriptor table of its own, for more sockets than RLIMIT_NOFILE
 * lets one have.
 *
 * A thread that has unshared its descriptors does, one after the other, what
 * it is called for; threads that it starts share its table. What is opened
 * after the tables were is in one of them only.
 *
 * A NULL table is the caller's own, for those who need no other.
 */
#ifndef KILOFLOW_PROBES_LOAD_TABLE_H
#define KILOFLOW_PROBES_LOAD_TABLE_H

#include <stddef.h>

struct err;
struct table;

/* Descriptors that can be passed at a time (net/core/scm.c:SCM_MAX_FD). */
#define TABLE_PASS_MAX 253

/**
 * tables_open - @n tables, each beginning with what is open here now
 * @ret: allocated array; tables_close() it
 *
 * Return: 0 or negative errno with words.
 */
int tables_open(size_t n, struct table ***ret, struct err *err);

/** tables_close - end the threads; what their tables have open is closed */
void tables_close(struct table **tables, size_t n);

/**
 * table_call - call @step with @arg where @table is the descriptor table
 *
 * It returns when @step has: the two never run at the same time.
 */
void table_call(struct table *table, void (*step)(void *arg), void *arg);

/**
 * table_pass - hand over descriptors to a table that is not the caller's
 * @fds: @n of them, 1..TABLE_PASS_MAX; closed for the caller in any case
 * @ret: what they are in that table; -1: there is no room for it
 */
void table_pass(struct table *table, const int *fds, size_t n, int *ret);

#endif
