// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report - see report.h. Findings are copied as they come and sorted once.
 */
#include "checker/report/report.h"

#include <errno.h>
#include <stdlib.h>

void report_add(void *to, const struct finding *finding)
{
	struct report *report = to;

	if (report->n_findings == report->findings_room) {
		const size_t room = report->findings_room * 2 + 32;
		struct finding *more =
			reallocarray(report->findings, room, sizeof(*more));

		if (!more) {
			report->error = -ENOMEM;
			return;
		}
		report->findings = more;
		report->findings_room = room;
	}
	report->findings[report->n_findings++] = *finding;
}

void report_finish(struct report *report)
{
	if (report->n_findings)
		qsort(report->findings, report->n_findings,
		      sizeof(*report->findings), finding_order);
	report->verdict = engine_verdict(report->findings, report->n_findings,
	                                 report->goal, report->host->load);
}

void report_done(struct report *report)
{
	free(report->findings);
	report->findings = NULL;
	report->n_findings = 0;
	report->findings_room = 0;
}
