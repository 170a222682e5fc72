// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_postmortem - what failed between two sets of facts, and why. Nobody
 * watched: there are no samples and no events, only what was counted.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <string.h>

#include "checker/cli/gather.h"
#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "probes/probe.h"
#include "probes/snapshot.h"
#include "rules/incident/incident.h"

static const char since_boot[] =
	"since boot, or since the network namespace was created: what failed long ago is counted, who listened then is not known. With two snapshots, or `kiloflow run -- CMD`, more can be told";
static const char counted[] =
	"from counters alone: which process reset what, and for how long a queue was full, only `kiloflow run -- CMD` sees while it happens";
static const char some_missed[] =
	"network namespaces that are not in both snapshots are left out";

static void escape(const char *text, char *buf, size_t size)
{
	(void)text_escape(buf, size, text, strlen(text));
}

static int check_host(const struct host *before, const struct host *after,
                      struct err *err)
{
	char was[128];
	char is[128];

	if (strcmp(before->name, after->name) != 0) {
		escape(before->name, was, sizeof(was));
		escape(after->name, is, sizeof(is));
		return err_set(err, -EINVAL,
		               "--before is of host %s, the other of %s", was,
		               is);
	}
	if (before->boot_id[0] && after->boot_id[0] &&
	    strcmp(before->boot_id, after->boot_id) != 0) {
		err_hint(err, "leave --before out: then it is since boot");
		return err_set(
			err, -EINVAL,
			"the host was booted between the two: its counters began anew");
	}
	if (before->taken_at_ns > after->taken_at_ns) {
		err_hint(err, "exchange --before and --after");
		return err_set(err, -EINVAL,
		               "--before was taken after the other");
	}
	return 0;
}

/* Namespaces that are judged; @ret_missed: and those that are not. */
static size_t covered(const struct incident *incident, size_t *ret_missed)
{
	size_t n = 0;

	for (size_t i = 0; i < incident->after->n_ns; i++)
		n += incident_covers(incident, i);
	*ret_missed = incident->after->n_ns - n;
	return n;
}

static int check_before(const struct incident *incident, struct err *err)
{
	size_t missed;
	int rc;

	if (!incident->before)
		return 0;
	rc = check_host(incident->before, incident->after, err);
	if (rc || covered(incident, &missed))
		return rc;
	err_hint(err, "take both with the same --netns");
	return err_set(err, -EINVAL,
	               "the snapshots have no network namespace in common");
}

static void add_notes(const struct incident *incident,
                      struct report_incident *ret)
{
	size_t missed;

	ret->notes[0] = incident->before ? counted : since_boot;
	(void)covered(incident, &missed);
	if (missed)
		ret->notes[1] = some_missed;
	if (incident->before)
		ret->watched_ns = incident->after->taken_at_ns -
		                  incident->before->taken_at_ns;
}

static int judge_incident(const struct incident *incident,
                          struct report *report, struct report_incident *ret,
                          struct err *err)
{
	int status;

	add_notes(incident, ret);
	incident_judge(incident, &ret->failed, report_add_cause, report);
	if (report->error)
		return err_set(err, report->error,
		               "not enough memory for the causes");
	report->incident = ret;
	status = report_finish_incident(report);
	report->exit_code = status;
	return 0;
}

static int show(const struct options *options, const struct incident *incident,
                FILE *out, struct err *err)
{
	const uint64_t began_ns = judge_now_ns();
	struct report_incident about = { .watched_ns = 0 };
	struct report report = {
		.command = options->command->name,
		.host = incident->after,
	};
	int status = STATUS_UNKNOWN;

	if (!judge_incident(incident, &report, &about, err)) {
		report.elapsed_ns = judge_now_ns() - began_ns;
		if (!show_report(&report, options, out, err))
			status = report.exit_code;
	}
	report_done(&report);
	return status;
}

static int read_before(const struct options *options, struct host **ret,
                       struct err *err)
{
	int rc;

	*ret = NULL;
	if (!options->before)
		return STATUS_READY;
	rc = snapshot_read(options->before, &options->goal, ret, err);
	if (!rc)
		return STATUS_READY;
	return rc == -ENOMEM ? STATUS_UNKNOWN : STATUS_USAGE;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct options after = *options;
	struct host *before;
	struct host *host = NULL;
	int status;

	after.from = options->after;
	status = read_before(options, &before, err);
	if (status == STATUS_READY)
		status = gather(&after, PROBE_FOR_CHECK | PROBE_FOR_LISTENERS,
		                &host, err);
	if (status == STATUS_READY) {
		const struct incident incident = {
			.before = before,
			.after = host,
		};

		status = check_before(&incident, err)
		                 ? STATUS_USAGE
		                 : show(options, &incident, out, err);
	}
	host_free(host);
	host_free(before);
	return status;
}

const struct command command_postmortem = {
	.name = "postmortem",
	.what = "connections failed: how many, and why",
	.help = "Judges what the kernel counted between two snapshots (`kiloflow snapshot`), or since one until now, or since boot: how many connections failed, which causes explain how many of them, for which listener and process, what their clients saw, and what mends it. A cause is possible when others fit as well, likely when none is known that does, certain when the kernel said so. What no evidence bears is called unexplained, with what to collect. `kiloflow explain CAUSE` tells more of each.\n\n"
		"Exit status: 0 nothing failed, 1 what failed is explained, 3 not all of it is, or it is not known whether anything failed.",
	.run = run,
};
