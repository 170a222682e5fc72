// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fix - see fix.h.
 *
 * The load test is left for the second judgement: what a host cannot carry
 * before it is repaired is known from its facts, and a failed test would
 * leave its sockets in TIME_WAIT for the one that counts.
 *
 * Files are written before the host is judged again, so that its report does
 * not warn of a reboot that it is prepared for.
 */
#include "checker/cli/fix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checker/cli/ask.h"
#include "checker/cli/command.h"
#include "checker/cli/judge.h"
#include "checker/cli/offline.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/cli/stop.h"
#include "checker/fix/act.h"
#include "checker/fix/apply.h"
#include "checker/fix/emit.h"
#include "checker/fix/journal.h"
#include "checker/fix/persist.h"
#include "checker/fix/plan.h"
#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/facts.h"

struct repair {
	const struct options *options;
	const struct judge_plan *plan;
	struct fix_world world;
	struct judgement before, after;
	struct fix_steps steps;
	struct report_fix fix;
	struct journal journal;
	struct journal_entry entry; /* borrows the steps */
	bool in_force;
};

/* What fix_settle() may have to take back: it is called once, by main. */
static struct repair *unsettled;

/* --- the plan --------------------------------------------------------------
 */

/* The namespace to which the host's files are applied at boot. */
static const struct netns_facts *lasting_ns(const struct repair *repair)
{
	const struct host *host = repair->before.host;

	for (size_t i = 0; i < host->n_ns; i++) {
		if (host->ns[i].initial.state == FACT_KNOWN &&
		    host->ns[i].initial.value)
			return &host->ns[i];
	}
	return &host->ns[0];
}

/* Nobody knows of a container whose files are applied to what, and when. */
static bool is_persisted(const struct repair *repair)
{
	if (offline_option(repair->options))
		return false;
	if (repair->options->persist != PERSIST_AUTO)
		return repair->options->persist == PERSIST_ALWAYS;
	return geteuid() == 0 && repair->before.host->drift;
}

/* What cannot be made to last is said, and keeps nothing else from it. */
static int skip_persist(struct repair *repair, struct err *why, struct err *err)
{
	struct fix_step step = { .kind = FIX_FILE, .key = "/etc/sysctl.d" };

	(void)snprintf(step.skipped, sizeof(step.skipped), "%s", why->what);
	if (!fix_steps_add(&repair->steps, &step))
		return err_set(err, -ENOMEM, "not enough memory for the plan");
	return 0;
}

static int plan_files(struct repair *repair, const struct fix_wish *wish,
                      struct err *err)
{
	struct fix_setting settings[SYSCTL_COUNT];
	const size_t n = fix_settings(wish, &repair->steps, lasting_ns(repair),
	                              settings);
	struct sysctl_files files = { 0 };
	struct err why = { 0 };
	int rc;

	rc = sysctl_files_read(repair->world.root_fd, &files, &why);
	if (!rc)
		rc = fix_persist(&files, settings, n, &repair->steps, &why);
	sysctl_files_free(&files);
	return rc ? skip_persist(repair, &why, err) : 0;
}

/* What is made elsewhere need not be possible here. */
static bool is_made_here(const struct repair *repair)
{
	return !repair->options->emit && !offline_option(repair->options);
}

static void permit(struct repair *repair)
{
	if (!is_made_here(repair))
		return;
	fix_permit(&repair->world, &repair->steps);
	fix_plan_settle(&repair->steps);
}

static int make_plan(struct repair *repair, struct err *err)
{
	const struct fix_wish wish = {
		.host = repair->before.host,
		.goal = &repair->options->goal,
		.findings = repair->before.report.findings,
		.n_findings = repair->before.report.n_findings,
		.policy = &repair->before.policy.policy,
		.pid = repair->options->pid,
	};
	int rc;

	rc = fix_plan(&wish, &repair->steps, err);
	if (!rc && is_made_here(repair))
		fix_plan_anchor(&repair->world, &repair->steps);
	if (!rc)
		permit(repair);
	if (!rc && is_persisted(repair)) {
		rc = plan_files(repair, &wish, err);
		permit(repair);
	}
	return rc;
}

/* --- showing it ------------------------------------------------------------
 */

static int show(struct repair *repair, struct judgement *judgement, int status,
                FILE *out, struct err *err)
{
	judgement->report.fix = &repair->fix;
	return judgement_show(judgement, status, out, err);
}

