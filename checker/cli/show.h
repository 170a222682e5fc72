/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show - a finished report, in the format and style that were asked for.
 */
#ifndef KILOFLOW_CHECKER_CLI_SHOW_H
#define KILOFLOW_CHECKER_CLI_SHOW_H

#include <stdbool.h>
#include <stdio.h>

struct err;
struct options;
struct report;

/** show_width - columns of the terminal that stdout is; 80 when it is none */
unsigned int show_width(void);

/** show_color - is stdout to have colors? */
bool show_color(const struct options *options);

/** show_report - Return: 0 or negative errno with words */
int show_report(const struct report *report, const struct options *options,
                FILE *out, struct err *err);

/** show_report_at - the same, in the style of where it will go
 * @fd: a terminal may be there; -1: there is none
 */
int show_report_at(int fd, const struct report *report,
                   const struct options *options, FILE *out, struct err *err);

/** show_fix - only what @report has of a fix, as text, before it is made */
void show_fix(const struct report *report, const struct options *options,
              FILE *out);

#endif
