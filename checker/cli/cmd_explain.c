// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_explain - a rule, a cause, a sysctl, a counter, a server or a load tool
 * in plain words, offline.
 *
 * A name is taken as other tools write it: tcp_syncookies for
 * net.ipv4.tcp_syncookies, TcpExtListenOverflows (nstat) for ListenOverflows.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/cli/suggest.h"
#include "checker/cli/tool_words.h"
#include "checker/report/human.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/counter_table.h"
#include "probes/sysctl_table.h"
#include "rules/causes.h"
#include "rules/requirement.h"
#include "rules/rule.h"
#include "rules/servers.h"
#include "rules/tools.h"

#define INDENT 14

static void put_field(FILE *out, const char *label, const char *text)
{
	(void)fprintf(out, "  %-*s", INDENT - 2, label);
	human_wrap(out, text,
	           &(struct human_at){ INDENT, INDENT, show_width() });
}

static const char *scope_words(enum rule_scope scope)
{
	static const char *const words[] = {
		[SCOPE_HOST] = "the host, once",
		[SCOPE_NETNS] = "each network namespace",
		[SCOPE_LISTENER] = "each listener",
		[SCOPE_LOAD] = "the load test",
		[SCOPE_LIMIT] = "the load test, when it looks for the limit",
		[SCOPE_SEARCH] = "all network namespaces",
	};

	return words[scope];
}

/* "net.core.somaxconn, RLIMIT_NOFILE" */
static void needs_words(const struct rule *rule, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; i < RULE_NEEDS_MAX; i++) {
		const struct rule_need *need = &rule->needs[i];
		const char *name = need->name;

		if (need->kind == RULE_NEED_NONE)
			break;
		if (need->kind == RULE_NEED_SYSCTL)
			name = sysctl_desc((enum sysctl_id)need->at)->key;
		else if (need->kind == RULE_NEED_COUNTER)
			name = counter_desc((enum counter_id)need->at)->name;
		text_join(buf, size, ", ", name);
	}
}

static bool explain_rule(FILE *out, const char *name)
{
	const struct rule *rule = rule_by_id(name);
	char needs[512];

	if (!rule)
		return false;
	(void)fprintf(out, "%s: %s\n", rule->id, rule->title);
	human_paragraphs(out, rule->explain, show_width());
	(void)fputc('\n', out);
	put_field(out, "judges", scope_words(rule->scope));
	needs_words(rule, needs, sizeof(needs));
	if (needs[0])
		put_field(out, "looks at", needs);
	if (rule->ref)
		put_field(out, "kernel", rule->ref);
	return true;
}

/* The whole key, or what stands after one of its dots. */
static bool is_key(const char *key, const char *name)
{
	const size_t key_len = strlen(key);
	const size_t len = strlen(name);

	return len && len <= key_len && !strcmp(key + key_len - len, name) &&
	       (len == key_len || key[key_len - len - 1] == '.');
}

static const char *live_words(enum sysctl_live live)
{
	static const char *const words[] = {
		[SYSCTL_LIVE] = "at once, on everything",
		[SYSCTL_NEW_LISTENERS] = "on the next listen() call only",
		[SYSCTL_NEW_SOCKETS] =
			"on what is made from then on: sockets, devices, namespaces",
		[SYSCTL_READ_ONLY] = "it cannot be written",
	};

	return words[live];
}

static const char *sysctl_scope_words(enum sysctl_scope scope)
{
	static const char *const words[] = {
		[SYSCTL_SCOPE_NETNS] = "every network namespace has its own",
		[SYSCTL_SCOPE_INIT] =
			"one for the host; visible only in its own network namespace",
		[SYSCTL_SCOPE_GLOBAL] = "one for the host",
	};

	return words[scope];
}

static void put_sysctl(FILE *out, const struct sysctl_desc *desc)
{
	char range[64];

	(void)fprintf(out, "%s\n", desc->key);
	human_paragraphs(out, desc->help, show_width());
	(void)fputc('\n', out);
	put_field(out, "scope", sysctl_scope_words(desc->scope));
	put_field(out, "acts", live_words(desc->live));
	if (desc->live != SYSCTL_READ_ONLY &&
	    desc->type <= SYSCTL_TYPE_TRIPLE) {
		(void)snprintf(range, sizeof(range), "%" PRId64 " to %" PRId64,
		               desc->min, desc->max);
		put_field(out, "range", range);
	}
	if (desc->since)
		put_field(out, "since", desc->since);
	put_field(out, "kernel", desc->ref);
}

static bool explain_sysctl(FILE *out, const char *name)
{
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++) {
		if (is_key(sysctl_desc(i)->key, name)) {
			put_sysctl(out, sysctl_desc(i));
			return true;
		}
	}
	return false;
}

static bool explain_policy(FILE *out, const char *name)
{
	const struct sysctl_desc *desc = requirement_of_id(name);

	if (!desc)
		return false;
	(void)fprintf(out, "%s: what a policy file requires of %s\n", name,
	              desc->key);
	human_paragraphs(
		out,
		"The file that --policy names has a line for it; `kiloflow help policy` tells the format. What the sysctl itself does:\n",
		show_width());
	put_sysctl(out, desc);
	return true;
}

static bool explain_cause(FILE *out, const char *name)
{
	const struct cause *cause = cause_by_id(name);

	if (!cause)
		return false;
	(void)fprintf(out, "%s: %s\n", cause->id, cause->title);
	human_paragraphs(out, cause->explain, show_width());
	(void)fputc('\n', out);
	put_field(out, "client sees", cause->sees);
	put_field(out, "signs", cause->signs);
	put_field(out, "what to do", cause->mend);
	return true;
}

