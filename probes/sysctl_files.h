/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl_files - the files from which sysctls are set at boot, and who sets
 * them. What comes of it is sysctl_simulate.h.
 */
#ifndef KILOFLOW_PROBES_SYSCTL_FILES_H
#define KILOFLOW_PROBES_SYSCTL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "probes/sysctl_conf.h"

struct err;

#define SYSCTL_FILES_CONF "/etc/sysctl.conf"

/* The longest path: a directory and a name of 255 bytes. */
#define SYSCTL_FILES_PATH_SIZE 288

struct sysctl_file {
	char *path;        /* "/etc/sysctl.d/10-x.conf"; any bytes */
	const char *name;  /* its last component */
	unsigned int rank; /* of its directory: a lower one masks a higher */
	char *bytes;       /* "" for what a loader can open and not read */
	size_t len;
	dev_t dev; /* of the file in the end; 0: it was never one */
	ino_t ino;
};

/* All zero: none. By rank, then name; SYSCTL_FILES_CONF is the last. */
struct sysctl_files {
	struct sysctl_file *list;
	size_t n, max;
	char unread[SYSCTL_FILES_PATH_SIZE]; /* the first that this process
	                                        may not read, or "" */
	int unread_code;                     /* why: negative errno */
};

/**
 * sysctl_files_read - read every file that a loader may look at, those too
 * that are masked by another of the same name
 * @root_fd: directory that stands for "/"; symbolic links stay below it
 * @ret: the caller passes it to sysctl_files_free(), on failure too
 *
 * What is not there is no error. A file that a loader would read and this
 * process cannot is named in @ret.
 *
 * Return: 0 or -ENOMEM.
 */
int sysctl_files_read(int root_fd, struct sysctl_files *ret, struct err *err);

/**
 * sysctl_files_put - add a file, or replace it: as if it were there. Pure.
 * @path: in a directory that the loaders read; or SYSCTL_FILES_CONF
 * @bytes: @len bytes, copied
 *
 * Return: 0; -EINVAL when no loader would read that path; -ENOMEM.
 */
int sysctl_files_put(struct sysctl_files *files, const char *path,
                     const char *bytes, size_t len, struct err *err);

/** sysctl_files_free - free what @files holds */
void sysctl_files_free(struct sysctl_files *files);

/* What tells which loader a host boots with. */
struct sysctl_boot {
	bool unit;    /* systemd-sysctl.service is installed */
	bool masked;  /* and its name is linked to /dev/null, or empty */
	bool run;     /* there is a /run: the host is up, no image of one */
	bool systemd; /* /run/systemd/system: it was booted with systemd */
};

/** sysctl_boot_read - look for it below @root_fd */
struct sysctl_boot sysctl_boot_read(int root_fd);

/**
 * sysctl_boot_loader - which loader sets the sysctls at boot. Pure.
 *
 * systemd-sysctl where systemd runs it, or would in an image that has it;
 * otherwise `sysctl --system`, which the init scripts of other systems run.
 */
enum sysctl_loader sysctl_boot_loader(const struct sysctl_boot *boot);

#endif
