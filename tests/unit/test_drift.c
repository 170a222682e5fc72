// SPDX-License-Identifier: GPL-2.0-or-later
/* test_drift - what is in force now against what the next boot brings */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/base/err.h"
#include "probes/drift.h"
#include "probes/sysctl.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/tree.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BYTES(literal) literal, sizeof(literal) - 1

#define A "/etc/sysctl.d/a.conf"
#define CONF "/etc/sysctl.conf"

/* A host with files: one in sysctl.d, and sysctl.conf; NULL: not there. */
static void make_host(struct tree *tree, const char *in_dir, const char *conf)
{
	tree_make(tree);
	tree_file(tree, "usr/lib/systemd/system/systemd-sysctl.service",
	          "[Unit]\n");
	tree_dir(tree, "run/systemd/system");
	if (in_dir)
		tree_file(tree, &A[1], in_dir);
	if (conf)
		tree_file(tree, &CONF[1], conf);
}

static int read_now(void *from, enum sysctl_id id, char **ret, size_t *ret_len)
{
	const struct tree *tree = from;

	return sysctl_read_bytes(tree->fd, sysctl_desc(id), ret, ret_len);
}

static struct drift *read_drift(const struct tree *tree,
                                const struct host *host)
{
	struct tree from = *tree;
	const struct drift_source source = {
		.root_fd = tree->fd,
		.read = read_now,
		.from = &from,
	};
	struct drift *drift;
	struct err err = { 0 };

	assert_int_equal(drift_read(&source, host, &host->ns[0], &drift, &err),
	                 0);
	assert_int_equal(err.code, 0);
	return drift;
}

static void set_now(const struct tree *tree, struct host *host, int64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld\n", (long long)value);
	tree_file(tree, "proc/sys/net/core/somaxconn", text);
	host->ns[0].sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(value);
}

static void files_against_what_is_in_force(void **state)
{
	struct host *host = facts_healthy();
	struct drift *drift;
	struct tree tree;
	const struct drift_key *key;

	(void)state;
	make_host(&tree,
	          "net.core.somaxconn=1\nnet.core.somaxconn = 0x1000 # wide\n",
	          "net.core.somaxconn=128\n");
	set_now(&tree, host, 4096);
	drift = read_drift(&tree, host);
	assert_non_null(drift);
	assert_int_equal(drift->boot, SYSCTL_LOADER_SYSTEMD);
	assert_string_equal(drift->unread, "");
	key = &drift->key[SYSCTL_SOMAXCONN];

	assert_true(key->by[SYSCTL_LOADER_SYSTEMD].set);
	assert_int_equal(key->by[SYSCTL_LOADER_SYSTEMD].value.v[0], 4096);
	assert_string_equal(key->by[SYSCTL_LOADER_SYSTEMD].value.text, "4096");
	assert_string_equal(key->by[SYSCTL_LOADER_SYSTEMD].line.path, A);
	assert_int_equal(key->by[SYSCTL_LOADER_SYSTEMD].line.number, 2);
	assert_int_equal(key->by[SYSCTL_LOADER_SYSTEMD].now, DRIFT_NOW_SAME);
	assert_true(key->by[SYSCTL_LOADER_SYSTEMD].lost);
	assert_string_equal(key->by[SYSCTL_LOADER_SYSTEMD].lost_line.path,
	                    CONF);
	assert_int_equal(key->by[SYSCTL_LOADER_SYSTEMD].lost_why,
	                 SYSCTL_LOST_NOT_READ);

	assert_int_equal(key->by[SYSCTL_LOADER_PROCPS].value.v[0], 128);
	assert_string_equal(key->by[SYSCTL_LOADER_PROCPS].line.path, CONF);
	assert_int_equal(key->by[SYSCTL_LOADER_PROCPS].now, DRIFT_NOW_OTHER);
	assert_int_equal(key->by[SYSCTL_LOADER_PROCPS].lost_why,
	                 SYSCTL_LOST_LATER);
	assert_true(key->loaders_differ);
	assert_true(key->kept);
	assert_true(key->default_known);

	key = &drift->key[SYSCTL_SYNCOOKIES];
	assert_false(key->by[SYSCTL_LOADER_SYSTEMD].set);
	assert_false(key->by[SYSCTL_LOADER_SYSTEMD].lost);
	assert_false(key->loaders_differ);
	free(drift);
	tree_remove(&tree);
	host_free(host);
}

