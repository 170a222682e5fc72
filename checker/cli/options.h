/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options - what the command line asks for.
 *
 * The table that it is read by is option.h.
 */
#ifndef KILOFLOW_CHECKER_CLI_OPTIONS_H
#define KILOFLOW_CHECKER_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "checker/cli/endpoint.h"
#include "probes/goal.h"
#include "probes/load/load.h"

struct command;
struct err;
struct fix_emitter;
struct report_format;

enum persist_when {
	PERSIST_AUTO, /* as root, where the host's files are applied at boot */
	PERSIST_ALWAYS,
	PERSIST_NEVER,
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#define OPTIONS_IGNORED_MAX 64

/* 10 ms */
#define SAMPLE_DEFAULT_NS UINT64_C(10000000)

struct options {
	const struct command *command;
	const char *word; /* of the command, NULL: none */
	char *const *run; /* what to run, and its arguments */
	struct goal goal;
	struct load_options load; /* follows the goal where they share */
	struct load_far far;      /* load.far, if there is one */
	bool load_wanted;         /* --load */
	bool load_unwanted;       /* --no-load */
	bool isolated;            /* it leaves nothing behind */
	struct endpoint target;   /* a server that runs already; host "": the
	                             load test has a listener */
	struct endpoint connect;  /* to the far host; host "": there is none */
	struct endpoint listen;   /* of serve; host "": the default */
	const char *key_file;
	uint64_t max_flows, max_bytes, max_time_ns, max_clients; /* of serve */
	uint64_t send_first; /* of the clients of target, bytes */
	bool family_asked;   /* goal.family is no default */
	bool find_limit;     /* the largest burst that loses nothing */
	const char *no_load; /* what leaves check's load test out, NULL:
	                        nothing */
	const char *netns;   /* NULL: the caller's */
	bool netns_all;      /* it is "all" */
	const char *from;    /* a snapshot; NULL: facts are read here */
	const char *sos;     /* the folder of a sosreport; NULL */
	const char *before;  /* a snapshot; NULL: since boot */
	const char *after;   /* a snapshot; NULL: now */
	const char *output;  /* a file; NULL: standard output */
	const char *report;  /* a file; NULL: standard error */
	uint64_t sample_ns;  /* between two looks at the listeners */
	bool untraced;
	uint64_t watch_ns; /* how long; 0: until it is stopped */
	bool redact;
	const char *policy; /* its file, NULL: none */
	bool fix;
	bool dry_run;
	bool prove; /* the dry run, as if it had been none */
	bool yes;
	enum persist_when persist;
	const struct fix_emitter *emit; /* NULL: the plan is applied */
	pid_t pid;                      /* whose listeners to repair, 0: any */
	const char *journal;            /* its directory, NULL: the usual one */
	bool undo_list;
	bool undo_force;
	const struct report_format *format;
	enum color_when color;
	bool quiet;
	bool verbose;
	bool strict;
	bool help;    /* --help: of the command, or of all */
	bool version; /* --version */
	const char *ignored[OPTIONS_IGNORED_MAX]; /* ids of rules */
	size_t n_ignored;
};

/**
 * options_format - the format that is asked for, whatever else is wrong with
 * the command line; the default when there is none
 */
const struct report_format *options_format(int argc, char *const *argv);

/**
 * options_parse - read the command line
 * @argv: @argc words, the program's name first; they must stay
 * @ret: defaults, and what was given over them
 *
 * Return: 0; -EINVAL, with words that name option, value and range.
 */
int options_parse(int argc, char *const *argv, struct options *ret,
                  struct err *err);

#endif