static int show_dry(struct repair *repair, int status, FILE *out,
                    struct err *err)
{
	struct judgement *judgement = &repair->before;

	if (repair->options->prove) {
		fix_assume(judgement->host, &repair->steps);
		repair->fix.assumed = true;
		report_done(&judgement->report);
		judgement_prove(judgement);
		status = judgement_rules(judgement, err);
		if (err->code)
			return status;
	} else {
		judgement->report.load_left_out = "--dry-run";
	}
	return show(repair, judgement, status, out, err);
}

/* The answer is no, or there was none. */
static int refuse(struct err *err)
{
	err_hint(err, "`kiloflow check` judges the host without a repair");
	return err_set(err, -ECANCELED, "nothing was changed%s",
	               stop_signal() ? ": interrupted"
	                             : ", as the answer was no");
}

static int agree(struct repair *repair, struct err *err)
{
	struct report *report = &repair->before.report;

	report->fix = &repair->fix;
	if (!repair->options->quiet || !repair->options->yes)
		show_fix(report, repair->options, stderr);
	if (repair->options->yes || ask("make these changes?"))
		return 0;
	return refuse(err);
}

/* --- making it -------------------------------------------------------------
 */

static bool is_stopped(void)
{
	return stop_signal() != 0;
}

static int write_journal(struct repair *repair, struct err *err)
{
	const struct goal *goal = &repair->options->goal;
	struct journal_entry *entry = &repair->entry;
	int rc;

	(void)snprintf(entry->what, sizeof(entry->what),
	               "%llu flows, burst %llu",
	               (unsigned long long)goal->flows,
	               (unsigned long long)goal->burst);
	(void)snprintf(entry->version, sizeof(entry->version), "%s",
	               KILOFLOW_VERSION);
	entry->steps = repair->steps;
	rc = journal_open(repair->options->journal, true, &repair->journal,
	                  err);
	if (!rc)
		rc = journal_write(&repair->journal, entry, err);
	repair->fix.undo_id = entry->id;
	return rc;
}

/* All of it was taken back: undo has nothing left to do. */
static int forget(struct repair *repair, struct err *err)
{
	const int rc = journal_remove(&repair->journal, repair->entry.id, err);

	repair->in_force = false;
	repair->fix.undo_id = 0;
	return rc;
}

static int take_back(struct repair *repair, struct err *err)
{
	const struct fix_undo undo = { 0 };
	const int rc =
		fix_take_back(&repair->world, &repair->steps, &undo, err);

	if (rc)
		err_hint(err, "`kiloflow undo` tries again");
	return rc ? rc : forget(repair, err);
}

static int make(struct repair *repair, struct err *err)
{
	bool back = false;
	int rc;

	rc = write_journal(repair, err);
	if (rc)
		return rc;
	rc = fix_apply(&repair->world, &repair->steps, is_stopped, &back, err);
	repair->in_force = !rc;
	if (!rc)
		return 0;
	if (back && !forget(repair, err) && rc == -EINTR)
		*err = (struct err){ 0 }; /* asked for: not an error */
	return rc;
}

/* --- judging again ---------------------------------------------------------
 */

/* The host is as it was, so what was found before it was touched is true. */
static int show_interrupted(struct repair *repair, FILE *out, struct err *err)
{
	const int status = 128 + stop_signal();

	repair->fix.state = REPORT_FIX_STOPPED;
	repair->before.report.load_left_out = "interrupted";
	return show(repair, &repair->before, status, out, err);
}

static int judge_again(struct repair *repair, struct err *err)
{
	const struct fix_place home = { 0 };
	struct judgement *after = &repair->after;
	int status;

	if (fix_world_enter(&repair->world, &home, err))
		return STATUS_UNKNOWN;
	judgement_begin(after, repair->options, repair->plan);
	after->began_ns = repair->before.began_ns;
	status = judgement_facts(after, err);
	if (status != STATUS_READY)
		return status;
	judgement_prove(after);
	return judgement_rules(after, err);
}

