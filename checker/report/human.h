/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * human - quantities and text as a person reads them. Pure but for the
 * stream that is written to.
 */
#ifndef KILOFLOW_CHECKER_REPORT_HUMAN_H
#define KILOFLOW_CHECKER_REPORT_HUMAN_H

#include <stdint.h>
#include <stdio.h>

/* Room for any quantity below. */
#define HUMAN_MAX 32

/** human_bytes - "512 B", "64.0 KiB", "15.3 GiB" */
void human_bytes(uint64_t bytes, char buf[static HUMAN_MAX]);

/** human_us - microseconds: "12 us", "3.4 ms", "1.03 s" */
void human_us(uint64_t us, char buf[static HUMAN_MAX]);

/** human_bitrate - "61.2 Gbit/s", "3.4 Mbit/s" */
void human_bitrate(double gbit_per_s, char buf[static HUMAN_MAX]);

/** human_columns - columns that UTF-8 @text takes: its code points */
unsigned int human_columns(const char *text);

/**
 * human_cut - cut @text to @wide columns, the last three of which are "..."
 * @text: UTF-8; left as it is when it is not wider
 * @wide: at least 3
 */
void human_cut(char *text, unsigned int wide);

/* Where wrapped text stands. */
struct human_at {
	unsigned int column; /* of the cursor, before the text */
	unsigned int indent; /* columns before each further line */
	unsigned int width;  /* of a line; a longer word is not broken */
};

/** human_wrap - write @text, broken at blanks, and a line feed */
void human_wrap(FILE *out, const char *text, const struct human_at *at);

/** human_wrap_list - the same, broken after commas only */
void human_wrap_list(FILE *out, const char *text, const struct human_at *at);

/**
 * human_paragraphs - write paragraphs, each wrapped and after an empty line
 * @text: paragraphs, separated by "\n\n"
 */
void human_paragraphs(FILE *out, const char *text, unsigned int width);

#endif
