// SPDX-License-Identifier: GPL-2.0-or-later
/* explain and list: there is an entry for everything that reports name. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/cli/command.h"
#include "checker/cli/options.h"
#include "checker/cli/tool_words.h"
#include "probes/base/err.h"
#include "probes/counter_table.h"
#include "probes/sysctl_table.h"
#include "rules/causes.h"
#include "rules/rule.h"
#include "rules/servers.h"
#include "rules/tools.h"
#include "tests/support/fdcheck.h"

/* What a command shows for @word; free() it. */
static char *show(const struct command *command, const char *word,
                  int *ret_status, struct err *err)
{
	const struct options options = { .command = command, .word = word };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	*err = (struct err){ 0 };
	*ret_status = command->run(&options, out, err);
	(void)fclose(out);
	return text;
}

/* More than its own name, and it begins with that. */
static void explains(const char *id)
{
	struct err err;
	int status;
	char *text = show(&command_explain, id, &status, &err);

	if (status != STATUS_READY)
		fail_msg("%s: %s", id, err.what);
	if (strncmp(text, id, strlen(id)) != 0 ||
	    strlen(text) < strlen(id) + 100)
		fail_msg("%s is explained as:\n%s", id, text);
	free(text);
}

static void every_id_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; rules[i]; i++)
		explains(rules[i]->id);
	for (const struct cause *cause = causes; cause->id; cause++)
		explains(cause->id);
	for (enum sysctl_id i = 0; i < SYSCTL_COUNT; i++)
		explains(sysctl_desc(i)->key);
	for (enum counter_id i = 0; i < COUNTER_COUNT; i++)
		explains(counter_desc(i)->name);
	for (const struct server *server = servers; server->name; server++)
		explains(server->name);
	for (enum tool_kind i = 0; i < TOOL_KIND_COUNT; i++)
		explains(tool_name(i));
	explains("policy.net.core.somaxconn");
	explains("policy.net.ipv4.tcp_rmem[2]");
}

/* As other tools and people write them. */
static void other_spellings(void **state)
{
	static const struct {
		const char *word, *begins;
	} rows[] = {
		{ "tcp_syncookies", "net.ipv4.tcp_syncookies\n" },
		{ "TcpExtListenDrops", "ListenDrops (TcpExt)\n" },
		{ "TcpExt.ListenDrops", "ListenDrops (TcpExt)\n" },
		{ "NGINX", "nginx, a server" },
		{ "apache2", "Apache httpd, a server" },
		{ "httpd", "Apache httpd, a server" },
		{ "redis-server", "Redis, a server" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err;
		int status;
		char *text =
			show(&command_explain, rows[i].word, &status, &err);

		assert_int_equal(status, STATUS_READY);
		assert_memory_equal(text, rows[i].begins,
		                    strlen(rows[i].begins));
		free(text);
	}
}

static void what_is_reported_is_called_so(void **state)
{
	(void)state;
	for (const struct server *server = servers; server->name; server++) {
		struct err err;
		const char *part;
		int status;
		char *text =
			show(&command_explain, server->comm, &status, &err);

		part = strstr(text, ", a server;");
		assert_non_null(part);
		assert_int_equal(!!strstr(part, "reported, not verified"),
		                 !server->verified);
		free(text);
	}
}

static void unknown_names(void **state)
{
	static const char *const words[] = { "", "nosuch", "policy.",
		                             "policy.x",
		                             "accept-queue-overflo" };
	struct err err;
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *text = show(&command_explain, words[i], &status, &err);

		assert_int_equal(status, STATUS_USAGE);
		assert_string_equal(text, "");
		assert_true(err.hint[0]);
		free(text);
	}
	assert_string_equal(
		err.hint,
		"did you mean accept-queue-overflow or syn-queue-overflow?");
}

/* --- list ------------------------------------------------------------------
 */

/* A line for each row, and each begins with its name. */
static void lists(const char *list, size_t n, const char *first)
{
	struct err err;
	int status;
	char *text = show(&command_list, list, &status, &err);
	size_t lines = 0;

	assert_int_equal(status, STATUS_READY);
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, n);
	assert_memory_equal(text, first, strlen(first));
	assert_non_null(strstr(command_list.args, list));
	free(text);
}

