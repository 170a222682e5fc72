// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_version - the name and the version, in one line. */
#include "checker/cli/command.h"

static int run(const struct options *options, FILE *out, struct err *err)
{
	(void)options;
	(void)err;
	(void)fputs("kiloflow " KILOFLOW_VERSION "\n", out);
	return STATUS_READY;
}

const struct command command_version = {
	.name = "version",
	.what = "the version",
	.run = run,
};