/* Whatever keeps the report from being made keeps the fix from staying. */
static int conclude(struct repair *repair, FILE *out, struct err *err)
{
	int status = judge_again(repair, err);

	if (!err->code) {
		repair->entry.complete = true;
		(void)journal_write(&repair->journal, &repair->entry, err);
	}
	if (err->code || stop_signal()) {
		struct err back_err = { 0 };

		/* what is left is more urgent than why it was taken back */
		if (take_back(repair, &back_err))
			*err = back_err;
	}
	if (err->code)
		return STATUS_NOT_FIXED;
	if (stop_signal())
		return show_interrupted(repair, out, err);
	repair->fix.state = REPORT_FIX_IN_FORCE;
	status = show(repair, &repair->after, status, out, err);
	return err->code ? STATUS_NOT_FIXED : status;
}

/* There is nothing to make; but what could not be made was asked for. */
static int conclude_idle(struct repair *repair, FILE *out, struct err *err)
{
	struct judgement *judgement = &repair->before;
	int status;

	report_done(&judgement->report);
	judgement_prove(judgement);
	status = judgement_rules(judgement, err);
	if (err->code)
		return STATUS_NOT_FIXED;
	if (status == STATUS_NOT_READY && repair->steps.n)
		status = STATUS_NOT_FIXED;
	return show(repair, judgement, status, out, err);
}

static int carry_out(struct repair *repair, int status, FILE *out,
                     struct err *err)
{
	const struct options *options = repair->options;

	if (options->emit) {
		options->emit->write(&repair->steps, out);
		return status;
	}
	if (options->dry_run)
		return show_dry(repair, status, out, err);
	if (!fix_steps_made(&repair->steps))
		return conclude_idle(repair, out, err);
	if (!agree(repair, err) && !make(repair, err))
		return conclude(repair, out, err);
	if (!err->code)
		return show_interrupted(repair, out, err);
	return stop_signal() ? 128 + stop_signal() : STATUS_NOT_FIXED;
}

static bool holds_listener(const struct host *host, pid_t pid)
{
	for (size_t i = 0; i < host->n_ns; i++) {
		const struct netns_facts *ns = &host->ns[i];

		for (size_t k = 0; k < ns->n_listeners; k++) {
			const struct listener *listener = &ns->listeners[k];

			for (size_t j = 0; j < listener->n_owners; j++) {
				if (listener->owners[j].pid == pid)
					return true;
			}
		}
	}
	return false;
}

/* As with --port: what is asked for must be there. */
static int check_pid(const struct repair *repair, struct err *err)
{
	const pid_t pid = repair->options->pid;

	if (!pid || holds_listener(repair->before.host, pid))
		return 0;
	err_hint(err, "see `kiloflow listeners`, as root for other users'");
	return err_set(err, -ESRCH,
	               "--pid: process %d holds no listener that can be seen",
	               (int)pid);
}

/* Return: the exit status. */
static int run(struct repair *repair, FILE *out, struct err *err)
{
	struct judgement *before = &repair->before;
	int status;

	judgement_begin(before, repair->options, repair->plan);
	status = judgement_facts(before, err);
	if (status != STATUS_READY)
		return status == STATUS_USAGE ? status : STATUS_NOT_FIXED;
	if (check_pid(repair, err))
		return STATUS_USAGE;
	before->report.load_left_out = "not before the repair";
	status = judgement_rules(before, err);
	if (err->code || make_plan(repair, err))
		return STATUS_NOT_FIXED;
	return carry_out(repair, status, out, err);
}

int fix_run(const struct options *options, const struct judge_plan *plan,
            FILE *out, struct err *err)
{
	struct repair *repair = calloc(1, sizeof(*repair));

	if (!repair) {
		(void)err_set(err, -ENOMEM, "not enough memory for a repair");
		return STATUS_NOT_FIXED;
	}
	repair->options = options;
	repair->plan = plan;
	repair->journal.dir_fd = repair->journal.lock_fd = -1;
	repair->fix.steps = &repair->steps;
	unsettled = repair;
	if (fix_world_open(&repair->world, err))
		return STATUS_NOT_FIXED;
	return run(repair, out, err);
}

int fix_settle(bool reported, int status, struct err *err)
{
	struct repair *repair = unsettled;

	if (!repair)
		return status;
	unsettled = NULL;
	if (repair->in_force && !reported) {
		status = STATUS_NOT_FIXED;
		if (!take_back(repair, err))
			(void)err_set(
				err, -EIO,
				"the fix was taken back, as nobody would have known of it");
	}
	journal_close(&repair->journal);
	judgement_done(&repair->before);
	judgement_done(&repair->after);
	fix_steps_free(&repair->steps);
	fix_world_close(&repair->world);
	free(repair);
	return status;
}
