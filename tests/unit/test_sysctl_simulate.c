// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sysctl_simulate - which line wins, and why the others lose.
 * tests/host/drift.sh asks the loaders themselves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/sysctl_simulate.h"
#include "tests/support/fdcheck.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FILES_MAX 4

#define ETC "/etc/sysctl.d/"
#define RUN "/run/sysctl.d/"
#define LOCAL "/usr/local/lib/sysctl.d/"
#define USR "/usr/lib/sysctl.d/"
#define LIB "/lib/sysctl.d/"
#define CONF "/etc/sysctl.conf"

#define CAP "net.core.somaxconn"
#define RANGE "net.ipv4.ip_local_port_range"
#define START "net.ipv4.ip_unprivileged_port_start"

struct file {
	const char *path, *content;
};

static void put(struct sysctl_files *files, const char *path,
                const char *content)
{
	struct err err = { 0 };

	assert_int_equal(sysctl_files_put(files, path, content, strlen(content),
	                                  &err),
	                 0);
}

static struct sysctl_outcome outcome_of(const struct sysctl_files *files,
                                        enum sysctl_loader loader,
                                        enum sysctl_id id)
{
	/* the ranges of ports look at each other */
	static const enum sysctl_id all[] = {
		SYSCTL_SOMAXCONN,
		SYSCTL_PORT_RANGE,
		SYSCTL_UNPRIVILEGED_PORT_START,
		SYSCTL_TCP_RMEM,
	};
	const struct sysctl_desc *wanted[N_OF(all)];
	struct sysctl_outcome outcomes[N_OF(all)];
	size_t at = 0;

	for (size_t i = 0; i < N_OF(all); i++) {
		wanted[i] = sysctl_desc(all[i]);
		if (all[i] == id)
			at = i;
	}
	assert_int_equal(sysctl_simulate(files, loader, wanted, N_OF(all),
	                                 outcomes, NULL),
	                 0);
	return outcomes[at];
}

/* "128 /etc/sysctl.d/a.conf:3", or "-" */
static void describe(enum sysctl_id id, const struct sysctl_outcome *outcome,
                     char *buf, size_t size)
{
	char value[64];

	(void)snprintf(buf, size, "-");
	if (!outcome->set)
		return;
	sysctl_value_format(sysctl_desc(id), &outcome->value, value,
	                    sizeof(value));
	(void)snprintf(buf, size, "%s %s:%u", value, outcome->line.file->path,
	               outcome->line.number);
}

