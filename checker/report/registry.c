// SPDX-License-Identifier: GPL-2.0-or-later
/* The formats a report is shown in: one row each. */
#include "checker/report/report.h"

#include <string.h>

const struct report_format *const report_formats[] = {
	&report_text,
	&report_json,
	&report_nagios,
	NULL,
};

const struct report_format *report_format_by_name(const char *name)
{
	for (size_t i = 0; report_formats[i]; i++) {
		if (!strcmp(report_formats[i]->name, name))
			return report_formats[i];
	}
	return NULL;
}
