/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err - an error a person can act on.
 *
 * Functions that may fail return 0 or a negative errno and fill a
 * caller-owned struct err, always their last parameter. The first failure
 * wins: it is nearest to the cause. Nothing here prints.
 */
#ifndef KILOFLOW_PROBES_BASE_ERR_H
#define KILOFLOW_PROBES_BASE_ERR_H

struct err {
	int code;       /* negative errno, 0 while unset */
	char what[256]; /* what was tried, on which object, and why it failed */
	char hint[192]; /* the next step for the user, or "" */
};

/**
 * err_set - record a failure, unless an earlier one is already recorded
 * @err: NULL when the caller does not want the words
 * @code: negative errno; returned
 * @fmt: what was tried, on what, and why it failed; cut when too long
 *
 * Return: @code, so that a caller can write `return err_set(...)`.
 */
__attribute__((format(printf, 3, 4))) int err_set(struct err *err, int code,
                                                  const char *fmt, ...);

/**
 * err_hint - add the next step for the user, unless one is already there
 * @err: may be NULL
 * @fmt: one imperative sentence
 */
__attribute__((format(printf, 2, 3))) void err_hint(struct err *err,
                                                    const char *fmt, ...);

/**
 * err_name - the symbolic name of an errno
 * @code: positive or negative errno
 *
 * Return: a static string such as "ECONNRESET", or "errno?" when unknown.
 */
const char *err_name(int code);

#endif
