// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sysctl_files - which files are found below a root, in which order,
 * and which loader a host boots with
 */
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
#include "probes/sysctl_files.h"
#include "tests/support/fdcheck.h"
#include "tests/support/tree.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

/* "PATH=CONTENT" of each file, one a line; and the first that is unread */
static void expect_files(const struct tree *tree, const char *want,
                         const char *unread)
{
	struct sysctl_files files;
	struct err err = { 0 };
	char found[1024] = "";

	assert_int_equal(sysctl_files_read(tree->fd, &files, &err), 0);
	for (size_t i = 0; i < files.n; i++) {
		strcat(found, files.list[i].path);
		strcat(found, "=");
		strcat(found, files.list[i].bytes);
		strcat(found, "\n");
		assert_int_equal(files.list[i].len,
		                 strlen(files.list[i].bytes));
		assert_string_equal(strrchr(files.list[i].path, '/') + 1,
		                    files.list[i].name);
	}
	assert_string_equal(found, want);
	assert_string_equal(files.unread, unread);
	assert_int_equal(files.unread_code < 0, unread[0] != '\0');
	sysctl_files_free(&files);
	assert_int_equal(files.n, 0);
}

static void nothing_there(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	expect_files(&tree, "/etc/sysctl.conf=\n", "");
	tree_file(&tree, "etc/sysctl.d", "no directory");
	tree_file(&tree, "run", "no directory");
	expect_files(&tree, "/etc/sysctl.conf=\n", "");
	tree_remove(&tree);
}

static void by_directory_and_name(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_file(&tree, "etc/sysctl.conf", "c");
	tree_file(&tree, "lib/sysctl.d/a.conf", "5");
	tree_file(&tree, "usr/lib/sysctl.d/a.conf", "4");
	tree_file(&tree, "usr/local/lib/sysctl.d/a.conf", "3");
	tree_file(&tree, "run/sysctl.d/a.conf", "2");
	tree_file(&tree, "etc/sysctl.d/a.conf", "1");
	tree_file(&tree, "etc/sysctl.d/10.conf", "0");
	tree_file(&tree, "etc/sysctl.d/.b.conf", "hidden");
	tree_file(&tree, "etc/sysctl.d/README", "x");
	tree_file(&tree, "etc/sysctl.d/a.conf~", "x");
	tree_file(&tree, "etc/sysctl.d/a.confx", "x");
	tree_file(&tree, "etc/sysctl.d/conf", "x");
	expect_files(&tree,
	             "/etc/sysctl.d/.b.conf=hidden\n"
	             "/etc/sysctl.d/10.conf=0\n"
	             "/etc/sysctl.d/a.conf=1\n"
	             "/run/sysctl.d/a.conf=2\n"
	             "/usr/local/lib/sysctl.d/a.conf=3\n"
	             "/usr/lib/sysctl.d/a.conf=4\n"
	             "/lib/sysctl.d/a.conf=5\n"
	             "/etc/sysctl.conf=c\n",
	             "");
	tree_remove(&tree);
}

static void a_merged_lib_is_read_once(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_file(&tree, "usr/lib/sysctl.d/a.conf", "1");
	tree_link(&tree, "lib", "usr/lib");
	expect_files(&tree, "/usr/lib/sysctl.d/a.conf=1\n/etc/sysctl.conf=\n",
	             "");
	tree_remove(&tree);
}

/* An absolute link and one that climbs: neither leaves the root. */
static void links_stay_below_the_root(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_file(&tree, "etc/passwd", "inside");
	tree_link(&tree, "etc/sysctl.d/a.conf", "/etc/passwd");
	tree_link(&tree, "etc/sysctl.d/b.conf",
	          "../../../../../../../../../etc/passwd");
	tree_link(&tree, "etc/sysctl.d/c.conf", "../sysctl.conf");
	tree_link(&tree, "etc/sysctl.d/d.conf", "/etc/hostname");
	tree_link(&tree, "run", "/etc");
	tree_file(&tree, "etc/sysctl.conf", "c");
	expect_files(&tree,
	             "/etc/sysctl.d/a.conf=inside\n"
	             "/etc/sysctl.d/b.conf=inside\n"
	             "/etc/sysctl.d/c.conf=c\n"
	             "/etc/sysctl.d/d.conf=\n"
	             "/etc/sysctl.conf=c\n",
	             "");
	tree_remove(&tree);
}

static void what_is_empty_masks(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_link(&tree, "etc/sysctl.d/a.conf", "/dev/null");
	tree_link(&tree, "etc/sysctl.d/b.conf", "nowhere");
	tree_link(&tree, "etc/sysctl.d/c.conf", "c.conf");
	tree_dir(&tree, "etc/sysctl.d/d.conf");
	tree_file(&tree, "etc/sysctl.d/e.conf", "");
	tree_dir(&tree, "etc/sysctl.conf");
	expect_files(&tree,
	             "/etc/sysctl.d/a.conf=\n/etc/sysctl.d/b.conf=\n"
	             "/etc/sysctl.d/c.conf=\n/etc/sysctl.d/d.conf=\n"
	             "/etc/sysctl.d/e.conf=\n/etc/sysctl.conf=\n",
	             "");
	tree_remove(&tree);
}

