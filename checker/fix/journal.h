/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal - what a fix is about to change, on disk before the first change.
 *
 * One file a fix, "fix-0001.json" and so on, in one directory. It is written
 * whole (temporary file, fsync, rename, fsync of the directory) before the
 * first step, once more when the fix is complete, and removed when it has been
 * taken back. No progress is kept in it: whether a step was made, its present
 * value tells. So whatever is killed when, the file and the host together are
 * enough.
 *
 * Nothing in it is trusted that another user could have written: directory and
 * files must belong to the caller and be writable by nobody else.
 */
#ifndef KILOFLOW_CHECKER_FIX_JOURNAL_H
#define KILOFLOW_CHECKER_FIX_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/fix/step.h"

struct err;

#define JOURNAL_BOOT_ID_SIZE 37

struct journal {
	int dir_fd;  /* -1: closed, or there is none */
	int lock_fd; /* held; -1: not */
	char path[256];
};

/* One fix. */
struct journal_entry {
	unsigned int id; /* from 1; 0: not written yet */
	char boot_id[JOURNAL_BOOT_ID_SIZE];
	uint64_t made_at_ns; /* CLOCK_REALTIME */
	uint64_t pid_ns;     /* inode of the PID namespace; 0: unknown */
	char version[32];    /* of the kiloflow that wrote it */
	char what[256];      /* the goal in words: "1000 flows, burst 1000" */
	bool complete;       /* false: it was interrupted half-way */
	struct fix_steps steps;
};

/**
 * journal_open - the directory, made if need be, and its lock
 * @path: NULL: /var/lib/kiloflow for root, else $XDG_STATE_HOME/kiloflow or
 * $HOME/.local/state/kiloflow
 * @write: false: to look only: no lock is taken and nothing is made; a
 * directory that is not there is an empty one
 *
 * Return: 0; -EBUSY when another fix or undo is under way, whose pid is
 * named; -EPERM when the directory is not the caller's alone; -ENOSPC,
 * -EROFS, ... @ret is closed then.
 */
int journal_open(const char *path, bool write, struct journal *ret,
                 struct err *err);

/** journal_close - gives the lock back */
void journal_close(struct journal *journal);

/**
 * journal_write - put @entry on disk, or replace what is there
 * @entry: its id, boot_id, pid_ns, made_at_ns and version are set when they
 * are not yet
 *
 * Skipped steps are not written, nor what only the plan has to say of a step:
 * its risk, what makes it last, which findings it answers. An entry that
 * journal_read() would refuse is refused here, before anything depends on it.
 * When this returns 0 the entry survives a loss of power.
 *
 * Return: 0; negative errno, and then a new entry is not there. One that is to
 * be replaced is there, as it was or as it should be.
 */
int journal_write(struct journal *journal, struct journal_entry *entry,
                  struct err *err);

/**
 * journal_ids - the numbers of all that is there, ascending
 * @ret: allocated; the caller frees it
 *
 * Return: 0; negative errno.
 */
int journal_ids(const struct journal *journal, unsigned int **ret,
                size_t *ret_n, struct err *err);

/**
 * journal_read - read one
 * @ret: journal_entry_free() it, on failure too
 *
 * Return: 0; -ENOENT; -EPERM when it is not the caller's alone, or no regular
 * file; -EFBIG; -EINVAL when it makes no sense, with its place;
 * -EPROTONOSUPPORT of a newer version.
 */
int journal_read(const struct journal *journal, unsigned int id,
                 struct journal_entry *ret, struct err *err);

/** journal_remove - that fix is taken back. Return: 0; negative errno */
int journal_remove(struct journal *journal, unsigned int id, struct err *err);

/** journal_entry_free - free what it holds */
void journal_entry_free(struct journal_entry *entry);

/**
 * journal_boot_id - that of the running kernel: of an entry with another one
 * only files are left
 */
int journal_boot_id(char ret[static JOURNAL_BOOT_ID_SIZE], struct err *err);

/**
 * journal_pid_ns - inode of the caller's PID namespace: of an entry made in
 * another one it cannot be told here what has ended
 *
 * Return: 0 when it is unknown.
 */
uint64_t journal_pid_ns(void);

/* An entry is not longer. */
#define JOURNAL_ENTRY_BYTES_MAX (4U << 20)

/**
 * journal_parse - an entry from its JSON text. Pure.
 * @name: of the file, for messages; safe to show
 * @ret: as in journal_read()
 */
int journal_parse(const char *bytes, size_t len, const char *name,
                  struct journal_entry *ret, struct err *err);

/** journal_format - its JSON text; allocated, NULL: no memory. Pure. */
char *journal_format(const struct journal_entry *entry);

#endif
