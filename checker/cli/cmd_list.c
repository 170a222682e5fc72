// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_list - the tables that kiloflow works by, one line a row. */
#include "checker/cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "checker/cli/options.h"
#include "checker/cli/suggest.h"
#include "checker/cli/tool_words.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/counter_table.h"
#include "probes/sysctl_table.h"
#include "rules/causes.h"
#include "rules/rule.h"
#include "rules/servers.h"
#include "rules/tools.h"

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

static void list_causes(FILE *out)
{
	for (const struct cause *cause = causes; cause->id; cause++)
		(void)fprintf(out, "%-22s  %s\n", cause->id, cause->title);
}

static void list_sysctls(FILE *out)
{
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++) {
		const struct sysctl_desc *desc = sysctl_desc(i);

		(void)fprintf(out, "%-41s  %.*s\n", desc->key,
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

static void list_servers(FILE *out)
{
	for (const struct server *server = servers; server->name; server++) {
		char backlog[16] = "-";

		if (server->backlog_known)
			(void)snprintf(backlog, sizeof(backlog), "%u",
			               server->backlog);
		(void)fprintf(out, "%-16s  %-16s  %5s  %s%s (%s)%s\n",
		              server->name, server->comm, backlog,
		              server->directive[0] ? "" : "no setting",
		              server->directive, server->apply,
		              server->verified ? "" : ", reported");
	}
}

static void list_tools(FILE *out)
{
	for (const struct tool_defect *row = tool_defects_table; row->defect;
	     row++) {
		char versions[48];

		tool_words_versions(row, versions, sizeof(versions));
		(void)fprintf(out, "%-6s  %-21s  %3" PRIu64 "  %s%s\n",
		              tool_name(row->tool), versions, row->flows,
		              row->verified ? "" : "reported: ", row->defect);
	}
}

static const struct list {
	const char *name;
	void (*list)(FILE *out);
} lists[] = {
	{ "rules", list_rules },     { "causes", list_causes },
	{ "sysctls", list_sysctls }, { "counters", list_counters },
	{ "servers", list_servers }, { "tools", list_tools },
};

static const char *word(size_t at)
{
	return at < sizeof(lists) / sizeof(lists[0]) ? lists[at].name : NULL;
}

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
	.args = "rules|causes|sysctls|counters|servers|tools",
	.what = "the rules, causes, sysctls, counters, servers or load tools that kiloflow knows",
	.help = "Of servers: name, processes, default backlog, the setting that changes it and what that takes. Of load tools: versions, from how many flows on, and what is wrong with them. What was not verified is called reported.",
	.word = word,
	.run = run,
};
