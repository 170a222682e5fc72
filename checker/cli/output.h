/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output - what a command shows: kept in memory, and written to stdout when
 * it is whole.
 *
 * So stdout stays empty after a usage error, and the errno of a failed write
 * is known: a pipe that nobody reads is not an error, a full disk is.
 */
#ifndef KILOFLOW_CHECKER_CLI_OUTPUT_H
#define KILOFLOW_CHECKER_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct err;

struct output {
	FILE *stream; /* a command writes here */
	char *text;
	size_t size;
};

/**
 * output_guard - descriptors 0, 1 and 2 are open from now on, so that no
 * socket becomes one of them (a child finds them closed again); and a broken
 * pipe is an errno, not a signal
 *
 * Return: was stdout open?
 */
bool output_guard(void);

/** output_unguard - in a child, before exec: the signal is as it was */
void output_unguard(void);

/**
 * output_file - write @text to a file instead, whole or not at all
 * @path: a regular file is replaced only when all of @text is on disk; what
 * is none (a pipe, /dev/full) is written to
 *
 * Return: 0; negative errno with words.
 */
int output_file(const char *path, const char *text, size_t size,
                struct err *err);

/** output_open - Return: 0 or -ENOMEM */
int output_open(struct output *output, struct err *err);

/**
 * output_close - write what was kept, and free it
 * @show: false: only free it
 *
 * Return: 0, also when the reader has gone; negative errno with words.
 */
int output_close(struct output *output, bool show, struct err *err);

#endif
