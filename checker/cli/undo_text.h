/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * undo_text - what undo did, and what it could take back, in words.
 */
#ifndef KILOFLOW_CHECKER_CLI_UNDO_TEXT_H
#define KILOFLOW_CHECKER_CLI_UNDO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "checker/fix/apply.h"

struct err;
struct journal_entry;

/** undo_text_none - there is nothing to take back */
void undo_text_none(FILE *out);

/** undo_text_begin - which fix it is about */
void undo_text_begin(const struct journal_entry *entry, FILE *out);

/* What became of a step. */
struct undo_step {
	const struct fix_step *step;
	enum fix_undone undone;
	const char *now; /* as in struct fix_undo */
	const char *why; /* never "", unless it is RESTORED */
};

/** undo_text_step - a line, or several */
void undo_text_step(const struct undo_step *it, FILE *out);

/* How it ended. */
struct undo_end {
	unsigned int id;
	int signal;    /* that interrupted it, 0: none did */
	size_t n_left; /* steps that it did not come to */
	size_t n_refused, n_failed;
	size_t n_earlier; /* fixes that are in force besides this one */
};

/** undo_text_end - is it taken back, and what to do next? */
void undo_text_end(const struct undo_end *end, FILE *out);

/** undo_text_row - one line of --list
 * @why: it cannot be read, and nothing but its id is known; NULL: it can
 */
void undo_text_row(const struct journal_entry *entry, bool rebooted,
                   const struct err *why, FILE *out);

#endif
