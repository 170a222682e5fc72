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
#include "rules/capacity.h"
#include "rules/engine.h"
#include "rules/finding.h"
#include "rules/incident/incident.h"

struct err;
struct fix_steps;
struct log_sum;
struct observed;

/* What was made of the findings that can be repaired. */
struct report_fix {
	const struct fix_steps *steps;
	enum report_fix_state {
		REPORT_FIX_PLANNED, /* nothing was changed */
		REPORT_FIX_IN_FORCE,
		REPORT_FIX_STOPPED,    /* and put back, before it was done */
		REPORT_FIX_TAKEN_BACK, /* of undo: what was restored */
	} state;
	bool assumed;         /* findings, capacity and load test are those of
	                         the host as it would be */
	unsigned int undo_id; /* of the journal's entry; 0: none */
};

/* The command that was watched. */
struct report_run {
	const char *name;
	int status; /* as a shell has it */
	uint64_t elapsed_ns;
};

/* What was asked of an incident. */
struct report_incident {
	struct count_range failed; /* connections; max UINT64_MAX: not known */
	uint64_t watched_ns;       /* how long; 0: since boot, or not known */
	const char *notes[4];      /* what it can and cannot tell; NULL ends */
};

struct report {
	const char *command;      /* "check", "listeners", "load" */
	const struct host *host;  /* host_load() is the load test's result */
	const struct goal *goal;  /* NULL: a command that has none */
	struct finding *findings; /* sorted by finding_order() */
	size_t n_findings;
	struct capacity *capacity; /* sorted by capacity_order() */
	size_t n_capacity;
	struct cause_found *causes; /* sorted by cause_found_order() */
	size_t n_causes;
	const struct report_incident *incident; /* NULL: none was judged */
	bool explained; /* report_finish_incident()'s: all that failed is */
	bool judged;    /* false: no verdict; its text is the incident, or the
	                   listeners' table */
	enum report_verdict verdict;
	int exit_code;
	uint64_t elapsed_ns;
	const char *load_left_out;    /* why there is no load test, or NULL */
	const struct report_fix *fix; /* NULL: none was asked for */
	const struct log_sum *sum;    /* of a log; NULL: there is none */
	const struct report_run *run; /* NULL: no command was run */
	const struct observed *observed; /* NULL: nobody watched */
	size_t findings_room;            /* report_add()'s own */
	size_t capacity_room;            /* report_add_capacity()'s own */
	size_t causes_room;              /* report_add_cause()'s own */
	int error;                       /* negative errno of any of them */
};

struct report_style {
	bool color;
	bool verbose;
	bool quiet;         /* the verdict only */
	unsigned int width; /* columns of the terminal; 80 when none */
};

struct report_format {
	const char *name;
	bool of_verdicts; /* says nothing without one */
	/* Return: 0; negative errno when it could not be built. Stream
	 * errors are the caller's to find, by ferror() and fclose(). */
	int (*write)(const struct report *report,
	             const struct report_style *style, FILE *out,
	             struct err *err);
	/*
	 * For a reader who goes by exit statuses of its own, and wants to be
	 * told on stdout of an error too. NULL: kiloflow's statuses, and
	 * stdout stays empty.
	 */
	int (*status)(const struct report *report);
	/* Return: the exit status */
	int (*write_error)(const struct err *why, FILE *out);
};

extern const struct report_format report_text;
extern const struct report_format report_json;
extern const struct report_format report_nagios;

/** report_formats - the default first; ends with NULL */
extern const struct report_format *const report_formats[];

/** report_format_by_name - NULL when there is none */
const struct report_format *report_format_by_name(const char *name);

/** report_add - engine_run()'s emit: @to is a struct report
 * When memory runs out, report->error is -ENOMEM and the finding is lost:
 * the caller must look before it shows anything.
 */
void report_add(void *to, const struct finding *finding);

/** report_add_capacity - the same for capacity_find() */
void report_add_capacity(void *to, const struct capacity *capacity);

/** report_add_cause - the same for incident_judge() */
void report_add_cause(void *to, const struct cause_found *found);

/** report_finish_incident - sort the causes that were added
 * Return: the exit status: 0 nothing failed, 1 what failed is explained, 3.
 */
int report_finish_incident(struct report *report);

/** report_finish - sort what was added and settle the verdict */
void report_finish(struct report *report);

/** report_is_tightest - is capacity[@at] known, and of its bound the smallest
 * of all namespaces? Of a finished report.
 */
bool report_is_tightest(const struct report *report, size_t at);

/** report_reason - the first finding that made the verdict what it is; of a
 * ready report the first that is not ok. NULL: there is none
 */
const struct finding *report_reason(const struct report *report);

/** report_done - free what was added */
void report_done(struct report *report);

#endif
