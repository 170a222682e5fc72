// SPDX-License-Identifier: GPL-2.0-or-later
/* command - see command.h. */
#include "checker/cli/command.h"

#include <errno.h>
#include <string.h>

#include "checker/cli/suggest.h"
#include "probes/base/err.h"
#include "probes/base/text.h"

/* clang-format off */
const struct command *const commands[] = {
	&command_check,
	&command_undo,
	&command_run,
	&command_watch,
	&command_listeners,
	&command_load,
	&command_serve,
	&command_snapshot,
	&command_postmortem,
	&command_list,
	&command_explain,
	&command_policy,
	&command_sum,
	&command_help,
	&command_version,
	NULL,
};
/* clang-format on */

const struct exit_meaning exit_meanings[] = {
	{ "0", "ready; warnings are allowed unless --strict is given" },
	{ "1", "not ready" },
	{ "2",
	  "usage: a bad option, command or input file; nothing is on stdout" },
	{ "3",
	  "could not tell: something decisive could not be read, or the report could not be written" },
	{ "4",
	  "a fix was asked for and is not in force; what had been changed was put back. Of undo: not all is taken back" },
	{ "129, 130, 143",
	  "interrupted by SIGHUP, SIGINT or SIGTERM; what was measured so far was reported, what had been changed was put back" },
	{ NULL, NULL },
};

const struct command *command_by_name(const char *name, struct err *err)
{
	struct suggest suggest = suggest_for(name, "");
	char escaped[64];
	char words[160];

	for (size_t i = 0; commands[i]; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
		suggest_offer(&suggest, commands[i]->name);
	}
	(void)text_escape(escaped, sizeof(escaped), name, strlen(name));
	(void)err_set(err, -EINVAL, "there is no command \"%s\"", escaped);
	err_hint(err, "%s",
	         suggest_words(&suggest, words, sizeof(words),
	                       "`kiloflow help` lists them"));
	return NULL;
}
