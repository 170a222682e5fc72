/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * causes - why connections fail, in plain words. Pure data: one row a cause,
 * for `list causes` and `explain`.
 *
 * What a row says was measured on Linux 6.18 and read in the kernel's source,
 * unless it says otherwise.
 */
#ifndef KILOFLOW_RULES_CAUSES_H
#define KILOFLOW_RULES_CAUSES_H

struct cause {
	const char *id;      /* "accept-queue-overflow" */
	const char *title;   /* what happened, in a few words */
	const char *sees;    /* what the client's program sees */
	const char *signs;   /* what gives it away: counters, sockets, logs */
	const char *explain; /* paragraphs separated by \n\n */
	const char *mend;    /* what to do about it */
};

/** causes - every row; ends with a row whose id is NULL */
extern const struct cause causes[];

/** cause_by_id - NULL when there is none */
const struct cause *cause_by_id(const char *id);

#endif