static void put_server(FILE *out, const struct server *server)
{
	char text[96];

	(void)fprintf(out, "%s, a server; its processes are called %s\n\n",
	              server->name, server->comm);
	if (server->backlog_known)
		(void)snprintf(text, sizeof(text),
		               "%u by default, lowered to net.core.somaxconn",
		               server->backlog);
	else
		(void)snprintf(text, sizeof(text),
		               "what its configuration says");
	put_field(out, "asks for", text);
	put_field(out, "setting",
	          server->directive[0] ? server->directive : "there is none");
	put_field(out, "takes", server->apply);
	(void)snprintf(text, sizeof(text), "%s%s",
	               server->verified ? "" : "reported, not verified: ",
	               server->source);
	put_field(out, "source", text);
}

static void put_defect(FILE *out, const struct tool_defect *defect)
{
	char versions[48];
	char text[400];

	tool_words_versions(defect, versions, sizeof(versions));
	(void)snprintf(text, sizeof(text),
	               "%s, from %" PRIu64 " flow%s on: %s%s; %s; %s%s (%s)",
	               versions, defect->flows, defect->flows == 1 ? "" : "s",
	               defect->verified ? "" : "reported, not verified: ",
	               defect->defect, defect->consequence,
	               defect->fixed[0] ? "mended in " : "not mended",
	               defect->fixed, defect->source);
	(void)fputc('\n', out);
	human_wrap(out, text, &(struct human_at){ 0, 2, show_width() });
}

/* Of a tool, what is known to go wrong with it. */
static bool explain_tool(FILE *out, const char *name)
{
	bool found = false;

	for (const struct tool_defect *row = tool_defects_table; row->defect;
	     row++) {
		if (strcmp(tool_name(row->tool), name) != 0)
			continue;
		if (!found)
			(void)fprintf(
				out,
				"%s, a load tool; what goes wrong with many flows:\n",
				name);
		put_defect(out, row);
		found = true;
	}
	return found;
}

/*
 * A server as people call it, or as its processes are called; a load tool's
 * far end is one, too.
 */
static bool explain_program(FILE *out, const char *name)
{
	const bool is_tool = explain_tool(out, name);

	for (const struct server *server = servers; server->name; server++) {
		if (strcasecmp(server->name, name) != 0 &&
		    strcmp(server->comm, name) != 0)
			continue;
		if (is_tool)
			(void)fputc('\n', out);
		put_server(out, server);
		return true;
	}
	return is_tool;
}

static bool is_counter(const struct counter_desc *desc, const char *name)
{
	const size_t group_len = strlen(desc->group);

	if (!strncmp(name, desc->group, group_len)) {
		const char *rest = name + group_len;

		if (!strcmp(rest + (*rest == '.'), desc->name))
			return true;
	}
	return !strcmp(name, desc->name);
}

static bool explain_counter(FILE *out, const char *name)
{
	for (enum counter_id i = 0; i < COUNTER_COUNT; i++) {
		const struct counter_desc *desc = counter_desc(i);

		if (!is_counter(desc, name))
			continue;
		(void)fprintf(out, "%s (%s)\n", desc->name, desc->group);
		human_paragraphs(out, desc->help, show_width());
		(void)fputs(
			"\n  Counted in each network namespace since it was created.\n",
			out);
		return true;
	}
	return false;
}

static const char *word(size_t at)
{
	for (size_t i = 0; rules[i]; i++) {
		if (!at--)
			return rules[i]->id;
	}
	for (const struct cause *cause = causes; cause->id; cause++) {
		if (!at--)
			return cause->id;
	}
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++) {
		if (!at--)
			return sysctl_desc(i)->key;
	}
	for (enum counter_id i = 0; i < COUNTER_COUNT; i++) {
		if (!at--)
			return counter_desc(i)->name;
	}
	for (const struct server *server = servers; server->name; server++) {
		if (!at--)
			return server->comm;
	}
	return at < TOOL_KIND_COUNT ? tool_name((enum tool_kind)at) : NULL;
}

/* A sysctl that was typed without its prefix is offered without it. */
static void offer_all(struct suggest *suggest)
{
	const char *name;

	for (size_t i = 0; (name = word(i)); i++)
		suggest_offer(suggest, name);
	if (strchr(suggest->word, '.'))
		return;
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++)
		suggest_offer(suggest, strrchr(sysctl_desc(i)->key, '.') + 1);
}

/* In the order in which a name that fits several is taken. */
static bool (*const explainers[])(FILE *out, const char *name) = {
	explain_rule,   explain_policy,  explain_cause,
	explain_sysctl, explain_counter, explain_program,
};

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct suggest suggest = suggest_for(options->word, "");
	char escaped[96];
	char words[192];
	char all[96];

	for (size_t i = 0; i < sizeof(explainers) / sizeof(explainers[0]);
	     i++) {
		if (explainers[i](out, options->word))
			return STATUS_READY;
	}
	offer_all(&suggest);
	(void)snprintf(all, sizeof(all), "`kiloflow list %s` has all",
	               command_list.args);
	(void)text_escape(escaped, sizeof(escaped), options->word,
	                  strlen(options->word));
	(void)err_set(err, -ENOENT, "nothing is known of \"%s\"", escaped);
	err_hint(err, "%s", suggest_words(&suggest, words, sizeof(words), all));
	return STATUS_USAGE;
}

const struct command command_explain = {
	.name = "explain",
	.args = "ID",
	.what = "a rule, cause, sysctl, counter, server or load tool in plain words",
	.help = "ID is a rule, a cause or a counter that `kiloflow list` shows, a sysctl with or without its prefix, a server by its name or its processes' name, or a load tool: iperf, iperf3.",
	.word = word,
	.run = run,
};
