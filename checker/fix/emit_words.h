/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emit_words - what the emitters share: which settings of a plan belong
 * where, and how they are written so that nothing in them means something
 * else. Pure but for the stream.
 */
#ifndef KILOFLOW_CHECKER_FIX_EMIT_WORDS_H
#define KILOFLOW_CHECKER_FIX_EMIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "checker/fix/step.h"
#include "probes/base/span.h"

struct emit_setting {
	const struct sysctl_desc *desc;
	struct span value; /* of a step */
};

/**
 * emit_host_settings - what files of the host can set: the sysctls of the
 * namespace that the program was started in and those of the whole host; and
 * what a file that is to be written sets besides
 *
 * Return: how many, in the order of the table.
 */
size_t emit_host_settings(const struct fix_steps *steps,
                          struct emit_setting ret[static SYSCTL_COUNT]);

/** emit_place_settings - what one namespace has for itself, as above */
size_t emit_place_settings(const struct fix_steps *steps,
                           const struct fix_place *place,
                           struct emit_setting ret[static SYSCTL_COUNT]);

/**
 * emit_next_place - each namespace that has settings of its own
 * @at: 0 before the first
 *
 * Return: NULL after the last.
 */
const struct fix_place *emit_next_place(const struct fix_steps *steps,
                                        size_t *at);

/** emit_path - the file that the host's settings belong in */
const char *emit_path(const struct fix_steps *steps);

/** emit_comment - "# " and a line that ends where it should */
__attribute__((format(printf, 2, 3))) void emit_comment(FILE *out,
                                                        const char *fmt, ...);

/** emit_place - a comment: which namespace what follows is for */
void emit_place(const struct fix_place *place, FILE *out);

/** emit_plain - as it is, but what is no printable ASCII as \xNN */
void emit_plain(struct span text, FILE *out);

/** emit_quoted - in double quotes, as JSON and YAML read it */
void emit_quoted(struct span text, FILE *out);

enum emit_for {
	EMIT_FOR_HOST,
	EMIT_FOR_CONTAINER,
};

/** emit_rest - as comments: what a form cannot make, and what is not made */
void emit_rest(const struct fix_steps *steps, enum emit_for what, FILE *out);

#endif
