/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl_conf - the syntax of sysctl.d files, as each loader reads it. Pure.
 *
 * The two that a host may have agree on ordinary files and on little else:
 * where a line ends, what a blank is, and which keys are the same.
 * systemd-sysctl is that of systemd 252 (src/sysctl/sysctl.c), sysctl(8) that
 * of procps 4.0.2 (src/sysctl.c).
 */
#ifndef KILOFLOW_PROBES_SYSCTL_CONF_H
#define KILOFLOW_PROBES_SYSCTL_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/span.h"

enum sysctl_loader {
	SYSCTL_LOADER_SYSTEMD, /* systemd-sysctl */
	SYSCTL_LOADER_PROCPS,  /* sysctl --system */
	SYSCTL_LOADER_COUNT
};

/** sysctl_loader_name - "systemd-sysctl", "sysctl --system" */
const char *sysctl_loader_name(enum sysctl_loader loader);

/* All that is left of a file, from its first line on. */
struct sysctl_conf_reader {
	struct span rest;
	unsigned int number; /* of the line that was taken last, from 1: as an
	                        editor counts, by newlines */
	unsigned int next;   /* of the one to come; 0 before the first */
};

/**
 * sysctl_conf_line - take the next line
 * @ret: up to where the loader looks at it; set only on success
 *
 * Return: false at the end of the file, or of what the loader reads of it.
 */
bool sysctl_conf_line(enum sysctl_loader loader,
                      struct sysctl_conf_reader *reader, struct span *ret);

struct sysctl_conf_assignment {
	struct span key;   /* as it is spelled, without a leading dash */
	struct span value; /* without the blanks around it */
	bool exclude;      /* "-key": no value, globs leave the key alone */
};

/**
 * sysctl_conf_assignment - what a line says
 *
 * A dash before "key = value" only means that a failure is no error: it is
 * taken off, and makes no difference here.
 *
 * Return: false for a blank line, a comment, and what is no assignment.
 */
bool sysctl_conf_assignment(enum sysctl_loader loader, struct span line,
                            struct sysctl_conf_assignment *ret);

#define SYSCTL_CONF_KEY_SIZE 128

struct sysctl_conf_key {
	char path[SYSCTL_CONF_KEY_SIZE]; /* below /proc/sys: "net/core/x" */
	bool glob;
	bool plain; /* it was spelled as in path, and not "net//core/x" */
};

/**
 * sysctl_conf_key - which file a key means
 *
 * The first separator decides: after a dot, dots and slashes change places
 * ("net.ipv4.conf.eth0/1.rp_filter"); after a slash, dots are dots.
 *
 * Return: false when it can name none: too long, empty, or refused.
 */
bool sysctl_conf_key(enum sysctl_loader loader, struct span key,
                     struct sysctl_conf_key *ret);

/**
 * sysctl_conf_matches - the loader would set @path for that key
 * @path: of one sysctl, below /proc/sys
 */
bool sysctl_conf_matches(enum sysctl_loader loader,
                         const struct sysctl_conf_key *key, const char *path);

#endif
