// SPDX-License-Identifier: GPL-2.0-or-later
/* test_file - whole files only: sizes around the buffer's, and errors. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "tests/support/fdcheck.h"

static char dir[] = P_tmpdir "/kiloflow-test-XXXXXX";
static int dir_fd;

static int setup(void **state)
{
	if (fdcheck_setup(state) || !mkdtemp(dir))
		return -1;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir_fd < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)unlinkat(dir_fd, "f", 0);
	(void)close(dir_fd);
	(void)rmdir(dir);
	return fdcheck_teardown(state);
}

/* The file "f" with @len bytes, the i-th of which is i % 251. */
static void make_file(size_t len)
{
	const int fd = openat(dir_fd, "f", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	for (size_t i = 0; i < len; i++) {
		const char byte = (char)(i % 251);

		assert_int_equal(write(fd, &byte, 1), 1);
	}
	close(fd);
}

static void assert_content(const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(buf[i], (char)(i % 251));
	assert_int_equal(buf[len], '\0');
}

static void fits_or_does_not(void **state)
{
	char buf[16];
	size_t len = 99;

	(void)state;
	make_file(sizeof(buf) - 1);
	assert_int_equal(file_read(dir_fd, "f", buf, sizeof(buf), &len, NULL),
	                 0);
	assert_int_equal(len, sizeof(buf) - 1);
	assert_content(buf, len);

	make_file(sizeof(buf));
	assert_int_equal(file_read(dir_fd, "f", buf, sizeof(buf), &len, NULL),
	                 -EFBIG);
	assert_string_equal(buf, "");

	make_file(0);
	assert_int_equal(file_read(dir_fd, "f", buf, 1, &len, NULL), 0);
	assert_int_equal(len, 0);
	assert_string_equal(buf, "");
}

static void alloc_up_to_the_most(void **state)
{
	static const size_t sizes[] = {
		0, 1, 99, 100, 4095, 4096, 4097, 20000
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const size_t size = sizes[i];
		char *buf = NULL;
		size_t len = 0;

		make_file(size);
		assert_int_equal(file_read_alloc(dir_fd, "f", size, &buf, &len,
		                                 NULL),
		                 0);
		assert_int_equal(len, size);
		assert_content(buf, len);
		free(buf);
		if (!size)
			continue;
		assert_int_equal(file_read_alloc(dir_fd, "f", size - 1, &buf,
		                                 &len, NULL),
		                 -EFBIG);
	}
}

static void errors_have_words(void **state)
{
	struct err err = { 0 };
	char buf[16] = "old";
	char *all = NULL;

	(void)state;
	assert_int_equal(file_read(dir_fd, "no/such", buf, sizeof(buf), NULL,
	                           &err),
	                 -ENOENT);
	assert_string_equal(err.what,
	                    "cannot read /no/such: No such file or directory");
	assert_int_equal(err.code, -ENOENT);
	assert_string_equal(buf, "");
	assert_int_equal(file_read(dir_fd, ".", buf, sizeof(buf), NULL, NULL),
	                 -EISDIR);
	assert_int_equal(file_read_alloc(dir_fd, ".", 100, &all, NULL, NULL),
	                 -EISDIR);
	assert_int_equal(file_read_alloc(dir_fd, "f/x", 100, &all, NULL, NULL),
	                 -ENOTDIR);
	assert_null(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_or_does_not),
		cmocka_unit_test(alloc_up_to_the_most),
		cmocka_unit_test(errors_have_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
