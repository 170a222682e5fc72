/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option - one row an option: feeds parsing, range checks, help, the man page
 * and the shells' completions.
 *
 * To add one: a field in struct options, a row in option_table.c.
 */
#ifndef KILOFLOW_CHECKER_CLI_OPTION_H
#define KILOFLOW_CHECKER_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command;
struct option;

/* What a shell offers for an argument beside its words. */
enum option_offer {
	OFFER_NOTHING,
	OFFER_FILES,
	OFFER_FOLDERS,
	OFFER_NETNS, /* the names below /run/netns */
};

/* How an option's argument is read. */
struct option_type {
	/*
	 * @text: NULL for an option without an argument
	 * @to: self->at in struct options; set only on success
	 *
	 * Return: 0; -EINVAL when @text is not of this kind; -ERANGE.
	 */
	int (*parse)(const struct option *self, const char *text, void *to);
	const char *kind; /* "a number": completes "... is not" */
	/* what it takes, for refusals and help */
	void (*range)(const struct option *self, char *buf, size_t size);
	/*
	 * the words it takes, for completion; one that ends with a colon is
	 * only the beginning of an argument. NULL: it takes none
	 *
	 * @at: 0, 1, ... until there are no more, which is NULL
	 */
	const char *(*word)(const struct option *self, size_t at);
	enum option_offer offer;
};

extern const struct option_type option_flag; /* takes no argument */
extern const struct option_type option_count;
extern const struct option_type option_bytes;
extern const struct option_type option_duration;
extern const struct option_type option_choice;
extern const struct option_type option_format;
extern const struct option_type option_netns;
extern const struct option_type option_accept;
extern const struct option_type option_rate;
extern const struct option_type option_ignore;
extern const struct option_type option_address;
extern const struct option_type option_endpoint;
extern const struct option_type option_tool;
extern const struct option_type option_file;
extern const struct option_type option_emit;
extern const struct option_type option_folder;

/* One of the words that an option_choice takes. */
struct option_word {
	const char *word; /* NULL ends a list */
	unsigned int value;
};

#define OPTION_MAX 96
#define OPTION_COMMANDS_MAX 10

struct option {
	const char *name;     /* without the dashes */
	char letter;          /* 0: none */
	const char *argument; /* "N", "T"; NULL: takes none */
	const struct option_type *type;
	size_t at, size;                 /* of its field in struct options */
	uint64_t min, max;               /* of a number; of a duration in ns */
	unsigned int value;              /* of an option_flag */
	const struct option_word *words; /* of an option_choice */
	const struct command *commands[OPTION_COMMANDS_MAX + 1]; /* none: all */
	const char *excludes; /* name of another row, NULL: none */
	const char *needs;    /* name of a row without which it has no effect */
	bool of_load;         /* has no effect without the load test */
	const char *help;
};

/** option_table - ends with a row whose name is NULL */
extern const struct option option_table[];

/* Two options that make no sense together. */
struct option_clash {
	const char *one, *other; /* names of rows; NULL ends a list */
	const char *why;
};

extern const struct option_clash option_clashes[];

/** option_takes - does @command take @option? */
bool option_takes(const struct option *option, const struct command *command);

#endif
