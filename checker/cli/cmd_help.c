// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_help - the tables of commands and options, as text. */
#include "checker/cli/command.h"

#include <string.h>

#include "checker/cli/option.h"
#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/report/human.h"

#define INDENT 22

/* "  name  text", the text wrapped beside the name. */
static void put_row(FILE *out, const char *name, const char *text)
{
	const int gap = strlen(name) + 4 <= INDENT ? INDENT - 4 : 0;

	(void)fprintf(out, "  %-*s  ", gap, name);
	if (!gap)
		(void)fprintf(out, "\n%*s", INDENT, "");
	human_wrap(out, text,
	           &(struct human_at){ INDENT, INDENT, show_width() });
}

static void put_option(FILE *out, const struct option *option)
{
	char letter[8] = "";
	char name[64];
	char range[128];
	char text[320];

	if (option->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	(void)snprintf(name, sizeof(name), "%s--%s%s%s", letter, option->name,
	               option->argument ? " " : "",
	               option->argument ? option->argument : "");
	option->type->range(option, range, sizeof(range));
	(void)snprintf(text, sizeof(text), "%s%s%s%s", option->help,
	               range[0] ? " [" : "", range, range[0] ? "]" : "");
	put_row(out, name, text);
}

static void put_options(FILE *out, const struct command *command)
{
	for (const struct option *o = option_table; o->name; o++) {
		if (option_takes(o, command))
			put_option(out, o);
	}
}

static void put_command(FILE *out, const struct command *command)
{
	(void)fprintf(out, "kiloflow %s%s%s [OPTION]...\n", command->name,
	              command->args ? " " : "",
	              command->args ? command->args : "");
	(void)fprintf(out, "\n%s\n", command->what);
	if (command->help)
		human_paragraphs(out, command->help, show_width());
	(void)fputs("\nOptions:\n", out);
	put_options(out, command);
}

static void put_all(FILE *out)
{
	(void)fputs("kiloflow [COMMAND] [OPTION]...\n\n"
	            "Can this host carry N TCP flows, and if not, why?\n\n"
	            "Commands:\n",
	            out);
	for (size_t i = 0; commands[i]; i++)
		put_row(out, commands[i]->name, commands[i]->what);
	(void)fprintf(out, "\nOptions of %s:\n", command_check.name);
	put_options(out, &command_check);
	(void)fputs("\nExit status:\n", out);
	for (const struct exit_meaning *e = exit_meanings; e->status; e++)
		put_row(out, e->status, e->means);
	(void)fputs(
		"\nNumbers take k, M, G; durations ms, s, m.\n"
		"kiloflow help COMMAND shows what a command does and takes.\n",
		out);
}

static const char *word(size_t at)
{
	return commands[at] ? commands[at]->name : NULL;
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	const struct command *command;

	if (!options->word) {
		put_all(out);
		return STATUS_READY;
	}
	command = command_by_name(options->word, err);
	if (!command)
		return STATUS_USAGE;
	put_command(out, command);
	return STATUS_READY;
}

const struct command command_help = {
	.name = "help",
	.args = "[COMMAND]",
	.what = "the commands, or one command's options",
	.word = word,
	.run = run,
};
