/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command - one file and one row a subcommand: what main dispatches on, what
 * help and the man page print, and what the shells' completions offer.
 *
 * To add one: copy the cmd_*.c that is nearest, add its row to commands[],
 * and name it in the options (options.c) that it takes.
 */
#ifndef KILOFLOW_CHECKER_CLI_COMMAND_H
#define KILOFLOW_CHECKER_CLI_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "checker/cli/option.h"

struct err;
struct options;

/* Exit statuses; 128 + signal for an interrupted run. */
enum exit_status {
	STATUS_READY = 0, /* and of commands that only show something */
	STATUS_NOT_READY = 1,
	STATUS_USAGE = 2,
	STATUS_UNKNOWN = 3, /* could not tell, or could not report */
	STATUS_NOT_FIXED = 4,
};

/* What each of them means, for help and the man page. */
struct exit_meaning {
	const char *status;
	const char *means;
};

/** exit_meanings - ends with a row whose status is NULL */
extern const struct exit_meaning exit_meanings[];

struct command {
	const char *name;
	const char *args; /* "ID"; "[COMMAND]" may be left out; NULL: none */
	bool runs;        /* args are another command's: options end there */
	bool unreported;  /* stdout is not for the report alone */
	const char *what; /* a few words, for the list of commands */
	const char *help; /* paragraphs, separated by \n\n */
	/*
	 * the words that its argument may be, for completion; NULL: anything
	 *
	 * @at: 0, 1, ... until there are no more, which is NULL
	 */
	const char *(*word)(size_t at);
	enum option_offer offer; /* what else it may be */
	/*
	 * @out: the report; not shown when @err is set
	 * @err: why there is no report
	 *
	 * Return: the exit status.
	 */
	int (*run)(const struct options *options, FILE *out, struct err *err);
	/*
	 * Called last; NULL: there is nothing left to do.
	 * @reported: what run() wrote has reached the reader
	 * @status: the exit status so far
	 *
	 * Return: the exit status; @err may be set, too.
	 */
	int (*settle)(bool reported, int status, struct err *err);
};

extern const struct command command_check;
extern const struct command command_undo;
extern const struct command command_listeners;
extern const struct command command_load;
extern const struct command command_serve;
extern const struct command command_snapshot;
extern const struct command command_run;
extern const struct command command_watch;
extern const struct command command_postmortem;
extern const struct command command_list;
extern const struct command command_explain;
extern const struct command command_policy;
extern const struct command command_sum;
extern const struct command command_help;
extern const struct command command_version;

/** commands - every command, the default first; ends with NULL */
extern const struct command *const commands[];

/** command_by_name - NULL, and what may have been meant, when there is none */
const struct command *command_by_name(const char *name, struct err *err);

#endif
