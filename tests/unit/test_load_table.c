// SPDX-License-Identifier: GPL-2.0-or-later
/* table: its descriptors are its own, and what is passed arrives or is gone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/load/table.h"
#include "tests/support/fdcheck.h"

static struct table **open_tables(size_t n)
{
	struct table **tables = NULL;
	struct err err = { 0 };

	if (tables_open(n, &tables, &err))
		fail_msg("%s", err.what);
	return tables;
}

static void add_one(void *arg)
{
	(*(int *)arg)++;
}

static void test_call(void **state)
{
	struct table **tables = open_tables(2);
	int count = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		table_call(tables[i % 2], add_one, &count);
	table_call(NULL, add_one, &count);
	assert_int_equal(count, 101);
	tables_close(tables, 2);
}

/* What a step finds of a descriptor, or does with it. */
struct use {
	int fd;
	uint64_t value;
	int rc;
};

static void use_read(void *arg)
{
	struct use *use = arg;

	use->rc = (int)read(use->fd, &use->value, sizeof(use->value));
}

static void use_close(void *arg)
{
	struct use *use = arg;

	use->rc = close(use->fd);
}

static void test_what_is_open_before_is_in_all(void **state)
{
	struct use use = { .fd = eventfd(5, EFD_CLOEXEC | EFD_NONBLOCK) };
	struct table **tables = open_tables(2);

	(void)state;
	table_call(tables[1], use_read, &use);
	assert_int_equal(use.rc, 8);
	assert_int_equal(use.value, 5);
	/* closed in one, it stays in the others */
	table_call(tables[1], use_close, &use);
	assert_int_equal(use.rc, 0);
	table_call(tables[1], use_close, &use);
	assert_int_equal(use.rc, -1);
	assert_int_equal(eventfd_write(use.fd, 1), 0);
	table_call(tables[0], use_read, &use);
	assert_int_equal(use.value, 1);
	assert_int_equal(close(use.fd), 0);
	tables_close(tables, 2);
}

static void test_what_is_opened_later_is_not(void **state)
{
	struct table **tables = open_tables(1);
	const int fd = eventfd(5, EFD_CLOEXEC | EFD_NONBLOCK);
	/* a number that the table has nothing else at */
	struct use use = { .fd = fcntl(fd, F_DUPFD_CLOEXEC, 200) };

	(void)state;
	table_call(tables[0], use_read, &use);
	assert_int_equal(use.rc, -1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(use.fd), 0);
	tables_close(tables, 1);
}

static void test_pass(void **state)
{
	struct table **tables = open_tables(1);
	int fds[TABLE_PASS_MAX];
	int there[TABLE_PASS_MAX];

	(void)state;
	for (int i = 0; i < TABLE_PASS_MAX; i++)
		fds[i] = eventfd((unsigned int)i + 1,
		                 EFD_CLOEXEC | EFD_NONBLOCK);
	table_pass(tables[0], fds, TABLE_PASS_MAX, there);
	for (int i = 0; i < TABLE_PASS_MAX; i++) {
		struct use use = { .fd = there[i] };

		assert_int_equal(fcntl(fds[i], F_GETFD), -1);
		table_call(tables[0], use_read, &use);
		assert_int_equal(use.rc, 8);
		assert_int_equal(use.value, i + 1);
	}
	tables_close(tables, 1);
}

static void test_no_room(void **state)
{
	struct table **tables = open_tables(1);
	struct rlimit before;
	struct rlimit few;
	int fds[40];
	int there[40];
	int lost = 0;

	(void)state;
	for (int i = 0; i < 40; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 32;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	table_pass(tables[0], fds, 40, there);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (int i = 0; i < 40; i++) {
		lost += there[i] < 0;
		assert_int_equal(fcntl(fds[i], F_GETFD), -1);
	}
	assert_in_range(lost, 10, 39);
	/* nothing of it is left for the next time */
	fds[0] = eventfd(7, EFD_CLOEXEC | EFD_NONBLOCK);
	table_pass(tables[0], fds, 1, there);
	assert_true(there[0] >= 0);
	tables_close(tables, 1);
}

static void test_cannot_open(void **state)
{
	struct table **tables = NULL;
	struct err err = { 0 };
	struct rlimit before;
	struct rlimit few;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 16;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(tables_open(50, &tables, &err), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_null(tables);
	assert_non_null(err.what[0] ? err.what : NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_what_is_open_before_is_in_all),
		cmocka_unit_test(test_what_is_opened_later_is_not),
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_cannot_open),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