/* clang-format off */
static const struct {
	struct file files[FILES_MAX];
	enum sysctl_id id;
	const char *systemd, *procps;
} layouts[] = {
	/* nothing, and one file */
	{ { { 0 } }, SYSCTL_SOMAXCONN, "-", "-" },
	{ { { ETC "a.conf", "#\n" CAP " = 5\n" } }, SYSCTL_SOMAXCONN,
	  "5 " ETC "a.conf:2", "5 " ETC "a.conf:2" },
	{ { { LIB "a.conf", CAP "=5" } }, SYSCTL_SOMAXCONN,
	  "5 " LIB "a.conf:1", "5 " LIB "a.conf:1" },
	/* one name: the first directory has it, and whole */
	{ { { ETC "a.conf", "" }, { RUN "a.conf", CAP "=5" } },
	  SYSCTL_SOMAXCONN, "-", "-" },
	{ { { RUN "a.conf", CAP "=1" }, { LOCAL "a.conf", CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " RUN "a.conf:1", "1 " RUN "a.conf:1" },
	{ { { LOCAL "a.conf", CAP "=1" }, { USR "a.conf", CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " LOCAL "a.conf:1", "1 " LOCAL "a.conf:1" },
	{ { { USR "a.conf", CAP "=1" }, { LIB "a.conf", CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " USR "a.conf:1", "1 " USR "a.conf:1" },
	/* several: the last by name, wherever it is */
	{ { { USR "90.conf", CAP "=1" }, { ETC "10.conf", CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " USR "90.conf:1", "1 " USR "90.conf:1" },
	{ { { ETC "a.conf", CAP "=1" }, { ETC "B.conf", CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:1", "1 " ETC "a.conf:1" },
	{ { { ETC "9.conf", CAP "=1" }, { ETC "10.conf", CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "9.conf:1", "1 " ETC "9.conf:1" },
	{ { { ETC "a.conf", CAP "=1\n" CAP "=2\n" } },
	  SYSCTL_SOMAXCONN, "2 " ETC "a.conf:2", "2 " ETC "a.conf:2" },
	/* the same again: the last is the one to change */
	{ { { ETC "a.conf", CAP "=1\n" CAP "=1\n" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:2", "1 " ETC "a.conf:2" },
	/* sysctl.conf */
	{ { { ETC "zz.conf", CAP "=14" }, { CONF, CAP "=15" } },
	  SYSCTL_SOMAXCONN, "14 " ETC "zz.conf:1", "15 " CONF ":1" },
	{ { { CONF, CAP "=15" } }, SYSCTL_SOMAXCONN, "-", "15 " CONF ":1" },
	{ { { ETC "sysctl.conf", CAP "=1" }, { CONF, CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "sysctl.conf:1", "2 " CONF ":1" },
	/* a hidden file */
	{ { { ETC ".a.conf", CAP "=1" } }, SYSCTL_SOMAXCONN,
	  "-", "1 " ETC ".a.conf:1" },
	{ { { ETC ".conf", CAP "=1" } }, SYSCTL_SOMAXCONN,
	  "-", "1 " ETC ".conf:1" },
	/* globs: a line that names the key beats them, wherever it is */
	{ { { ETC "a.conf", CAP "=1\nnet.core.somax*=2\n" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:1", "1 " ETC "a.conf:1" },
	{ { { ETC "a.conf", "net.core.somax*=1\nnet.*.somaxconn=2\n" } },
	  SYSCTL_SOMAXCONN, "2 " ETC "a.conf:2", "2 " ETC "a.conf:2" },
	{ { { ETC "a.conf", "net.core.somax*=1\n" },
	    { CONF, CAP "=2" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:1", "2 " CONF ":1" },
	/* the same glob again: systemd leaves it where it was */
	{ { { ETC "a.conf", "net.core.somax*=1\nnet.*.somaxconn=2\n"
	                    "net/core/somax*=1\n" } },
	  SYSCTL_SOMAXCONN, "2 " ETC "a.conf:2", "1 " ETC "a.conf:3" },
	{ { { ETC "a.conf", "net.core.somax*=1\nnet.*.somaxconn=2\n"
	                    "net.core.somax*=3\n" } },
	  SYSCTL_SOMAXCONN, "3 " ETC "a.conf:3", "3 " ETC "a.conf:3" },
	/* exclusions */
	{ { { ETC "a.conf", "net.core.somax*=1\n-" CAP "\n" } },
	  SYSCTL_SOMAXCONN, "-", "-" },
	{ { { ETC "a.conf", CAP "=1\n-" CAP "\n" } },
	  SYSCTL_SOMAXCONN, "-", "1 " ETC "a.conf:1" },
	{ { { ETC "a.conf", "-" CAP "\n" CAP "=1\n" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:2", "1 " ETC "a.conf:2" },
	{ { { ETC "a.conf", "net.core.somax*=1\n-net.core.s*\n" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:1", "1 " ETC "a.conf:1" },
	{ { { ETC "a.conf", "net.core.somax*=1\n-net.core.somax*\n" } },
	  SYSCTL_SOMAXCONN, "-", "1 " ETC "a.conf:1" },
	{ { { ETC "a.conf", "-" CAP "\n-" CAP "\nnet.core.*=1" } },
	  SYSCTL_SOMAXCONN, "-", "-" },
	/* procps does not see that an odd spelling is the same key */
	{ { { ETC "a.conf", "net//core/somaxconn=1\nnet.core.somax*=2\n" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:1", "2 " ETC "a.conf:2" },
	{ { { ETC "a.conf", CAP "=1\nnet//core/somax*=2\n" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:1", "2 " ETC "a.conf:2" },
	/* a value that the kernel refuses */
	{ { { ETC "a.conf", CAP "=1\n" CAP "=2#\n" } },
	  SYSCTL_SOMAXCONN, "-", "1 " ETC "a.conf:1" },
	{ { { ETC "a.conf", "net.core.somax*=1\nnet.*.somaxconn=x\n" } },
	  SYSCTL_SOMAXCONN, "1 " ETC "a.conf:1", "1 " ETC "a.conf:1" },
	{ { { ETC "a.conf", "net.core.somax*=1\n" CAP "=x\n" } },
	  SYSCTL_SOMAXCONN, "-", "-" },
	/* fewer numbers */
	{ { { ETC "a.conf", "net.ipv4.tcp_rmem=1 2 3\nnet.ipv4.tcp_rmem=9\n" } },
	  SYSCTL_TCP_RMEM, "9 " ETC "a.conf:2", "9 2 3 " ETC "a.conf:2" },
	/* the two ranges of ports */
	{ { { ETC "a.conf", RANGE "=1000 2000\n" } },
	  SYSCTL_PORT_RANGE, "-", "-" },
	{ { { ETC "a.conf", RANGE "=1024 2000\n" } }, SYSCTL_PORT_RANGE,
	  "1024 2000 " ETC "a.conf:1", "1024 2000 " ETC "a.conf:1" },
	{ { { ETC "a.conf", START "=80\n" RANGE "=1000 2000\n" } },
	  SYSCTL_PORT_RANGE,
	  "1000 2000 " ETC "a.conf:2", "1000 2000 " ETC "a.conf:2" },
	{ { { ETC "a.conf", RANGE "=1000 2000\n" START "=80\n" } },
	  SYSCTL_PORT_RANGE, "-", "-" },
	{ { { ETC "a.conf", START "=32769\n" } },
	  SYSCTL_UNPRIVILEGED_PORT_START, "-", "-" },
	{ { { ETC "a.conf", START "=32768\n" } },
	  SYSCTL_UNPRIVILEGED_PORT_START,
	  "32768 " ETC "a.conf:1", "32768 " ETC "a.conf:1" },
	{ { { ETC "a.conf", RANGE "=40000\n" START "=40000\n" } },
	  SYSCTL_UNPRIVILEGED_PORT_START,
	  "40000 " ETC "a.conf:2", "40000 " ETC "a.conf:2" },
	{ { { ETC "a.conf", RANGE "=60999\n" } }, SYSCTL_PORT_RANGE,
	  "60999 " ETC "a.conf:1", "60999 " ETC "a.conf:1" },
	{ { { ETC "a.conf", RANGE "=61001\n" } },
	  SYSCTL_PORT_RANGE, "-", "-" },
};
/* clang-format on */

static void the_right_line_wins(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(layouts); i++) {
		struct sysctl_files files = { 0 };
		const enum sysctl_id id = layouts[i].id;

		for (size_t j = 0; j < FILES_MAX && layouts[i].files[j].path;
		     j++)
			put(&files, layouts[i].files[j].path,
			    layouts[i].files[j].content);
		for (enum sysctl_loader l = 0; l < SYSCTL_LOADER_COUNT; l++) {
			const struct sysctl_outcome outcome =
				outcome_of(&files, l, id);
			char found[256];

			print_message("%zu %s\n", i, sysctl_loader_name(l));
			describe(id, &outcome, found, sizeof(found));
			assert_string_equal(found, l == SYSCTL_LOADER_SYSTEMD
			                                   ? layouts[i].systemd
			                                   : layouts[i].procps);
		}
		sysctl_files_free(&files);
	}
}

static void expect_loser(const struct sysctl_outcome *outcome, size_t at,
                         const char *path, unsigned int number,
                         enum sysctl_lost why)
{
	assert_true(at < outcome->n_losers);
	assert_string_equal(outcome->losers[at].line.file->path, path);
	assert_int_equal(outcome->losers[at].line.number, number);
	assert_int_equal(outcome->losers[at].why, why);
}

static void the_others_lose_for_a_reason(void **state)
{
	struct sysctl_files files = { 0 };
	struct sysctl_outcome outcome;

	(void)state;
	put(&files, ETC "a.conf", CAP "=1\n" CAP "=2\nnet.core.s*=3\n");
	put(&files, ETC "b.conf", CAP "=4#\n" CAP "=5\n");
	put(&files, USR "a.conf", "#\n" CAP "=6\n-" CAP "\n");
	put(&files, CONF, CAP "=7\n");

	outcome = outcome_of(&files, SYSCTL_LOADER_SYSTEMD, SYSCTL_SOMAXCONN);
	assert_int_equal(outcome.value.v[0], 5);
	assert_int_equal(outcome.n_losers, 6);
	expect_loser(&outcome, 0, ETC "a.conf", 1, SYSCTL_LOST_LATER);
	expect_loser(&outcome, 1, ETC "a.conf", 2, SYSCTL_LOST_LATER);
	expect_loser(&outcome, 2, ETC "b.conf", 1, SYSCTL_LOST_LATER);
	expect_loser(&outcome, 3, ETC "a.conf", 3, SYSCTL_LOST_EXPLICIT);
	expect_loser(&outcome, 4, USR "a.conf", 2, SYSCTL_LOST_MASKED);
	expect_loser(&outcome, 5, CONF, 1, SYSCTL_LOST_NOT_READ);

	outcome = outcome_of(&files, SYSCTL_LOADER_PROCPS, SYSCTL_SOMAXCONN);
	assert_int_equal(outcome.value.v[0], 7);
	assert_int_equal(outcome.n_losers, 6);
	expect_loser(&outcome, 0, ETC "a.conf", 1, SYSCTL_LOST_LATER);
	expect_loser(&outcome, 1, ETC "a.conf", 3, SYSCTL_LOST_EXPLICIT);
	expect_loser(&outcome, 2, ETC "b.conf", 1, SYSCTL_LOST_REFUSED);
	expect_loser(&outcome, 3, ETC "a.conf", 2, SYSCTL_LOST_LATER);
	expect_loser(&outcome, 4, ETC "b.conf", 2, SYSCTL_LOST_LATER);
	expect_loser(&outcome, 5, USR "a.conf", 2, SYSCTL_LOST_MASKED);
	sysctl_files_free(&files);
}

static void excluded_lines_lose_too(void **state)
{
	struct sysctl_files files = { 0 };
	struct sysctl_outcome outcome;

	(void)state;
	put(&files, ETC "a.conf", CAP "=1\nnet.core.s*=2\n-" CAP "\n");
	outcome = outcome_of(&files, SYSCTL_LOADER_SYSTEMD, SYSCTL_SOMAXCONN);
	assert_false(outcome.set);
	assert_int_equal(outcome.n_losers, 2);
	expect_loser(&outcome, 0, ETC "a.conf", 1, SYSCTL_LOST_EXCLUDED);
	expect_loser(&outcome, 1, ETC "a.conf", 2, SYSCTL_LOST_EXCLUDED);
	sysctl_files_free(&files);
}

/* Named by both kinds of lines, procps has it named. */
static void named_and_excluded(void **state)
{
	struct sysctl_files files = { 0 };
	struct sysctl_outcome outcome;

	(void)state;
	put(&files, ETC "a.conf", CAP "=1\n-" CAP "\nnet.core.s*=2\n");
	outcome = outcome_of(&files, SYSCTL_LOADER_PROCPS, SYSCTL_SOMAXCONN);
	assert_int_equal(outcome.value.v[0], 1);
	assert_int_equal(outcome.n_losers, 1);
	expect_loser(&outcome, 0, ETC "a.conf", 3, SYSCTL_LOST_EXPLICIT);
	sysctl_files_free(&files);
}

static void losers_are_counted_beyond_the_list(void **state)
{
	struct sysctl_files files = { 0 };
	struct sysctl_outcome outcome;
	char content[1024] = "";

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)sprintf(content + strlen(content), CAP "=%d\n", i);
	put(&files, ETC "a.conf", content);
	for (enum sysctl_loader l = 0; l < SYSCTL_LOADER_COUNT; l++) {
		outcome = outcome_of(&files, l, SYSCTL_SOMAXCONN);
		assert_int_equal(outcome.value.v[0], 19);
		assert_int_equal(outcome.line.number, 20);
		assert_int_equal(outcome.n_losers, 19);
		expect_loser(&outcome, SYSCTL_LOSERS_MAX - 1, ETC "a.conf",
		             SYSCTL_LOSERS_MAX, SYSCTL_LOST_LATER);
	}
	sysctl_files_free(&files);
}

/* Debian's 99-sysctl.conf -> ../sysctl.conf: no line loses to itself. */
static void a_file_by_two_names(void **state)
{
	struct sysctl_files files = { 0 };
	struct sysctl_outcome outcome;

	(void)state;
	put(&files, ETC "99-sysctl.conf", CAP "=1\n" CAP "=2\n");
	put(&files, CONF, CAP "=1\n" CAP "=2\n");
	for (size_t i = 0; i < files.n; i++)
		files.list[i].ino = 7;
	outcome = outcome_of(&files, SYSCTL_LOADER_SYSTEMD, SYSCTL_SOMAXCONN);
	assert_string_equal(outcome.line.file->path, ETC "99-sysctl.conf");
	assert_int_equal(outcome.losers[0].why, SYSCTL_LOST_LATER);
	for (size_t i = 0; i < outcome.n_losers; i++)
		assert_int_equal(outcome.losers[i].line.number, 1);
	outcome = outcome_of(&files, SYSCTL_LOADER_PROCPS, SYSCTL_SOMAXCONN);
	assert_string_equal(outcome.line.file->path, CONF);
	sysctl_files_free(&files);
}

/* What persisting asks: would this file win, and if not, what is it? */
static void one_file_more(void **state)
{
	static const char extra[] = ETC "zz-mine.conf";
	static const struct {
		struct file there;
		const char *systemd, *procps; /* who wins then */
	} rows[] = {
		{ { ETC "10.conf", CAP "=1" }, extra, extra },
		{ { ETC "zzz.conf", CAP "=1" },
		  ETC "zzz.conf",
		  ETC "zzz.conf" },
		{ { CONF, CAP "=1" }, extra, CONF },
		{ { ETC "zzz.conf", "net.core.s*=1" }, extra, extra },
		{ { USR "zz-mine.conf", CAP "=1" }, extra, extra },
		{ { ETC "zzz.conf", "-" CAP "\n" }, "", extra },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct sysctl_files files = { 0 };
		struct sysctl_outcome outcome;

		print_message("%zu\n", i);
		put(&files, rows[i].there.path, rows[i].there.content);
		put(&files, extra, CAP "=4096\n");
		outcome = outcome_of(&files, SYSCTL_LOADER_SYSTEMD,
		                     SYSCTL_SOMAXCONN);
		assert_string_equal(outcome.set ? outcome.line.file->path : "",
		                    rows[i].systemd);
		outcome = outcome_of(&files, SYSCTL_LOADER_PROCPS,
		                     SYSCTL_SOMAXCONN);
		assert_string_equal(outcome.line.file->path, rows[i].procps);
		sysctl_files_free(&files);
	}
}

static void dots_in_a_component(void **state)
{
	static const struct sysctl_desc desc = {
		.key = "net/ipv4/conf/eth0.1/rp_filter",
		.type = SYSCTL_TYPE_INT,
		.max = 2,
	};
	const struct sysctl_desc *wanted = &desc;
	struct sysctl_files files = { 0 };
	struct sysctl_outcome outcome;

	(void)state;
	put(&files, ETC "a.conf",
	    "net.ipv4.conf.*.rp_filter=1\nnet.ipv4.conf.eth0/1.rp_filter=2\n");
	for (enum sysctl_loader l = 0; l < SYSCTL_LOADER_COUNT; l++) {
		assert_int_equal(sysctl_simulate(&files, l, &wanted, 1,
		                                 &outcome, NULL),
		                 0);
		assert_int_equal(outcome.value.v[0], 2);
	}
	assert_int_equal(sysctl_simulate(&files, 0, NULL, 0, NULL, NULL), 0);
	sysctl_files_free(&files);
}

/* One sysctl that the kernel shows by two names. */
static void two_names(void **state)
{
	static const char *const contents[] = {
		"net.nf_conntrack_max=7\n",
		"net.netfilter.nf_conntrack_max=7\n",
		"net.netfilter.nf_conntrack_max=6\nnet.nf_conntrack_max=7\n",
		"net.nf_conntrack_max=6\nnet.netfilter.nf_conntrack_max=7\n",
	};
	const struct sysctl_desc *wanted = sysctl_desc(SYSCTL_CONNTRACK_MAX);

	(void)state;
	for (size_t i = 0; i < N_OF(contents); i++) {
		struct sysctl_files files = { 0 };
		struct sysctl_outcome outcome;

		put(&files, ETC "a.conf", contents[i]);
		for (enum sysctl_loader l = 0; l < SYSCTL_LOADER_COUNT; l++) {
			assert_int_equal(sysctl_simulate(&files, l, &wanted, 1,
			                                 &outcome, NULL),
			                 0);
			assert_true(outcome.set);
			assert_int_equal(outcome.value.v[0], 7);
		}
		sysctl_files_free(&files);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_line_wins),
		cmocka_unit_test(the_others_lose_for_a_reason),
		cmocka_unit_test(excluded_lines_lose_too),
		cmocka_unit_test(named_and_excluded),
		cmocka_unit_test(losers_are_counted_beyond_the_list),
		cmocka_unit_test(a_file_by_two_names),
		cmocka_unit_test(one_file_more),
		cmocka_unit_test(dots_in_a_component),
		cmocka_unit_test(two_names),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
