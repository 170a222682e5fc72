// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of servers, and who is recognised. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "probes/facts.h"
#include "rules/servers.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"

static const struct {
	const char *comm;
	const char *name; /* NULL: not recognised */
	uint32_t backlog; /* 0: not known */
	bool verified;
} rows[] = {
	{ "nginx", "nginx", 511, true },
	{ "redis-server", "Redis", 511, true },
	{ "apache2", "Apache httpd", 511, false },
	{ "httpd", "Apache httpd", 511, false },
	{ "sshd", "OpenSSH", 128, true },
	{ "haproxy", "HAProxy", 0, true },
	{ "systemd", "systemd", 0, false },
	{ "iperf", "iperf 2", 0, true },
	{ "iperf3", "iperf3", 0, true },
	{ "node", "Node.js", 511, false },
	{ "waitress-serve", "waitress", 1024, true },
	{ "uwsgi", "uWSGI", 100, true },
	/* exactly, or not at all */
	{ "ngin", NULL, 0, false },
	{ "nginx2", NULL, 0, false },
	{ "Nginx", NULL, 0, false },
	{ "systemd-resolve", NULL, 0, false },
	{ "", NULL, 0, false },
	/* these names do not tell the server */
	{ "java", NULL, 0, false },
	{ "python3", NULL, 0, false },
};

static void recognises_by_process_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host *host = facts_healthy();
		struct listener *listener = facts_listener(host, 80, 511);
		const struct server *server;

		facts_owner(listener, 1, 3, rows[i].comm);
		server = server_of(listener);
		if (!rows[i].name) {
			assert_null(server);
		} else {
			assert_non_null(server);
			assert_string_equal(server->name, rows[i].name);
			assert_int_equal(server->backlog, rows[i].backlog);
			assert_int_equal(server->backlog_known,
			                 rows[i].backlog != 0);
			assert_int_equal(server->verified, rows[i].verified);
		}
		host_free(host);
	}
}

static void looks_at_every_owner(void **state)
{
	struct host *host = facts_healthy();
	struct listener *listener = facts_listener(host, 80, 511);

	(void)state;
	assert_null(server_of(listener));
	facts_owner(listener, 10, 3, "sh");
	assert_null(server_of(listener));
	facts_owner(listener, 11, 3, "nginx");
	assert_string_equal(server_of(listener)->name, "nginx");
	/* who made the socket asked for its backlog */
	facts_owner(listener, 1, 40, "systemd");
	assert_string_equal(server_of(listener)->name, "systemd");
	host_free(host);
}

static void every_row_is_complete(void **state)
{
	(void)state;
	for (const struct server *row = servers; row->name; row++) {
		assert_in_range(strlen(row->name), 1, 40);
		/* a longer one could not be found: the kernel cuts names */
		assert_in_range(strlen(row->comm), 1, 15);
		assert_non_null(row->directive);
		assert_in_range(strlen(row->apply), 1, 24);
		assert_in_range(strlen(row->source), 1, 80);
		assert_int_equal(row->backlog_known, row->backlog != 0);
		for (const struct server *other = row + 1; other->name; other++)
			assert_string_not_equal(row->comm, other->comm);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recognises_by_process_name),
		cmocka_unit_test(looks_at_every_owner),
		cmocka_unit_test(every_row_is_complete),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
