/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * persist_trial - what comes of one file of ours: on a copy of the files, by
 * simulation. Pure.
 */
#ifndef KILOFLOW_CHECKER_FIX_PERSIST_TRIAL_H
#define KILOFLOW_CHECKER_FIX_PERSIST_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/fix/step.h"
#include "probes/sysctl_files.h"
#include "probes/sysctl_simulate.h"

struct err;

#define PERSIST_PATHS 4

/* In the order in which loaders read them: the last beats nearly all. */
extern const char *const persist_paths[PERSIST_PATHS];

/* What is asked, and what is there. */
struct persist_job {
	const struct sysctl_files *files;
	const struct fix_setting *settings;
	size_t n;
	char raised[SYSCTL_COUNT][64]; /* what to write of each, where that is
	                                  more than was asked; else "" */
	const struct sysctl_file *own[PERSIST_PATHS]; /* NULL: none of ours */
	bool movable[PERSIST_PATHS];                  /* ours, and may go */
	bool taken[PERSIST_PATHS];                    /* by somebody else */
	size_t first; /* that may be written; PERSIST_PATHS: none */
	struct sysctl_outcomes outcomes;
};

/* One file, as it could be. */
struct persist_trial {
	size_t path;
	bool merge;               /* movable ones go into it */
	bool write[SYSCTL_COUNT]; /* which of the settings */
	char *text;
	struct sysctl_files files; /* with it */
	struct sysctl_outcomes outcomes;
};

/**
 * persist_job_init - look who has which path
 * @job: its files, settings and n are set
 *
 * Return: 0 or -ENOMEM.
 */
int persist_job_init(struct persist_job *job, struct err *err);

/** persist_job_raise - write no less than either loader sets already */
void persist_job_raise(struct persist_job *job);

/** persist_n_wins - under how many loaders there is what was asked, or more */
unsigned int persist_n_wins(const struct fix_setting *setting,
                            const struct sysctl_outcomes *outcomes);

/** persist_wins - under @loader */
bool persist_wins(const struct fix_setting *setting,
                  const struct sysctl_outcomes *outcomes,
                  enum sysctl_loader loader);

/** persist_is_merged - the own file at @path becomes part of the trial's */
bool persist_is_merged(const struct persist_job *job,
                       const struct persist_trial *trial, size_t path);

/**
 * persist_try - write what does not last yet to one path
 * @ret: the better one of it and what the caller gives; NULL stands for the
 * files as they are
 *
 * A setting that wins under no loader is left out.
 *
 * Return: 0 or -ENOMEM.
 */
int persist_try(const struct persist_job *job, size_t path, bool merge,
                struct persist_trial **ret, struct err *err);

/** persist_trial_free - NULL is fine */
void persist_trial_free(struct persist_trial *trial);

#endif
