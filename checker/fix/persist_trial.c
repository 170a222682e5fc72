// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * persist_trial - see persist_trial.h.
 *
 * An older file of ours only ever moves to a later name: what it won, it wins
 * there too. Where that would bring back a setting that lost by now, it stays.
 */
#include "checker/fix/persist_trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/persist.h"
#include "checker/fix/persist_text.h"
#include "probes/base/err.h"

const char *const persist_paths[PERSIST_PATHS] = {
	FIX_PERSIST_PATH,
	"/etc/sysctl.d/99-zz-kiloflow.conf",
	"/etc/sysctl.d/zz-kiloflow.conf",
	"/etc/sysctl.d/zzzz-kiloflow.conf",
};

static int no_memory(struct err *err)
{
	return err_set(err, -ENOMEM,
	               "cannot plan how the sysctls last: no memory");
}

/* ---- who wins ---- */

/* Return: false when the kernel would not take it. */
static bool value_of(const struct fix_setting *setting,
                     struct sysctl_value *ret)
{
	const char *text = setting->value;

	*ret = (struct sysctl_value){ 0 };
	return !strpbrk(text, "\r\n") &&
	       sysctl_value_write(sysctl_desc(setting->id),
	                          span_of(text, strlen(text)), ret);
}

bool persist_wins(const struct fix_setting *setting,
                  const struct sysctl_outcomes *outcomes,
                  enum sysctl_loader loader)
{
	const struct sysctl_desc *desc = sysctl_desc(setting->id);
	const struct sysctl_outcome *outcome =
		&outcomes->by[loader][setting->id];
	struct sysctl_value asked;
	struct sysctl_value more;

	if (!outcome->set || !value_of(setting, &asked) ||
	    outcome->value.n != asked.n)
		return false;
	more = sysctl_value_more(desc, &outcome->value, &asked);
	return sysctl_value_equal(desc, &more, &outcome->value);
}

unsigned int persist_n_wins(const struct fix_setting *setting,
                            const struct sysctl_outcomes *outcomes)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < SYSCTL_LOADER_COUNT; i++)
		n += persist_wins(setting, outcomes, i);
	return n;
}

/* Settings that win. */
struct score {
	size_t both, any; /* loaders */
};

static struct score score_of(const struct persist_job *job,
                             const struct sysctl_outcomes *outcomes)
{
	struct score score = { 0 };

	for (size_t i = 0; i < job->n; i++) {
		const unsigned int n =
			persist_n_wins(&job->settings[i], outcomes);

		score.both += n == SYSCTL_LOADER_COUNT;
		score.any += n > 0;
	}
	return score;
}

static bool is_better(struct score a, struct score b)
{
	return a.both > b.both || (a.both == b.both && a.any > b.any);
}

static bool is_setting(const struct persist_job *job, enum sysctl_id id)
{
	for (size_t i = 0; i < job->n; i++) {
		if (job->settings[i].id == id)
			return true;
	}
	return false;
}

static bool same_outcome(enum sysctl_id id, const struct sysctl_outcome *a,
                         const struct sysctl_outcome *b)
{
	return a->set == b->set &&
	       (!a->set ||
	        sysctl_value_equal(sysctl_desc(id), &a->value, &b->value));
}

/*
 * A loader would leave less than without it, or the kernel's default: when
 * the kernel refuses our line, that it comes after another's does not help.
 */
static bool is_worse(const struct persist_job *job,
                     const struct persist_trial *trial, enum sysctl_id id)
{
	const struct sysctl_desc *desc = sysctl_desc(id);

	for (unsigned int i = 0; i < SYSCTL_LOADER_COUNT; i++) {
		const struct sysctl_outcome *was = &job->outcomes.by[i][id];
		const struct sysctl_outcome *is = &trial->outcomes.by[i][id];
		const struct sysctl_value more =
			sysctl_value_more(desc, &was->value, &is->value);

		if (was->set &&
		    (!is->set || !sysctl_value_equal(desc, &more, &is->value)))
			return true;
	}
	return false;
}

static bool is_changed(const struct persist_job *job,
                       const struct persist_trial *trial, enum sysctl_id id)
{
	for (unsigned int i = 0; i < SYSCTL_LOADER_COUNT; i++) {
		if (!same_outcome(id, &job->outcomes.by[i][id],
		                  &trial->outcomes.by[i][id]))
			return true;
	}
	return false;
}

/*
 * A line of ours that had lost to another file may win at a later name; a
 * range of ports may make the kernel refuse what another file sets.
 */
static bool does_harm(const struct persist_job *job,
                      const struct persist_trial *trial)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (is_setting(job, id) ? is_worse(job, trial, id)
		                        : is_changed(job, trial, id))
			return true;
	}
	return false;
}

/* ---- which files are whose ---- */

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void look_at_path(struct persist_job *job, size_t path)
{
	size_t n_named = 0;

	job->own[path] = NULL;
	for (size_t i = 0; i < job->files->n; i++) {
		const struct sysctl_file *file = &job->files->list[i];

		if (strcmp(file->name, name_of(persist_paths[path])))
			continue;
		n_named++;
		if (!strcmp(file->path, persist_paths[path]) &&
		    persist_text_is_ours(file->bytes, file->len))
			job->own[path] = file;
	}
	job->taken[path] = n_named && !job->own[path];
	/* one that hides another of its name has to stay */
	job->movable[path] = job->own[path] && n_named == 1 &&
	                     persist_text_is_plain(job->own[path]->bytes);
}

