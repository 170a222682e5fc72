// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report - see report.h. Findings are copied as they come and sorted once.
 */
#include "checker/report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/vec.h"
#include "rules/rule.h"

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

void report_add_capacity(void *to, const struct capacity *capacity)
{
	struct report *report = to;
	struct capacity *list = vec_grow(report->capacity, report->n_capacity,
	                                 &report->capacity_room, sizeof(*list));

	if (!list) {
		report->error = -ENOMEM;
		return;
	}
	report->capacity = list;
	list[report->n_capacity++] = *capacity;
}

void report_add_cause(void *to, const struct cause_found *found)
{
	struct report *report = to;
	struct cause_found *list =
		vec_grow(report->causes, report->n_causes, &report->causes_room,
	                 sizeof(*list));

	if (!list) {
		report->error = -ENOMEM;
		return;
	}
	report->causes = list;
	list[report->n_causes++] = *found;
}

/* Connections for which a cause stands, and not only may stand. */
static uint64_t explained_by_causes(const struct report *report)
{
	uint64_t n = 0;

	for (size_t i = 0; i < report->n_causes; i++) {
		if (report->causes[i].confidence != CONFIDENCE_POSSIBLE &&
		    n <= UINT64_MAX - report->causes[i].max)
			n += report->causes[i].max;
	}
	return n;
}

int report_finish_incident(struct report *report)
{
	const struct count_range failed = report->incident->failed;

	if (report->n_causes)
		qsort(report->causes, report->n_causes, sizeof(*report->causes),
		      cause_found_order);
	report->explained = failed.min && failed.max != UINT64_MAX &&
	                    explained_by_causes(report) >= failed.min;
	if (!failed.max)
		return 0;
	return report->explained ? 1 : 3;
}

void report_finish(struct report *report)
{
	if (report->n_capacity)
		qsort(report->capacity, report->n_capacity,
		      sizeof(*report->capacity), capacity_order);
	if (report->n_findings)
		qsort(report->findings, report->n_findings,
		      sizeof(*report->findings), finding_order);
	report->verdict = engine_verdict(report->findings, report->n_findings,
	                                 report->goal, host_load(report->host));
}

bool report_is_tightest(const struct report *report, size_t at)
{
	const struct capacity *list = report->capacity;

	if (list[at].max_flows.state != FACT_KNOWN)
		return false;
	for (size_t i = 0; i < at; i++) {
		if (!strcmp(list[i].bound_by, list[at].bound_by))
			return false;
	}
	return true;
}

/* Is @finding one of those that made the verdict what it is? */
static bool is_reason(const struct report *report,
                      const struct finding *finding)
{
	switch (report->verdict) {
	case REPORT_NOT_READY:
		return finding->verdict == VERDICT_FAIL;
	case REPORT_UNKNOWN:
		return finding->verdict == VERDICT_UNKNOWN &&
		       finding->rule->decisive;
	case REPORT_READY_WITH_WARNINGS:
		return finding->verdict == VERDICT_WARN;
	case REPORT_READY:
	default:
		return finding->verdict != VERDICT_OK;
	}
}

const struct finding *report_reason(const struct report *report)
{
	for (size_t i = 0; i < report->n_findings; i++) {
		if (is_reason(report, &report->findings[i]))
			return &report->findings[i];
	}
	return NULL;
}

void report_done(struct report *report)
{
	free(report->findings);
	free(report->capacity);
	free(report->causes);
	report->findings = NULL;
	report->n_findings = 0;
	report->findings_room = 0;
	report->capacity = NULL;
	report->n_capacity = 0;
	report->capacity_room = 0;
	report->causes = NULL;
	report->n_causes = 0;
	report->causes_room = 0;
}
