// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * persist - see persist.h.
 *
 * A path is taken only when with it more settings win than with what is
 * there: so what was made once is not made again.
 */
#include "checker/fix/persist.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/persist_obstacle.h"
#include "checker/fix/persist_trial.h"
#include "probes/base/err.h"
#include "probes/base/text.h"

static int no_memory(struct err *err)
{
	return err_set(err, -ENOMEM,
	               "cannot plan how the sysctls last: no memory");
}

static int unreadable(const struct sysctl_files *files, struct err *err)
{
	char path[sizeof(files->unread)];

	(void)text_escape(path, sizeof(path), files->unread,
	                  strlen(files->unread));
	err_set(err, -EPERM,
	        "cannot tell which sysctls the next boot sets: %s: %s", path,
	        err_name(files->unread_code));
	err_hint(err, "run kiloflow as root, or with --no-persist");
	return -EPERM;
}

/* ---- which path ---- */

static bool has_movable(const struct persist_job *job, size_t path)
{
	for (size_t i = 0; i < PERSIST_PATHS; i++) {
		if (i != path && job->movable[i])
			return true;
	}
	return false;
}

/* @ret: NULL when nothing is better than what is there */
static int find_best(const struct persist_job *job, struct persist_trial **ret,
                     struct err *err)
{
	int rc = 0;

	for (size_t i = job->first; !rc && i < PERSIST_PATHS; i++) {
		if (job->taken[i])
			continue;
		if (has_movable(job, i))
			rc = persist_try(job, i, true, ret, err);
		if (!rc)
			rc = persist_try(job, i, false, ret, err);
	}
	return rc;
}

/* Its files become those that are improved on. */
static void take(struct persist_trial *best, struct persist_job *job,
                 struct sysctl_files *after, bool written[static SYSCTL_COUNT])
{
	for (size_t i = 0; i < job->n; i++)
		written[i] |= best->write[i];
	sysctl_files_free(after);
	*after = best->files;
	best->files = (struct sysctl_files){ 0 };
	job->files = after;
}

/*
 * Until nothing is better. One round is enough but where one of the sysctls
 * decides whether the kernel takes another; each wins more than the last.
 *
 * @job: its files are as they are; left with those that will be
 * @after: where those are kept, when there are others
 */
static int improve(struct persist_job *job, struct sysctl_files *after,
                   bool written[static SYSCTL_COUNT], struct err *err)
{
	bool better;
	int rc;

	do {
		struct persist_trial *best = NULL;

		rc = persist_job_init(job, err);
		if (!rc)
			rc = find_best(job, &best, err);
		better = !rc && best;
		if (better)
			take(best, job, after, written);
		persist_trial_free(best);
	} while (better);
	return rc;
}

/* ---- what is written ---- */

static void add_answers(const struct fix_setting *setting,
                        struct fix_step *step)
{
	for (size_t i = 0; i < setting->n_answers; i++)
		fix_step_answer(step, setting->answers[i]);
}

