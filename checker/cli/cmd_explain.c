// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_explain - a rule, a sysctl or a counter in plain words, offline.
 *
 * A name is taken as other tools write it: tcp_syncookies for
 * net.ipv4.tcp_syncookies, TcpExtListenOverflows (nstat) for ListenOverflows.
 */
#include "checker/cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "checker/cli/options.h"
#include "checker/cli/show.h"
#include "checker/cli/suggest.h"
#include "checker/report/human.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/counter_table.h"
#include "probes/sysctl_table.h"
#include "rules/rule.h"

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
		[SYSCTL_NEW_SOCKETS] = "on sockets made from then on",
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

static void offer_all(struct suggest *suggest)
{
	for (size_t i = 0; rules[i]; i++)
		suggest_offer(suggest, rules[i]->id);
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++) {
		const char *key = sysctl_desc(i)->key;

		suggest_offer(suggest, strchr(suggest->word, '.')
		                               ? key
		                               : strrchr(key, '.') + 1);
	}
	for (enum counter_id i = 0; i < COUNTER_COUNT; i++)
		suggest_offer(suggest, counter_desc(i)->name);
}

static int run(const struct options *options, FILE *out, struct err *err)
{
	struct suggest suggest = suggest_for(options->word, "");
	char escaped[96];
	char words[192];

	if (explain_rule(out, options->word) ||
	    explain_sysctl(out, options->word) ||
	    explain_counter(out, options->word))
		return STATUS_READY;
	offer_all(&suggest);
	(void)text_escape(escaped, sizeof(escaped), options->word,
	                  strlen(options->word));
	(void)err_set(err, -ENOENT,
	              "there is no rule, sysctl or counter \"%s\"", escaped);
	err_hint(err, "%s",
	         suggest_words(
			 &suggest, words, sizeof(words),
			 "`kiloflow list rules|sysctls|counters` has all"));
	return STATUS_USAGE;
}

const struct command command_explain = {
	.name = "explain",
	.args = "ID",
	.what = "a rule, sysctl or counter in plain words",
	.help = "ID is a rule of `kiloflow list rules`, a sysctl with or without its prefix, or a counter.",
	.run = run,
};