/* The value in force, and what cannot be said without it. */
static void what_is_not_known_now(void **state)
{
	struct host *host = facts_healthy();
	struct drift *drift;
	struct tree tree;

	(void)state;
	make_host(&tree, "net.core.somaxconn=77\n", NULL);
	drift = read_drift(&tree, host); /* the file is missing */
	assert_int_equal(drift->key[SYSCTL_SOMAXCONN].by[0].now,
	                 DRIFT_NOW_UNKNOWN);
	free(drift);
	set_now(&tree, host, 9999);
	host->ns[0].sysctl[SYSCTL_SOMAXCONN].state = FACT_DENIED;
	drift = read_drift(&tree, host);
	assert_int_equal(drift->key[SYSCTL_SOMAXCONN].by[0].now,
	                 DRIFT_NOW_UNKNOWN);
	assert_true(drift->key[SYSCTL_SOMAXCONN].kept);
	free(drift);
	tree_remove(&tree);
	host_free(host);
}

static void somebody_set_it(void **state)
{
	static const struct {
		int64_t now;
		const char *cmdline;
		bool kept;
	} rows[] = {
		{ 4096, "", true },
		{ 128, "", true },
		{ 5000, "", false },
		{ 5000, "quiet sysctl.net.core.somaxconn=5000\n", true },
		{ 5000, "quiet sysctl.net.core.netdev_budget=5000\n", false },
	};
	struct host *host = facts_healthy();

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct drift *drift;
		struct tree tree;

		make_host(&tree, NULL, NULL);
		set_now(&tree, host, rows[i].now);
		tree_file(&tree, "proc/cmdline", rows[i].cmdline);
		drift = read_drift(&tree, host);
		assert_int_equal(drift->key[SYSCTL_SOMAXCONN].kept,
		                 rows[i].kept);
		free(drift);
		tree_remove(&tree);
	}
	host_free(host);
}

static void not_elsewhere(void **state)
{
	static const char *const marks[] = {
		".dockerenv",
		"run/.containerenv",
		"run/systemd/container",
	};
	struct host *host = facts_healthy();
	struct tree tree;

	(void)state;
	make_host(&tree, NULL, NULL);
	host->ns[0].initial = fact_known(0);
	assert_null(read_drift(&tree, host));
	host->ns[0].initial.state = FACT_ABSENT;
	assert_null(read_drift(&tree, host));
	host->ns[0].initial = fact_known(1);
	tree_remove(&tree);
	for (size_t i = 0; i < N_OF(marks); i++) {
		make_host(&tree, NULL, NULL);
		tree_file(&tree, marks[i], "");
		assert_null(read_drift(&tree, host));
		tree_remove(&tree);
	}
	host_free(host);
}

static void the_unread_file_is_said(void **state)
{
	struct host *host = facts_healthy();
	struct drift *drift;
	struct tree tree;

	(void)state;
	make_host(&tree, NULL, NULL);
	tree_dir(&tree, "etc/sysctl.d");
	assert_int_equal(mkfifoat(tree.fd, &A[1], 0600), 0);
	drift = read_drift(&tree, host);
	assert_string_equal(drift->unread, A);
	free(drift);
	tree_remove(&tree);
	host_free(host);
}

