// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_list - the tables that kiloflow works by, one line a row. */
#include "checker/cli/command.h"

#include <errno.h>
#include <string.h>

#include "checker/cli/options.h"
#include "checker/cli/suggest.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/counter_table.h"
#include "probes/sysctl_table.h"
#include "rules/rule.h"

/* A row's help begins with a sentence that can stand alone. */
static int first_sentence(const char *text)
{
	const char *end = strstr(text, ". ");

	return (int)(end ? (size_t)(end - text) : strcspn(text, "."));
}

static void list_rules(FILE *out)
{
	for (size_t i = 0; rules[i]; i++)
		(void)fprintf(out, "%-18s  %-13s %s\n", rules[i]->id,
		              group_name(rules[i]->group), rules[i]->title);
}

static void list_sysctls(FILE *out)
{
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++) {
		const struct sysctl_desc *desc = sysctl_desc(i);

		(void)fprintf(out, "%-34s  %.*s\n", desc->key,
		              first_sentence(desc->help), desc->help);
	}
}

static void list_counters(FILE *out)
{
	for (enum counter_id i = 0; i < COUNTER_COUNT; i++) {
		const struct counter_desc *desc = counter_desc(i);

		(void)fprintf(out, "%-6s  %-22s  %.*s\n", desc->group,
		              desc->name, first_sentence(desc->help),
		              desc->help);
	}
}

static const struct list {
	const char *name;
	void (*list)(FILE *out);
} lists[] = {
	{ "rules", list_rules },
	{ "sysctls", list_sysctls },
	{ "counters", list_counters },
};

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct suggest suggest = suggest_for(options->word, "");
	char words[128];
	char all[64];
	char escaped[64];

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!strcmp(lists[i].name, options->word)) {
			lists[i].list(out);
			return STATUS_READY;
		}
		suggest_offer(&suggest, lists[i].name);
	}
	(void)snprintf(all, sizeof(all), "use %s", command_list.args);
	(void)text_escape(escaped, sizeof(escaped), options->word,
	                  strlen(options->word));
	(void)err_set(err, -EINVAL, "there is no list \"%s\"", escaped);
	err_hint(err, "%s", suggest_words(&suggest, words, sizeof(words), all));
	return STATUS_USAGE;
}

const struct command command_list = {
	.name = "list",
	.args = "rules|sysctls|counters",
	.what = "the rules, sysctls or counters that kiloflow knows",
	.run = run,
};
