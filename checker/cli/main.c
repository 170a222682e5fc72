// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kiloflow - can this host carry N TCP flows?
 *
 * main only dispatches: the commands are rows of command.c, their options
 * rows of option_table.c. What a command shows goes to stdout when it is
 * whole; everything else goes to stderr, from here.
 */
#include <errno.h>
#include <stdio.h>

#include "checker/cli/command.h"
#include "checker/cli/options.h"
#include "checker/cli/output.h"
#include "checker/cli/stop.h"
#include "checker/report/page.h"
#include "checker/report/report.h"
#include "probes/base/err.h"

/* Return: the exit status, which may be one of the format's own. */
static int complain(const struct err *err, const struct report_format *format,
                    int status)
{
	char what[PAGE_TEXT_MAX];
	char hint[PAGE_TEXT_MAX];

	/* What a user typed or a file says is escaped there; or forgotten. */
	(void)fprintf(stderr, "kiloflow: %s%s%s\n", page_safe(err->what, what),
	              err->hint[0] ? "; " : "", page_safe(err->hint, hint));
	if (!format->write_error)
		return status;
	status = format->write_error(err, stdout);
	(void)fflush(stdout);
	return status;
}

static int run(const struct options *options)
{
	struct err err = { 0 };
	struct err write_err = { 0 };
	struct err settle_err = { 0 };
	struct output output;
	bool reported;
	int status;

	/* Until the report is out: half a JSON document helps nobody. */
	if (stop_open(&err) < 0 || output_open(&output, &err))
		return complain(&err, options->format, STATUS_UNKNOWN);
	status = options->command->run(options, output.stream, &err);
	if (err.code)
		status = complain(&err, options->format, status);
	reported = !output_close(&output, !err.code, &write_err);
	if (!reported)
		status = complain(&write_err, options->format, STATUS_UNKNOWN);
	if (options->command->settle)
		status =
			options->command->settle(reported, status, &settle_err);
	if (settle_err.code)
		status = complain(&settle_err, options->format, status);
	stop_close();
	return status;
}

int main(int argc, char *argv[])
{
	const bool stdout_open = output_guard();
	const struct report_format *format = options_format(argc, argv);
	struct options options;
	struct err err = { 0 };

	if (options_parse(argc, argv, &options, &err))
		return complain(&err, format, STATUS_USAGE);
	if (!stdout_open && !options.command->unreported) {
		(void)err_set(&err, -EBADF,
		              "cannot write the report: stdout is closed");
		return complain(&err, format,
		                options.fix ? STATUS_NOT_FIXED
		                            : STATUS_UNKNOWN);
	}
	return run(&options);
}
