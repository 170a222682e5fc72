/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - everything a report shows, and the formats it is shown in.
 *
 * A format is a file with one constant; it writes to a stream and decides
 * nothing. To add one: copy report_json.c, add a row in registry.c.
 */
#ifndef KILOFLOW_CHECKER_REPORT_REPORT_H
#define KILOFLOW_CHECKER_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "probes/facts.h"
#include "probes/goal.h"
#include "rules/engine.h"
#include "rules/finding.h"

struct err;

struct report {
	const char *command;      /* "check", "listeners", "load" */
	const struct host *host;  /* host->load is the load test's result */
	const struct goal *goal;  /* NULL: a command that has none */
	struct finding *findings; /* sorted by finding_order() */
	size_t n_findings;
	bool judged; /* false: no verdict; its text is the listeners' table */
	enum report_verdict verdict;
	int exit_code;
	uint64_t elapsed_ns;
	const char *load_left_out; /* why there is no load test, or NULL */
	size_t findings_room;      /* report_add()'s own */
	int error;                 /* negative errno of report_add() */
};

struct report_style {
	bool color;
	bool verbose;
	bool quiet;         /* the verdict only */
	unsigned int width; /* columns of the terminal; 80 when none */
};

struct report_format {
	const char *name;
	/* Return: 0; negative errno when it could not be built. Stream
	 * errors are the caller's to find, by ferror() and fclose(). */
	int (*write)(const struct report *report,
	             const struct report_style *style, FILE *out,
	             struct err *err);
};

extern const struct report_format report_text;
extern const struct report_format report_json;

/** report_formats - the default first; ends with NULL */
extern const struct report_format *const report_formats[];

/** report_format_by_name - NULL when there is none */
const struct report_format *report_format_by_name(const char *name);

/** report_add - engine_run()'s emit: @to is a struct report
 * When memory runs out, report->error is -ENOMEM and the finding is lost:
 * the caller must look before it shows anything.
 */
void report_add(void *to, const struct finding *finding);

/** report_finish - sort the findings and settle the verdict */
void report_finish(struct report *report);

/** report_done - free what report_add() allocated */
void report_done(struct report *report);

#endif
