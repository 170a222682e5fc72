// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_snapshot - the facts themselves, to be judged elsewhere or later. */
#include "checker/cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "checker/cli/gather.h"
#include "checker/cli/options.h"
#include "checker/cli/output.h"
#include "probes/facts.h"
#include "probes/probe.h"
#include "probes/snapshot.h"

/*
 * How many flows it will be judged for is not known yet: with as many as
 * there can be, nothing is left out because it could not matter.
 */
static struct options for_any_goal(const struct options *options)
{
	struct options any = *options;

	any.goal.flows = GOAL_FLOWS_MAX;
	any.goal.burst = GOAL_FLOWS_MAX;
	return any;
}

static int write_text(const struct options *options, const char *text,
                      FILE *out, struct err *err)
{
	if (options->output && strcmp(options->output, "-"))
		return output_file(options->output, text, strlen(text), err);
	(void)fputs(text, out);
	return 0;
}

static int write_host(const struct options *options, struct host *host,
                      FILE *out, struct err *err)
{
	char *text =
		snapshot_format(host, &options->goal, options->redact, err);
	int rc;

	if (!text)
		return STATUS_UNKNOWN;
	rc = write_text(options, text, out, err);
	free(text);
	return rc ? STATUS_UNKNOWN : STATUS_READY;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	const struct options any = for_any_goal(options);
	struct host *host;
	int status;

	status =
		gather(&any, PROBE_FOR_CHECK | PROBE_FOR_LISTENERS, &host, err);
	if (status != STATUS_READY)
		return status;
	status = write_host(&any, host, out, err);
	host_free(host);
	return status;
}

const struct command command_snapshot = {
	.name = "snapshot",
	.what = "the facts as JSON, to be judged elsewhere or later",
	.help = "Writes all that is read of the host as one JSON document, to standard output or a file. `kiloflow check --from FILE` and `kiloflow listeners --from FILE` judge it, on any host, with the findings that they would have had here; only the load test is left out. What could not be read stands there as such.\n\n"
		"Some facts are about the flows that are asked for: which ports are free towards a listener depends on the listener, a path on the peer. A snapshot that is to be judged with --port, --peer or -6 is best taken with the same.\n\n"
		"With --redact host, process and namespace names and addresses are replaced by stand-ins, the same ones by the same; loopback and wildcard addresses stay. The findings remain, but a well-known server is no longer told by its name.",
	.run = run,
};
