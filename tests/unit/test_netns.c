// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns - what a spec may be, and what is refused and how. Entering is tried
 * with the namespace that the test is in: it works for root, and for everyone
 * else is the refusal that is tested.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/facts.h"
#include "probes/netns.h"
#include "tests/support/fdcheck.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static void opens_its_own(void **state)
{
	char pid[16];
	const char *const specs[] = {
		pid,
		"/proc/self/ns/net",
		"/proc/thread-self/ns/net",
	};
	char file[32];
	const char *const files[] = { file, specs[1], specs[2] };
	uint64_t inode;

	(void)state;
	(void)snprintf(pid, sizeof(pid), "%d", getpid());
	(void)snprintf(file, sizeof(file), "/proc/%d/ns/net", getpid());
	assert_int_equal(netns_inode(&inode, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		struct netns_facts ns = { 0 };
		struct err err = { 0 };
		int fd = -1;

		assert_int_equal(netns_open(specs[i], &fd, &ns, &err), 0);
		assert_string_equal(ns.name, specs[i]);
		assert_string_equal(ns.enter, files[i]);
		assert_int_equal(err.code, 0);
		assert_int_equal(inode_of(fd), inode);
		(void)close(fd);
	}
}

static void refuses_in_words(void **state)
{
	static const char long_path[] =
		"/proc/./././././././././././././././././././././././././self/ns/net";
	static const struct {
		const char *spec;
		int code;
		const char *words;
	} rows[] = {
		{ "no-such-namespace", -ENOENT,
		  "no network namespace \"no-such-namespace\"" },
		{ "0", -ENOENT, "no process \"0\"" },
		{ "4194305", -ENOENT, "no process \"4194305\"" },
		{ "99999999999999999999", -ENOENT, "no process" },
		{ "10k", -ENOENT, "no network namespace \"10k\"" },
		{ "-1", -ENOENT, "no network namespace \"-1\"" },
		{ "/no/such/file", -ENOENT, "no file \"/no/such/file\"" },
		{ "/dev/null", -EINVAL, "\"/dev/null\" is not a network" },
		{ "/proc/self/stat", -EINVAL, "not a network namespace" },
		{ "/proc/self/ns/uts", -EINVAL, "not a network namespace" },
		{ "/dev/null/x", -ENOTDIR, "Not a directory" },
		{ long_path, -ENAMETOOLONG, "at most 63 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct netns_facts ns = { 0 };
		struct err err = { 0 };
		int fd = -2;

		print_message("\"%s\"\n", rows[i].spec);
		assert_int_equal(netns_open(rows[i].spec, &fd, &ns, &err),
		                 rows[i].code);
		assert_int_equal(fd, -2);
		assert_int_equal(err.code, rows[i].code);
		assert_non_null(strstr(err.what, rows[i].words));
	}
}

/* These are directories where there are named namespaces, else nothing. */
static void refuses_names_that_are_none(void **state)
{
	static const char *const specs[] = { "", ".", ".." };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		struct netns_facts ns = { 0 };
		int fd;

		assert_true(netns_open(specs[i], &fd, &ns, NULL) < 0);
	}
}

/* A FIFO that nobody writes to must not make it wait. */
static void does_not_block(void **state)
{
	char dir[] = "/tmp/netns-XXXXXX";
	struct netns_facts ns = { 0 };
	char path[64];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)alarm(5);
	assert_int_equal(netns_open(path, &fd, &ns, NULL), -EINVAL);
	(void)alarm(0);
	(void)unlink(path);
	(void)rmdir(dir);
}

static void enters_or_says_why_not(void **state)
{
	struct netns_facts ns = { 0 };
	struct err err = { 0 };
	uint64_t before;
	uint64_t after;
	int rc;
	int fd;

	(void)state;
	assert_int_equal(netns_inode(&before, NULL), 0);
	assert_int_equal(netns_open("/proc/self/ns/net", &fd, &ns, NULL), 0);
	rc = netns_enter(fd, &err);
	(void)close(fd);
	assert_int_equal(netns_inode(&after, NULL), 0);
	assert_int_equal(after, before);
	if (rc == 0)
		return;
	assert_int_equal(rc, -EPERM);
	assert_non_null(strstr(err.hint, "CAP_SYS_ADMIN"));
	assert_non_null(strstr(err.hint, "nsenter"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_its_own),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(refuses_names_that_are_none),
		cmocka_unit_test(does_not_block),
		cmocka_unit_test(enters_or_says_why_not),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
