// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_undo - takes the last fix back.
 *
 * Its entry leaves the journal only when nothing of the fix is left: whatever
 * keeps undo from that, running it again goes on.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checker/cli/judge.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/cli/stop.h"
#include "checker/cli/undo_text.h"
#include "checker/fix/journal.h"
#include "checker/fix/world.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/probe.h"
#include "probes/registry.h"

struct undoing {
	const struct options *options;
	uint64_t began_ns;
	struct journal journal;
	struct journal_entry entry; /* its id is 0: there is none */
	bool rebooted;
	FILE *text;             /* NULL: another format */
	struct fix_steps steps; /* for the report, which tells them backwards */
	struct undo_end end;
	bool no_memory;
};

static bool is_stopped(void)
{
	return stop_signal() != 0;
}

/* --- what became of a step --------------------------------------------- */

/* In a report it goes from what is to what was. */
static int report_step(struct undoing *undoing, const struct undo_step *it)
{
	struct fix_step *copy = fix_steps_add(&undoing->steps, it->step);
	const bool restored = it->undone == FIX_UNDONE_RESTORED;

	if (!copy)
		return -ENOMEM;
	free(copy->to);
	copy->to = copy->from;
	copy->from = it->now ? strdup(it->now) : NULL;
	if (restored)
		(void)snprintf(copy->risk, sizeof(copy->risk), "%s", it->why);
	else
		(void)snprintf(copy->skipped, sizeof(copy->skipped), "%s",
		               it->why);
	return it->now && !copy->from ? -ENOMEM : 0;
}

static const char *words(const struct undoing *undoing, enum fix_undone undone,
                         const char *why)
{
	if (undone == FIX_UNDONE_ALREADY)
		return "is as it was";
	if (undone == FIX_UNDONE_GONE)
		return undoing->rebooted ? "has ended with the last boot"
		                         : "has ended";
	return why;
}

static void tell(void *to, const struct fix_step *step, enum fix_undone undone,
                 const char *now, const char *why)
{
	struct undoing *undoing = to;
	const struct undo_step it = {
		.step = step,
		.undone = undone,
		.now = now,
		.why = words(undoing, undone, why),
	};

	undoing->end.n_left--;
	undoing->end.n_refused += undone == FIX_UNDONE_REFUSED;
	undoing->end.n_failed += undone == FIX_UNDONE_FAILED;
	if (undoing->text)
		undo_text_step(&it, undoing->text);
	else if (report_step(undoing, &it))
		undoing->no_memory = true;
}

/* --- taking it back ---------------------------------------------------- */

static int read_newest(struct undoing *undoing, unsigned int id,
                       struct err *err)
{
	char boot_id[JOURNAL_BOOT_ID_SIZE];
	int rc;

	rc = journal_read(&undoing->journal, id, &undoing->entry, err);
	if (rc)
		err_hint(
			err,
			"no fix before it is taken back as long as the file is there");
	else
		rc = journal_boot_id(boot_id, err);
	if (rc)
		return rc;
	undoing->rebooted = strcmp(boot_id, undoing->entry.boot_id) != 0;
	undoing->end.id = id;
	undoing->end.n_left = undoing->entry.steps.n;
	return 0;
}

static int find_newest(struct undoing *undoing, struct err *err)
{
	unsigned int *ids;
	size_t n;
	int rc;

	rc = journal_ids(&undoing->journal, &ids, &n, err);
	if (!rc && n)
		rc = read_newest(undoing, ids[n - 1], err);
	undoing->end.n_earlier = n ? n - 1 : 0;
	free(ids);
	return rc;
}

/* Only to find that there is nothing, no directory is made. */
static int open_journal(struct undoing *undoing, struct err *err)
{
	const char *path = undoing->options->journal;
	unsigned int *ids;
	size_t n;
	int rc;

	rc = journal_open(path, false, &undoing->journal, err);
	if (rc)
		return rc;
	rc = journal_ids(&undoing->journal, &ids, &n, err);
	free(ids);
	if (rc || !n)
		return rc;
	journal_close(&undoing->journal);
	return journal_open(path, true, &undoing->journal, err);
}

/* Where that is unknown, it is taken to be here. */
static bool is_elsewhere(const struct journal_entry *entry)
{
	return entry->pid_ns && entry->pid_ns != journal_pid_ns();
}

static int take_steps_back(struct undoing *undoing, struct err *err)
{
	const struct fix_undo undo = {
		.force = undoing->options->undo_force,
		.files_only = undoing->rebooted,
		.elsewhere = is_elsewhere(&undoing->entry),
		.stopped = is_stopped,
		.tell = tell,
		.to = undoing,
	};
	struct fix_world world;
	int rc;

	rc = fix_world_open(&world, err);
	if (rc)
		return rc;
	/* What is not as it was is told, step by step. */
	rc = fix_take_back(&world, &undoing->entry.steps, &undo, NULL);
	fix_world_close(&world);
	if (rc == -EINTR)
		undoing->end.signal = stop_signal();
	return rc;
}

