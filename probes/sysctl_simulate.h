/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl_simulate - what a loader sets from the sysctl files, and which line
 * of them wins. Pure.
 *
 * To learn what one more file would do, sysctl_files_put() it and simulate
 * again: when another line than one of its own wins, that one stands in the
 * way.
 */
#ifndef KILOFLOW_PROBES_SYSCTL_SIMULATE_H
#define KILOFLOW_PROBES_SYSCTL_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/sysctl_conf.h"
#include "probes/sysctl_files.h"
#include "probes/sysctl_table.h"
#include "probes/sysctl_value.h"

struct err;

struct sysctl_line {
	const struct sysctl_file *file;
	unsigned int number; /* from 1 */
};

/* Why an assignment is without effect; the last of them surprise the most. */
enum sysctl_lost {
	SYSCTL_LOST_LATER,    /* a later line sets the key too */
	SYSCTL_LOST_EXPLICIT, /* a glob: another line names the key itself */
	SYSCTL_LOST_EXCLUDED, /* a "-key" line takes the key out */
	SYSCTL_LOST_REFUSED,  /* the kernel does not take that value */
	SYSCTL_LOST_MASKED,   /* its file: one of the same name is read */
	SYSCTL_LOST_NOT_READ, /* its file: this loader does not read it */
};

struct sysctl_loser {
	struct sysctl_line line;
	enum sysctl_lost why;
};

#define SYSCTL_LOSERS_MAX 8

/* What becomes of one sysctl. */
struct sysctl_outcome {
	bool set;                   /* false: no line sets it */
	struct sysctl_value value;  /* borrows from the files */
	struct sysctl_line line;    /* that wins */
	struct sysctl_line without; /* a "-key" line in force; file NULL: none.
	                               When no line sets it, that is why */
	struct sysctl_loser losers[SYSCTL_LOSERS_MAX];
	size_t n_losers; /* may be more than are in the list */
};

/**
 * sysctl_simulate - run a loader over @files
 * @wanted: @n rows: of sysctl_table.h, or others made like those. A key with
 * a dot in a component is given with slashes
 * @ret: @n outcomes; valid as long as @files is not changed
 *
 * The kernel starts with its defaults, which are not known here: after a
 * write of fewer numbers than a sysctl has, the others are unknown.
 *
 * Return: 0 or -ENOMEM.
 */
int sysctl_simulate(const struct sysctl_files *files, enum sysctl_loader loader,
                    const struct sysctl_desc *const wanted[], size_t n,
                    struct sysctl_outcome ret[], struct err *err);

/* What becomes of every sysctl of sysctl_table.h, by each loader. */
struct sysctl_outcomes {
	struct sysctl_outcome by[SYSCTL_LOADER_COUNT][SYSCTL_COUNT];
};

/** sysctl_simulate_all - run both loaders. Return: 0 or -ENOMEM */
int sysctl_simulate_all(const struct sysctl_files *files,
                        struct sysctl_outcomes *ret, struct err *err);

#endif