/* A FIFO would be waited for; a file of this size is none that was meant. */
static void what_cannot_be_read_is_said(void **state)
{
	struct tree tree;
	int fd;

	(void)state;
	tree_make(&tree);
	tree_file(&tree, "etc/sysctl.d/a.conf", "1");
	assert_int_equal(mkfifoat(tree.fd, "etc/sysctl.d/b.conf", 0600), 0);
	expect_files(&tree,
	             "/etc/sysctl.d/a.conf=1\n/etc/sysctl.d/b.conf=\n"
	             "/etc/sysctl.conf=\n",
	             "/etc/sysctl.d/b.conf");
	assert_int_equal(unlinkat(tree.fd, "etc/sysctl.d/b.conf", 0), 0);
	fd = openat(tree.fd, "etc/sysctl.conf", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, (4 << 20) + 1), 0);
	close(fd);
	expect_files(&tree, "/etc/sysctl.d/a.conf=1\n/etc/sysctl.conf=\n",
	             "/etc/sysctl.conf");
	tree_remove(&tree);
}

static void files_are_put(void **state)
{
	static const char *const nowhere[] = {
		"/etc/sysctl.d/a",
		"/etc/sysctl.d/x/a.conf",
		"/etc/sysctl.dd/a.conf",
		"/etc/a.conf",
		"/sysctl.conf",
		"a.conf",
		"",
	};
	struct sysctl_files files = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < N_OF(nowhere); i++)
		assert_int_equal(sysctl_files_put(&files, nowhere[i], "", 0,
		                                  NULL),
		                 -EINVAL);
	assert_int_equal(sysctl_files_put(&files, "/x/y.conf", "", 0, &err),
	                 -EINVAL);
	assert_non_null(strstr(err.what, "/x/y.conf"));
	sysctl_files_put(&files, "/etc/sysctl.conf", "c", 1, NULL);
	sysctl_files_put(&files, "/usr/lib/sysctl.d/a.conf", "u", 1, NULL);
	sysctl_files_put(&files, "/etc/sysctl.d/b.conf", "b", 1, NULL);
	sysctl_files_put(&files, "/etc/sysctl.d/a.conf", "a", 1, NULL);
	sysctl_files_put(&files, "/etc/sysctl.d/b.conf", "new", 3, NULL);
	assert_int_equal(files.n, 4);
	assert_string_equal(files.list[0].path, "/etc/sysctl.d/a.conf");
	assert_string_equal(files.list[1].bytes, "new");
	assert_int_equal(files.list[1].len, 3);
	assert_string_equal(files.list[2].path, "/usr/lib/sysctl.d/a.conf");
	assert_string_equal(files.list[3].path, "/etc/sysctl.conf");
	sysctl_files_free(&files);
}

/* ---- the loader ---- */

#define UNIT "systemd-sysctl.service"

static void a_systemd_host(void **state)
{
	struct tree tree;
	struct sysctl_boot boot;

	(void)state;
	tree_make(&tree);
	boot = sysctl_boot_read(tree.fd);
	assert_false(boot.unit || boot.masked || boot.run || boot.systemd);
	tree_file(&tree, "usr/lib/systemd/system/" UNIT, "[Unit]\n");
	boot = sysctl_boot_read(tree.fd);
	assert_true(boot.unit && !boot.masked && !boot.run && !boot.systemd);
	tree_dir(&tree, "run/systemd/system");
	boot = sysctl_boot_read(tree.fd);
	assert_true(boot.unit && !boot.masked && boot.run && boot.systemd);
	/* what the administrator has comes first */
	tree_link(&tree, "etc/systemd/system/" UNIT, "/dev/null");
	boot = sysctl_boot_read(tree.fd);
	assert_true(boot.unit && boot.masked);
	tree_remove(&tree);
}

static void a_unit_may_be_a_link_or_empty(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_link(&tree, "lib/systemd/system/" UNIT, "/opt/other.service");
	assert_true(sysctl_boot_read(tree.fd).unit);
	assert_false(sysctl_boot_read(tree.fd).masked);
	tree_file(&tree, "run/systemd/system/" UNIT, "");
	assert_true(sysctl_boot_read(tree.fd).masked);
	tree_remove(&tree);
}

static void who_sets_them(void **state)
{
	static const struct {
		struct sysctl_boot boot;
		enum sysctl_loader loader;
	} rows[] = {
		{ { .unit = true, .run = true, .systemd = true },
		  SYSCTL_LOADER_SYSTEMD },
		/* an image that nobody runs */
		{ { .unit = true }, SYSCTL_LOADER_SYSTEMD },
		/* it runs, but not systemd */
		{ { .unit = true, .run = true }, SYSCTL_LOADER_PROCPS },
		{ { .unit = true,
		    .masked = true,
		    .run = true,
		    .systemd = true },
		  SYSCTL_LOADER_PROCPS },
		{ { .run = true, .systemd = true }, SYSCTL_LOADER_PROCPS },
		{ { 0 }, SYSCTL_LOADER_PROCPS },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		assert_int_equal(sysctl_boot_loader(&rows[i].boot),
		                 rows[i].loader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(by_directory_and_name),
		cmocka_unit_test(a_merged_lib_is_read_once),
		cmocka_unit_test(links_stay_below_the_root),
		cmocka_unit_test(what_is_empty_masks),
		cmocka_unit_test(what_cannot_be_read_is_said),
		cmocka_unit_test(files_are_put),
		cmocka_unit_test(a_systemd_host),
		cmocka_unit_test(a_unit_may_be_a_link_or_empty),
		cmocka_unit_test(who_sets_them),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
