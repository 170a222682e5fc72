/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reports - made-up reports, for what is byte-exact. Their rules and texts
 * are their own, so that no change of a rule changes a golden file.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_REPORTS_H
#define KILOFLOW_TESTS_SUPPORT_REPORTS_H

#include "checker/report/report.h"
#include "probes/goal.h"

struct sample {
	struct report report; /* its host is the sample's to free */
	struct goal goal;
	struct report_incident incident;
	struct host *host;
};

/* One made-up report; its name is that of the golden files. */
struct sample_case {
	const char *name;
	void (*fill)(struct sample *sample);
};

/** sample_cases - ends with a row whose name is NULL */
extern const struct sample_case sample_cases[];

/** sample_make - a finished report by name; sample_done() it */
void sample_make(struct sample *sample, const char *name);

/** sample_done - free it */
void sample_done(struct sample *sample);

/**
 * sample_render - what a format makes of it; free() it
 * @ret_size: bytes without the closing NUL
 */
char *sample_render(const struct sample *sample, const char *format,
                    const struct report_style *style, size_t *ret_size);

#endif
