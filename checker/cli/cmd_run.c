// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_run - run a command, watch the host meanwhile, then say what failed.
 *
 * The command's status is ours, and its output is not touched: whatever we
 * have to say goes to standard error or a file, when it has ended.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checker/cli/job.h"
#include "checker/cli/gather.h"
#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/output.h"
#include "checker/cli/show.h"
#include "checker/cli/stop.h"
#include "checker/cli/tee.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/observe/observed.h"
#include "probes/observe/observer.h"
#include "probes/probe.h"
#include "rules/incident/incident.h"

struct session {
	const struct options *options;
	int root_fd;
	int netns_fd; /* where the command runs; -1: here */
	struct host *before, *after;
	struct observer *observer;
	struct observed *seen;
	struct report_run run;
	struct tee tee;
};

/* The same as a snapshot has. */
static int read_facts(const struct session *session, struct host **ret,
                      struct err *err)
{
	return gather(session->options, PROBE_FOR_CHECK | PROBE_FOR_LISTENERS,
	              ret, err);
}

/* The namespace looked at is entered for good; the command stays outside. */
static int open_own_netns(struct session *session, struct err *err)
{
	const struct options *options = session->options;

	session->netns_fd = -1;
	if (!options->netns || options->netns_all)
		return 0;
	session->netns_fd =
		open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (session->netns_fd >= 0)
		return 0;
	return err_set(err, -errno,
	               "cannot open the network namespace to run in: %s",
	               strerror(errno));
}

static int start_observing(struct session *session, struct err *err)
{
	const struct observer_wants wants = {
		.root_fd = session->root_fd,
		.sample_ns = session->options->sample_ns,
		.untraced = session->options->untraced,
	};

	return observer_open(session->before, &wants, &session->observer, err);
}

/* Return: STATUS_READY; else why the command is not run. */
static int prepare(struct session *session, struct err *err)
{
	int status;

	session->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (open_own_netns(session, err))
		return STATUS_UNKNOWN;
	status = read_facts(session, &session->before, err);
	if (status != STATUS_READY)
		return status;
	if (start_observing(session, err))
		return STATUS_UNKNOWN;
	return stop_signal() ? 128 + stop_signal() : STATUS_READY;
}

/* What went wrong with watching does not concern the command. */
static void wait_for(struct session *session, struct job *job, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = job->signal_fd, .events = POLLIN },
		{ .fd = observer_fd(session->observer), .events = POLLIN },
	};

	while (!job->ended) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents && observer_turn(session->observer, err))
			fds[1].fd = -1;
		if (fds[0].revents)
			job_turn(job);
	}
}

/* Return: the command's status, or why there is none. */
static int run_command(struct session *session, struct err *err)
{
	const struct options *options = session->options;
	const uint64_t began_ns = judge_now_ns();
	struct job job;
	int rc;

	tee_open(&session->tee);
	rc = job_start(&job, options->run, session->netns_fd, &session->tee,
	               err);
	tee_began(&session->tee);
	if (rc) {
		tee_close(&session->tee);
		return rc;
	}
	wait_for(session, &job, err);
	job_done(&job);
	session->run = (struct report_run){
		.name = options->run[0],
		.status = job.status,
		.elapsed_ns = judge_now_ns() - began_ns,
	};
	return job.status;
}

static int write_report(const struct options *options, const char *text,
                        size_t size, struct err *err)
{
	if (options->report)
		return output_file(options->report, text, size, err);
	return fwrite(text, 1, size, stderr) == size
	               ? 0
	               : err_set(err, -EIO, "cannot write the report");
}

static int show(const struct session *session, const struct report *report,
                struct err *err)
{
	const struct options *options = session->options;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int rc;

	if (!out)
		return err_set(err, -ENOMEM, "no memory for the report");
	rc = show_report_at(options->report ? -1 : STDERR_FILENO, report,
	                    options, out, err);
	if (fclose(out) && !rc)
		rc = err_set(err, -ENOMEM, "no memory for the report");
	if (!rc)
		rc = write_report(options, text, size, err);
	free(text);
	return rc;
}

/* Of the other part of a report it says so itself. */
static void note_limits(const struct observed *seen,
                        struct report_incident *about)
{
	size_t n = 0;

	about->watched_ns = seen->to_ns - seen->from_ns;
	if (seen->traced.state != FACT_KNOWN)
		about->notes[n++] =
			"without the kernel's trace events it is not known who reset what, and for which reason";
	if (seen->ended.lost || seen->traced.lost)
		about->notes[n++] =
			"not all that happened was seen: some of it was lost";
}

static int judge_causes(const struct session *session, struct report *report,
                        struct report_incident *about, struct err *err)
{
	const struct incident incident = {
		.before = session->before,
		.after = session->after,
		.seen = session->seen,
		.ours = observed_is_local(session->seen),
	};

	note_limits(session->seen, about);
	incident_judge(&incident, &about->failed, report_add_cause, report);
	if (report->error)
		return err_set(err, report->error,
		               "not enough memory for the causes");
	report->incident = about;
	report->observed = session->seen;
	(void)report_finish_incident(report);
	if (session->options->strict && about->failed.min && !report->exit_code)
		report->exit_code = STATUS_NOT_READY;
	return 0;
}

/* Return: 0; the observers are closed. */
static int end_observing(struct session *session, struct err *err)
{
	const int rc = observer_finish(session->observer, err);

	session->seen = observer_close(session->observer);
	session->observer = NULL;
	if (session->seen)
		tee_finish(&session->tee, session->seen);
	return rc;
}

/* Return: the exit status, the command's unless that says that all is well. */
static int tell(struct session *session, struct err *err)
{
	struct report_incident about = { .watched_ns = 0 };
	struct report report = {
		.command = session->options->command->name,
		.run = &session->run,
		.exit_code = session->run.status,
		.elapsed_ns = session->run.elapsed_ns,
	};
	bool told = !end_observing(session, err) &&
	            read_facts(session, &session->after, err) == STATUS_READY;

	report.host = session->after;
	told = told && !judge_causes(session, &report, &about, err) &&
	       !show(session, &report, err);
	if (!told && !report.exit_code)
		report.exit_code = STATUS_UNKNOWN;
	report_done(&report);
	return report.exit_code;
}

static void close_all(struct session *session)
{
	observed_free(session->seen ? session->seen
	                            : observer_close(session->observer));
	host_free(session->before);
	host_free(session->after);
	if (session->netns_fd >= 0)
		(void)close(session->netns_fd);
	if (session->root_fd >= 0)
		(void)close(session->root_fd);
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct session session = { .options = options };
	int status;

	(void)out;
	status = prepare(&session, err);
	if (status == STATUS_READY)
		status = run_command(&session, err);
	if (session.run.name)
		status = tell(&session, err);
	close_all(&session);
	return status;
}

const struct command command_run = {
	.name = "run",
	.args = "COMMAND...",
	.runs = true,
	.unreported = true,
	.what = "run a command, and say which connections failed and why",
	.help = "Reads the host, runs the command while listeners, sockets that end and resets are watched, reads the host again, and says what failed. The command runs as if a shell had started it: on this terminal, with these limits and descriptors, and its output is not touched. The report goes to standard error, or with --report to a file.\n\n"
		"The exit status is the command's: 126 when it cannot be run, 127 when there is none of that name, 128 and the signal's number when one ended it. With --strict it is 1 where the command's was 0 and connections failed.\n\n"
		"Ctrl-C is for the command; SIGTERM and SIGHUP are passed on to it. With --netns it runs here all the same, and the namespace is watched. Options of kiloflow stand before the command.",
	.run = run,
};
