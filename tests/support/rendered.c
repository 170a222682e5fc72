// SPDX-License-Identifier: GPL-2.0-or-later
/* rendered - see rendered.h. */
#include "tests/support/rendered.h"

#include <stdio.h>
#include <stdlib.h>

#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/need.h"
#include "probes/supply.h"
#include "rules/capacity.h"
#include "rules/engine.h"

static void judge(struct report *report)
{
	struct need need;

	need_compute(report->goal, supply_page_bytes(report->host), &need);
	engine_run(report->host, report->goal, &need, ~0U, NULL, report_add,
	           report);
	capacity_find(report->host, report->goal, report_add_capacity, report);
	report_finish(report);
}

char *rendered(const struct host *host, const struct goal *goal,
               const char *format, size_t *ret_size)
{
	const struct report_style style = { .width = 80, .verbose = true };
	struct report report = {
		.command = "check",
		.host = host,
		.goal = goal,
		.judged = true,
	};
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	judge(&report);
	if (!out || report.error ||
	    report_format_by_name(format)->write(&report, &style, out, NULL))
		abort();
	(void)fclose(out);
	report_done(&report);
	return text;
}
