/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drift - how the sysctls that are in force now differ from those that the
 * next boot will bring.
 *
 * Only for the host's own network namespace: nothing sets a container's
 * sysctls from the host's files.
 */
#ifndef KILOFLOW_PROBES_DRIFT_H
#define KILOFLOW_PROBES_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/facts.h"
#include "probes/sysctl_files.h"
#include "probes/sysctl_simulate.h"

struct err;

struct drift_line {
	char path[SYSCTL_FILES_PATH_SIZE]; /* any bytes */
	unsigned int number;
};

struct drift_value {
	unsigned int n; /* how many numbers are known, the first ones */
	int64_t v[3];
	char text[64]; /* as sysctl(8) would be given it; cut when longer */
};

/* Against what is in force now. */
enum drift_now {
	DRIFT_NOW_UNKNOWN, /* that could not be read */
	DRIFT_NOW_SAME,
	DRIFT_NOW_OTHER,
};

/* What one loader does to one sysctl. */
struct drift_set {
	bool set; /* false: value, line and now mean nothing */
	struct drift_value value;
	struct drift_line line; /* that wins */
	enum drift_now now;
	bool lost; /* an assignment is without effect: the first of those that
	              surprise the most */
	struct drift_line lost_line;
	enum sysctl_lost lost_why;
};

struct drift_key {
	char now[64]; /* what is in force, as drift_value's text; or "" */
	struct drift_set by[SYSCTL_LOADER_COUNT];
	bool loaders_differ;        /* they leave different values */
	bool kept;                  /* the value in force may be a default, or
	                               the kernel's command line sets it */
	bool default_known;         /* what it is when nobody sets it */
	struct drift_value initial; /* that */
};

struct drift {
	enum sysctl_loader boot;             /* that this host boots with */
	char unread[SYSCTL_FILES_PATH_SIZE]; /* a file that could not be read,
	                                        or "": with one, nothing below
	                                        is certain */
	enum fact_state unread_state;        /* why */
	struct drift_key key[SYSCTL_COUNT];
};

/* All that is to be known of one sysctl. */
struct drift_seen {
	const struct sysctl_outcome *by[SYSCTL_LOADER_COUNT];
	const struct sysctl_fact *fact; /* in force now */
	const char *bytes; /* @len bytes of its file; NULL: not read */
	size_t len;
	const char *release; /* the kernel's */
	bool on_cmdline;
};

/** drift_compare - what is to be said of one sysctl. Pure. */
void drift_compare(enum sysctl_id id, const struct drift_seen *seen,
                   struct drift_key *ret);

/**
 * drift_on_cmdline - does the kernel's command line set @key? Pure.
 * @cmdline: @len bytes of /proc/cmdline
 *
 * "sysctl.net.core.somaxconn=1024", since 5.8 (fs/proc/proc_sysctl.c).
 */
bool drift_on_cmdline(const char *cmdline, size_t len, const char *key);

/* Where the files are, and what is in force. */
struct drift_source {
	int root_fd; /* directory that stands for "/" */
	bool image;  /* its /run is not that of a running host */
	/* What a sysctl's file holds now; as sysctl_read_bytes(). */
	int (*read)(void *from, enum sysctl_id id, char **ret, size_t *ret_len);
	void *from;
};

/**
 * drift_read - read the sysctl files and compare
 * @host, @ns: with their sysctls read
 * @ret: the caller frees it; NULL when @ns is not the host's own, or this is
 * a container, whose files nobody applies at boot
 *
 * Return: 0 or -ENOMEM.
 */
int drift_read(const struct drift_source *source, const struct host *host,
               const struct netns_facts *ns, struct drift **ret,
               struct err *err);

#endif