int persist_job_init(struct persist_job *job, struct err *err)
{
	job->first = 0;
	for (size_t i = 0; i < PERSIST_PATHS; i++) {
		look_at_path(job, i);
		if (job->own[i])
			job->first = i;
	}
	while (job->first < PERSIST_PATHS && job->taken[job->first])
		job->first++;
	return sysctl_simulate_all(job->files, &job->outcomes, err);
}

static void raise_one(struct persist_job *job, size_t i)
{
	const struct fix_setting *setting = &job->settings[i];
	const struct sysctl_desc *desc = sysctl_desc(setting->id);
	struct sysctl_value asked;
	struct sysctl_value more;

	if (!value_of(setting, &asked))
		return;
	more = asked;
	for (unsigned int l = 0; l < SYSCTL_LOADER_COUNT; l++) {
		const struct sysctl_outcome *outcome =
			&job->outcomes.by[l][setting->id];

		if (outcome->set && outcome->value.n == more.n)
			more = sysctl_value_more(desc, &outcome->value, &more);
	}
	if (!sysctl_value_equal(desc, &more, &asked))
		sysctl_value_format(desc, &more, job->raised[i],
		                    sizeof(job->raised[i]));
}

void persist_job_raise(struct persist_job *job)
{
	for (size_t i = 0; i < job->n; i++)
		raise_one(job, i);
}

/* ---- trying a path ---- */

void persist_trial_free(struct persist_trial *trial)
{
	if (!trial)
		return;
	free(trial->text);
	sysctl_files_free(&trial->files);
	free(trial);
}

bool persist_is_merged(const struct persist_job *job,
                       const struct persist_trial *trial, size_t i)
{
	return i == trial->path ? job->own[i] != NULL
	                        : trial->merge && job->movable[i];
}

/* Return: 0 or -ENOMEM. */
static int make_text(const struct persist_job *job, struct persist_trial *trial)
{
	int rc = 0;

	free(trial->text);
	trial->text = NULL;
	for (size_t i = 0; !rc && i < PERSIST_PATHS; i++) {
		if (!persist_is_merged(job, trial, i))
			continue;
		if (trial->text)
			rc = persist_text_join(&trial->text,
			                       job->own[i]->bytes);
		else if (!(trial->text = strdup(job->own[i]->bytes)))
			rc = -ENOMEM;
	}
	if (!trial->text && !(trial->text = strdup(persist_head)))
		rc = -ENOMEM;
	for (size_t i = 0; !rc && i < job->n; i++) {
		if (trial->write[i])
			rc = persist_text_set(&trial->text,
			                      sysctl_desc(job->settings[i].id),
			                      job->raised[i][0]
			                              ? job->raised[i]
			                              : job->settings[i].value);
	}
	return rc;
}

static bool is_replaced(const struct persist_job *job,
                        const struct persist_trial *trial,
                        const struct sysctl_file *file)
{
	for (size_t i = 0; i < PERSIST_PATHS; i++) {
		if (file == job->own[i] && persist_is_merged(job, trial, i))
			return true;
	}
	return false;
}

static int make_files(const struct persist_job *job,
                      struct persist_trial *trial, struct err *err)
{
	int rc = 0;

	sysctl_files_free(&trial->files);
	for (size_t i = 0; !rc && i < job->files->n; i++) {
		const struct sysctl_file *file = &job->files->list[i];

		if (!is_replaced(job, trial, file))
			rc = sysctl_files_put(&trial->files, file->path,
			                      file->bytes, file->len, err);
	}
	if (!rc)
		rc = sysctl_files_put(&trial->files, persist_paths[trial->path],
		                      trial->text, strlen(trial->text), err);
	return rc;
}

/* A line that wins nowhere is none to write: at boot it may be an error. */
static bool give_up_hopeless(const struct persist_job *job,
                             struct persist_trial *trial)
{
	bool any = false;

	for (size_t i = 0; i < job->n; i++) {
		const struct fix_setting *setting = &job->settings[i];

		if (trial->write[i] &&
		    (!persist_n_wins(setting, &trial->outcomes) ||
		     is_worse(job, trial, setting->id))) {
			trial->write[i] = false;
			any = true;
		}
	}
	return any;
}

static int run_trial(const struct persist_job *job, struct persist_trial *trial,
                     struct err *err)
{
	struct sysctl_value value;
	int rc;

	for (size_t i = 0; i < job->n; i++)
		trial->write[i] =
			persist_n_wins(&job->settings[i], &job->outcomes) <
				SYSCTL_LOADER_COUNT &&
			value_of(&job->settings[i], &value);
	do {
		rc = make_text(job, trial);
		if (rc)
			return no_memory(err);
		rc = make_files(job, trial, err);
		if (!rc)
			rc = sysctl_simulate_all(&trial->files,
			                         &trial->outcomes, err);
	} while (!rc && give_up_hopeless(job, trial));
	return rc;
}

int persist_try(const struct persist_job *job, size_t path, bool merge,
                struct persist_trial **ret, struct err *err)
{
	const struct score before =
		score_of(job, *ret ? &(*ret)->outcomes : &job->outcomes);
	struct persist_trial *trial = calloc(1, sizeof(*trial));
	int rc;

	if (!trial)
		return no_memory(err);
	trial->path = path;
	trial->merge = merge;
	rc = run_trial(job, trial, err);
	if (!rc && is_better(score_of(job, &trial->outcomes), before) &&
	    !does_harm(job, trial)) {
		persist_trial_free(*ret);
		*ret = trial;
		return 0;
	}
	persist_trial_free(trial);
	return rc;
}