static char *content_of(const struct sysctl_files *files, const char *path)
{
	for (size_t i = 0; i < files->n; i++) {
		if (!strcmp(files->list[i].path, path))
			return files->list[i].bytes;
	}
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* @gone: those that are removed; or else those that are written */
static int add_files(const struct sysctl_files *before,
                     const struct persist_job *job, const bool written[],
                     bool gone, struct fix_steps *steps)
{
	for (size_t p = 0; p < PERSIST_PATHS; p++) {
		struct fix_step step = {
			.kind = FIX_FILE,
			.from = content_of(before, persist_paths[p]),
			.to = content_of(job->files, persist_paths[p]),
		};

		if (!step.to != gone || same_text(step.from, step.to))
			continue;
		(void)snprintf(step.key, sizeof(step.key), "%s",
		               persist_paths[p]);
		for (size_t i = 0; i < job->n; i++) {
			if (written[i])
				add_answers(&job->settings[i], &step);
		}
		if (!fix_steps_add(steps, &step))
			return -ENOMEM;
	}
	return 0;
}

/* ---- what does not last ---- */

static int add_lost(const struct persist_job *job,
                    const struct fix_setting *setting, const char *under,
                    const char *obstacle, struct fix_steps *steps)
{
	const size_t path = job->first < PERSIST_PATHS ? job->first : 0;
	struct fix_step step = { .kind = FIX_FILE };
	char said[sizeof(step.skipped) * 2];

	(void)snprintf(step.key, sizeof(step.key), "%s", persist_paths[path]);
	(void)snprintf(said, sizeof(said), "%s = %s does not last%s: %s",
	               sysctl_desc(setting->id)->key, setting->value, under,
	               obstacle);
	(void)text_safe(step.skipped, sizeof(step.skipped), said, strlen(said));
	add_answers(setting, &step);
	return fix_steps_add(steps, &step) ? 0 : -ENOMEM;
}

static void say_why(const struct persist_job *job, enum sysctl_id id,
                    const struct sysctl_outcome outcomes[], char *buf,
                    size_t size)
{
	if (job->first < PERSIST_PATHS)
		persist_obstacle(id, outcomes, buf, size);
	else
		(void)snprintf(buf, size, "%s",
		               "this file is not kiloflow's, and other names "
		               "are taken too; rename or delete it");
}

/* Under one loader or both; twice, when another line is in each one's way. */
static int add_losers(const struct persist_job *job,
                      const struct fix_setting *setting,
                      struct fix_steps *steps)
{
	static const char *const under[SYSCTL_LOADER_COUNT] = {
		[SYSCTL_LOADER_SYSTEMD] = " under systemd-sysctl",
		[SYSCTL_LOADER_PROCPS] = " under `sysctl --system`",
	};
	const struct sysctl_outcomes *outcomes = &job->outcomes;
	char why[SYSCTL_LOADER_COUNT][256];
	int rc = 0;

	for (unsigned int i = 0; i < SYSCTL_LOADER_COUNT; i++)
		say_why(job, setting->id, outcomes->by[i], why[i],
		        sizeof(why[i]));
	if (!persist_n_wins(setting, outcomes) && !strcmp(why[0], why[1]))
		return add_lost(job, setting, "", why[0], steps);
	for (unsigned int i = 0; !rc && i < SYSCTL_LOADER_COUNT; i++) {
		if (!persist_wins(setting, outcomes, i))
			rc = add_lost(job, setting, under[i], why[i], steps);
	}
	return rc;
}

/* ---- all of it ---- */

/* The file that is written comes first: nothing is lost in between. */
static int add_steps(const struct sysctl_files *before,
                     const struct persist_job *job, const bool written[],
                     struct fix_steps *steps)
{
	int rc = add_files(before, job, written, false, steps);

	if (!rc)
		rc = add_files(before, job, written, true, steps);
	for (size_t i = 0; !rc && i < job->n; i++) {
		if (persist_n_wins(&job->settings[i], &job->outcomes) <
		    SYSCTL_LOADER_COUNT)
			rc = add_losers(job, &job->settings[i], steps);
	}
	return rc;
}

int fix_persist(struct sysctl_files *files, const struct fix_setting *settings,
                size_t n, struct fix_steps *steps, struct err *err)
{
	struct sysctl_files after = { 0 };
	bool written[SYSCTL_COUNT] = { false };
	struct persist_job *job;
	int rc;

	assert(n <= SYSCTL_COUNT);
	if (files->unread[0])
		return unreadable(files, err);
	job = calloc(1, sizeof(*job));
	if (!job)
		return no_memory(err);
	job->files = files;
	job->settings = settings;
	job->n = n;
	rc = persist_job_init(job, err);
	if (!rc) {
		persist_job_raise(job);
		rc = improve(job, &after, written, err);
	}
	if (!rc && add_steps(files, job, written, steps))
		rc = no_memory(err);
	if (!rc && job->files == &after) {
		sysctl_files_free(files);
		*files = after;
		after = (struct sysctl_files){ 0 };
	}
	sysctl_files_free(&after);
	free(job);
	return rc;
}