static void every_list_is_whole(void **state)
{
	size_t n_rules = 0;
	size_t n_causes = 0;
	size_t n_servers = 0;
	size_t n_defects = 0;

	(void)state;
	while (rules[n_rules])
		n_rules++;
	while (causes[n_causes].id)
		n_causes++;
	while (servers[n_servers].name)
		n_servers++;
	while (tool_defects_table[n_defects].defect)
		n_defects++;
	lists("rules", n_rules, rules[0]->id);
	lists("causes", n_causes, causes[0].id);
	lists("sysctls", SYSCTL_COUNT, "net.core.somaxconn ");
	lists("counters", COUNTER_COUNT, "");
	lists("servers", n_servers, servers[0].name);
	lists("tools", n_defects, "iperf ");
}

static void versions_of_tools(void **state)
{
	static const struct {
		struct tool_defect defect;
		const char *words;
	} rows[] = {
		{ { .tool = TOOL_IPERF2, .to = UINT64_MAX }, "every version" },
		{ { .tool = TOOL_IPERF2, .to = TOOL_VERSION(2, 0, 12) },
		  "up to 2.0.12" },
		{ { .tool = TOOL_IPERF2, .to = TOOL_VERSION_BEFORE(2, 1, 0) },
		  "before 2.1.0" },
		{ { .tool = TOOL_IPERF2,
		    .from = TOOL_VERSION(2, 1, 0),
		    .to = TOOL_VERSION(2, 1, 8) },
		  "2.1.0 to 2.1.8" },
		{ { .tool = TOOL_IPERF2,
		    .from = TOOL_VERSION(2, 1, 0),
		    .to = TOOL_VERSION_BEFORE(2, 2, 0) },
		  "2.1.0 to before 2.2.0" },
		{ { .tool = TOOL_IPERF2,
		    .from = TOOL_VERSION(2, 0, 10),
		    .to = TOOL_VERSION(2, 0, 10) },
		  "2.0.10" },
		{ { .tool = TOOL_IPERF3,
		    .from = TOOL_VERSION(3, 10, 0),
		    .to = UINT64_MAX },
		  "3.10 and later" },
		{ { .tool = TOOL_IPERF3,
		    .from = TOOL_VERSION_BEFORE(3, 16, 0),
		    .to = TOOL_VERSION(3, 17, 1) },
		  "3.16 to 3.17.1" },
		{ { .tool = TOOL_IPERF3, .to = TOOL_VERSION(3, 3, 0x7fff) },
		  "up to 3.3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char words[48];

		tool_words_versions(&rows[i].defect, words, sizeof(words));
		assert_string_equal(words, rows[i].words);
	}
}

/* --- causes ----------------------------------------------------------------
 */

/* The user's interface, as the ids of rules are. */
static const char *const cause_ids[] = {
	"accept-queue-overflow",
	"syn-queue-overflow",
	"refused",
	"listener-closed",
	"peer-closed",
	"peer-closed-unread",
	"app-abort",
	"process-died",
	"client-reset",
	"socket-destroyed",
	"address-removed",
	"memory-pressure",
	"orphan-limit",
	"timeout",
	"syn-lost",
	"keepalive",
	"user-timeout",
	"ports-exhausted",
	"conntrack-full",
	"descriptors-exhausted",
	"firewall-reject",
	"device-backlog",
	"time-wait-overflow",
	"unexplained",
};

static void every_cause_is_complete(void **state)
{
	const size_t n = sizeof(cause_ids) / sizeof(cause_ids[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct cause *cause = cause_by_id(cause_ids[i]);

		assert_non_null(cause);
		assert_string_equal(cause->id, cause_ids[i]);
		assert_ptr_equal(cause, &causes[i]);
		assert_true(strlen(cause->title) > 10);
		assert_true(strlen(cause->sees) > 5);
		assert_true(strlen(cause->signs) > 20);
		assert_true(strlen(cause->explain) > 100);
		assert_true(strlen(cause->mend) > 20);
		assert_null(strstr(cause->explain, "\n\n\n"));
	}
	assert_null(causes[n].id);
	assert_null(cause_by_id(""));
	assert_null(cause_by_id("refuse"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_id_is_explained),
		cmocka_unit_test(other_spellings),
		cmocka_unit_test(what_is_reported_is_called_so),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(every_list_is_whole),
		cmocka_unit_test(versions_of_tools),
		cmocka_unit_test(every_cause_is_complete),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