static int forget(struct undoing *undoing, struct err *err)
{
	const int rc =
		journal_remove(&undoing->journal, undoing->entry.id, err);

	if (rc)
		err_hint(err,
		         "all is restored; only the file could not be removed");
	return rc;
}

/* Return: the exit status; @err is set when there is nothing to report. */
static int undo(struct undoing *undoing, struct err *err)
{
	int rc;

	rc = open_journal(undoing, err);
	if (!rc)
		rc = find_newest(undoing, err);
	if (rc)
		return STATUS_NOT_FIXED;
	if (!undoing->entry.id)
		return STATUS_READY;
	if (undoing->text)
		undo_text_begin(&undoing->entry, undoing->text);
	rc = take_steps_back(undoing, err);
	if (!rc)
		rc = forget(undoing, err);
	if (undoing->end.signal)
		return 128 + undoing->end.signal;
	return rc ? STATUS_NOT_FIXED : STATUS_READY;
}

/* --- showing it -------------------------------------------------------- */

static int show_format(const struct undoing *undoing, struct host *host,
                       int status, FILE *out, struct err *err)
{
	const struct probe_env env = { .root_fd = -1 };
	const struct report_fix fix = {
		.steps = &undoing->steps,
		.state = REPORT_FIX_TAKEN_BACK,
		.undo_id = undoing->end.id,
	};
	const struct report report = {
		.command = undoing->options->command->name,
		.host = host,
		.fix = undoing->end.id ? &fix : NULL,
		.exit_code = status,
		.elapsed_ns = judge_now_ns() - undoing->began_ns,
	};

	if (!host || undoing->no_memory)
		return err_set(err, -ENOMEM,
		               "not enough memory for the report");
	/* its name, which needs no file */
	(void)probe_system.run(&env, host, NULL, NULL);
	return show_report(&report, undoing->options, out, err);
}

static int show(const struct undoing *undoing, int status, FILE *out,
                struct err *err)
{
	struct host *host;
	int rc;

	if (undoing->text) {
		if (undoing->end.id)
			undo_text_end(&undoing->end, out);
		else
			undo_text_none(out);
		return status;
	}
	host = host_new(0);
	rc = show_format(undoing, host, status, out, err);
	host_free(host);
	return rc ? STATUS_UNKNOWN : status;
}

/* --- the list ---------------------------------------------------------- */

/* Return: may it be read? */
static bool list_one(const struct journal *journal, unsigned int id,
                     const char *boot_id, FILE *out)
{
	struct journal_entry entry;
	struct err why = { 0 };
	const int rc = journal_read(journal, id, &entry, &why);

	undo_text_row(&entry, strcmp(boot_id, entry.boot_id) != 0,
	              rc ? &why : NULL, out);
	journal_entry_free(&entry);
	return !rc;
}

static int list_all(const struct journal *journal, FILE *out, struct err *err)
{
	char boot_id[JOURNAL_BOOT_ID_SIZE];
	int status = STATUS_READY;
	unsigned int *ids;
	size_t n;

	if (journal_boot_id(boot_id, err) ||
	    journal_ids(journal, &ids, &n, err))
		return STATUS_UNKNOWN;
	if (!n)
		undo_text_none(out);
	while (n-- > 0) {
		if (!list_one(journal, ids[n], boot_id, out))
			status = STATUS_UNKNOWN;
	}
	free(ids);
	return status;
}

static int list(const struct options *options, FILE *out, struct err *err)
{
	struct journal journal;
	int status;

	if (journal_open(options->journal, false, &journal, err))
		return STATUS_UNKNOWN;
	status = list_all(&journal, out, err);
	journal_close(&journal);
	return status;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct undoing undoing = {
		.options = options,
		.began_ns = judge_now_ns(),
		.journal = { .dir_fd = -1, .lock_fd = -1 },
		.text = options->format == &report_text ? out : NULL,
	};
	int status;

	if (options->undo_list)
		return list(options, out, err);
	status = undo(&undoing, err);
	if (!err->code)
		status = show(&undoing, status, out, err);
	journal_close(&undoing.journal);
	journal_entry_free(&undoing.entry);
	fix_steps_free(&undoing.steps);
	return status;
}

const struct command command_undo = {
	.name = "undo",
	.what = "take the last fix back",
	.help = "Restores what the last `kiloflow check --fix` changed, step by step in reverse: sysctls, limits of listeners and processes, files of sysctl.d. What somebody has changed since is left as it is, unless --force is given; a process, listener or namespace that has ended needs nothing; from another PID namespace than the fix was made in that cannot be told, and what is not found there is a failure. After a reboot only files are left to be restored.\n\n"
		"Run again, it takes the fix before that back. A fix that was killed half-way is taken back like any other, and an undo that was interrupted is finished by the next one.",
	.run = run,
};