static void on_the_command_line(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool found;
	} rows[] = {
		{ BYTES("sysctl.net.core.somaxconn=1"), true },
		{ BYTES("sysctl/net/core/somaxconn=1"), true },
		{ BYTES("sysctl.net/core/somaxconn=1"), true },
		{ BYTES("a=b sysctl.net.core.somaxconn=1 c"), true },
		{ BYTES("\"sysctl.net.core.somaxconn=1 2\""), true },
		{ BYTES("sysctl.net.core.somaxconn"), false },
		{ BYTES("sysctl.net.core.somaxconns=1"), false },
		{ BYTES("sysctl.net.core.somax=1"), false },
		{ BYTES("sysctlx.net.core.somaxconn=1"), false },
		{ BYTES("xsysctl.net.core.somaxconn=1"), false },
		{ BYTES("net.core.somaxconn=1"), false },
		{ BYTES("sysctl."), false },
		{ BYTES("sysctl"), false },
		{ BYTES("\""), false },
		{ BYTES(""), false },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		print_message("%s\n", rows[i].bytes);
		assert_int_equal(drift_on_cmdline(rows[i].bytes, rows[i].len,
		                                  "net.core.somaxconn"),
		                 rows[i].found);
	}
}

static struct sysctl_outcome outcome(const struct sysctl_file *file,
                                     enum sysctl_id id, const char *text)
{
	struct sysctl_outcome made = { 0 };

	if (!text)
		return made;
	made.set = true;
	made.line = (struct sysctl_line){ .file = file, .number = 1 };
	assert_true(sysctl_value_write(
		sysctl_desc(id), span_of(text, strlen(text)), &made.value));
	return made;
}

static void two_loaders(void **state)
{
	static const struct {
		enum sysctl_id id;
		const char *systemd, *procps; /* NULL: sets nothing */
		bool differ;
	} rows[] = {
		{ SYSCTL_SOMAXCONN, NULL, NULL, false },
		{ SYSCTL_SOMAXCONN, "5", "5", false },
		{ SYSCTL_SOMAXCONN, "16", "0x10", false },
		{ SYSCTL_SOMAXCONN, "5", "6", true },
		{ SYSCTL_SOMAXCONN, "5", NULL, true },
		{ SYSCTL_SOMAXCONN, NULL, "5", true },
		/* the default, by a line or by none */
		{ SYSCTL_SOMAXCONN, NULL, "4096", false },
		{ SYSCTL_SOMAXCONN, "128", NULL, true },
		{ SYSCTL_RESERVED_PORTS, NULL, "", false },
		{ SYSCTL_RESERVED_PORTS, NULL, "80", true },
		{ SYSCTL_RESERVED_PORTS, "80-81", "81,80", false },
		{ SYSCTL_FILE_MAX, "80", NULL, true },
		{ SYSCTL_CONGESTION_CONTROL, "bbr", "bbr", false },
		{ SYSCTL_CONGESTION_CONTROL, "bbr", "reno", true },
		{ SYSCTL_TCP_RMEM, "1 2", "1 2", false },
		{ SYSCTL_TCP_RMEM, "1 2", "1 2 3", true },
	};
	char path[] = A;
	const struct sysctl_file file = { .path = path };
	const struct sysctl_fact unread = { 0 };

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct sysctl_outcome a =
			outcome(&file, rows[i].id, rows[i].systemd);
		const struct sysctl_outcome b =
			outcome(&file, rows[i].id, rows[i].procps);
		const struct drift_seen seen = {
			.by = { &a, &b },
			.fact = &unread,
			.release = "6.1",
		};
		struct drift_key key;

		print_message("%zu\n", i);
		drift_compare(rows[i].id, &seen, &key);
		assert_int_equal(key.loaders_differ, rows[i].differ);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_against_what_is_in_force),
		cmocka_unit_test(what_is_not_known_now),
		cmocka_unit_test(somebody_set_it),
		cmocka_unit_test(not_elsewhere),
		cmocka_unit_test(the_unread_file_is_said),
		cmocka_unit_test(on_the_command_line),
		cmocka_unit_test(two_loaders),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
