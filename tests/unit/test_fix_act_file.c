// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fix_act_file - a file of sysctl.d is written whole, keeps whose it is,
 * and nothing but a regular file of that directory is ever touched.
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

#include "checker/fix/act.h"
#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/base/file.h"
#include "tests/support/fdcheck.h"
#include "tests/support/tree.h"

#define BELOW_ROOT "etc/sysctl.d/99-x.conf"
#define LEFTOVER "etc/sysctl.d/.kiloflow.new"

static char text_a[] = "a = 1\n";
static char text_b[] = "b = 2\n";

static struct tree tree;
static struct fix_world world;
static struct fix_step step;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "etc/sysctl.d");
	world = (struct fix_world){ .root_fd = tree.fd, .home_fd = -1 };
	step = (struct fix_step){
		.kind = FIX_FILE,
		.key = "/" BELOW_ROOT,
		.from = text_a,
		.to = text_b,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static void assert_content(const char *want)
{
	char *text = NULL;

	if (file_read_alloc(tree.fd, BELOW_ROOT, 4096, &text, NULL, NULL))
		assert_null(want);
	else
		assert_string_equal(text, want);
	free(text);
}

static bool exists(const char *path)
{
	return !faccessat(tree.fd, path, F_OK, AT_SYMLINK_NOFOLLOW);
}

static void assert_now(enum fix_now want, const char *want_text)
{
	enum fix_now now;
	char *text = NULL;
	struct err err = { 0 };

	if (fix_act_file.look(&world, &step, &now, &text, &err))
		fail_msg("%s", err.what);
	assert_int_equal(now, want);
	if (want_text)
		assert_string_equal(text, want_text);
	else
		assert_null(text);
	free(text);
}

static void set(const char *value)
{
	struct err err = { 0 };

	if (fix_act_file.set(&world, &step, value, &err))
		fail_msg("%s", err.what);
}

static void a_name_of_that_directory_only(void **state)
{
	static const struct {
		const char *key, *name;
	} rows[] = {
		{ "/etc/sysctl.d/99-x.conf", "99-x.conf" },
		{ "/etc/sysctl.d/Z_z.0.conf", "Z_z.0.conf" },
		{ "/etc/sysctl.d/a.conf", "a.conf" },
		{ "/etc/sysctl.d/.conf", NULL },
		{ "/etc/sysctl.d/..conf", NULL },
		{ "/etc/sysctl.d/", NULL },
		{ "/etc/sysctl.d", NULL },
		{ "/etc/sysctl.d/a.con", NULL },
		{ "/etc/sysctl.d/a.conf~", NULL },
		{ "/etc/sysctl.d/a.conf/", NULL },
		{ "/etc/sysctl.d/a/b.conf", NULL },
		{ "/etc/sysctl.d/../x.conf", NULL },
		{ "/etc/sysctl.d//x.conf", NULL },
		{ "/etc/sysctl.d/a b.conf", NULL },
		{ "/etc/sysctl.d/a\n.conf", NULL },
		{ "/etc/sysctl.conf", NULL },
		{ "/usr/lib/sysctl.d/a.conf", NULL },
		{ "etc/sysctl.d/a.conf", NULL },
		{ "", NULL },
	};
	char longest[300] = "/etc/sysctl.d/";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = fix_file_name(rows[i].key);

		if (!rows[i].name != !name ||
		    (name && strcmp(name, rows[i].name) != 0))
			fail_msg("%s: %s", rows[i].key, name);
	}
	memset(longest + 14, 'a', 250);
	memcpy(longest + 264, ".conf", 6);
	assert_non_null(fix_file_name(longest));
	memcpy(longest + 264, "a.conf", 7);
	assert_null(fix_file_name(longest));
}

static void how_it_stands(void **state)
{
	(void)state;
	assert_now(FIX_NOW_OTHER, NULL);
	tree_file(&tree, BELOW_ROOT, text_a);
	assert_now(FIX_NOW_FROM, text_a);
	tree_file(&tree, BELOW_ROOT, text_b);
	assert_now(FIX_NOW_TO, text_b);
	tree_file(&tree, BELOW_ROOT, "b = 2\n\n");
	assert_now(FIX_NOW_OTHER, "b = 2\n\n");
	tree_file(&tree, BELOW_ROOT, "b = 2");
	assert_now(FIX_NOW_OTHER, "b = 2");
	tree_file(&tree, BELOW_ROOT, "");
	assert_now(FIX_NOW_OTHER, "");
}

/* An empty file is not the same as none. */
static void no_file_is_a_content(void **state)
{
	(void)state;
	step.from = NULL;
	assert_now(FIX_NOW_FROM, NULL);
	tree_file(&tree, BELOW_ROOT, "");
	assert_now(FIX_NOW_OTHER, "");
	assert_int_equal(unlinkat(tree.fd, BELOW_ROOT, 0), 0);
	assert_int_equal(unlinkat(tree.fd, "etc/sysctl.d", AT_REMOVEDIR), 0);
	assert_now(FIX_NOW_FROM, NULL);
	step.from = text_a;
	step.to = NULL;
	assert_now(FIX_NOW_TO, NULL);
}

/* What follows a NUL counts. */
static void content_with_a_nul(void **state)
{
	int fd;

	(void)state;
	tree_file(&tree, BELOW_ROOT, text_a);
	fd = openat(tree.fd, BELOW_ROOT, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, "", 1), 1);
	(void)close(fd);
	assert_now(FIX_NOW_OTHER, text_a);
}

static void assert_owner(mode_t mode, uid_t uid, gid_t gid)
{
	struct stat info;

	assert_int_equal(fstatat(tree.fd, BELOW_ROOT, &info, 0), 0);
	assert_int_equal(info.st_mode, S_IFREG | mode);
	assert_int_equal(info.st_uid, uid);
	assert_int_equal(info.st_gid, gid);
}

static void a_new_file_is_everybodys_to_read(void **state)
{
	const mode_t mask = umask(0077);

	(void)state;
	set(text_b);
	(void)umask(mask);
	assert_content(text_b);
	assert_owner(0644, geteuid(), getegid());
	set(NULL);
	assert_content(NULL);
	set(NULL); /* it is gone already */
	set("");
	assert_content("");
}

static void a_file_stays_whose_it_is(void **state)
{
	const bool root = !geteuid();
	const uid_t uid = root ? 1 : geteuid();
	const gid_t gid = root ? 2 : getegid();

	(void)state;
	tree_file(&tree, BELOW_ROOT, text_a);
	assert_int_equal(fchownat(tree.fd, BELOW_ROOT, uid, gid, 0), 0);
	assert_int_equal(fchmodat(tree.fd, BELOW_ROOT, 0600, 0), 0);
	set(text_b);
	assert_content(text_b);
	assert_owner(0600, uid, gid);
}

/* Who has it open reads the old one to its end. */
static void it_is_replaced_and_not_written_into(void **state)
{
	char old[16] = "";
	int fd;

	(void)state;
	tree_file(&tree, BELOW_ROOT, text_a);
	fd = openat(tree.fd, BELOW_ROOT, O_RDONLY | O_CLOEXEC);
	set(text_b);
	assert_int_equal(read(fd, old, sizeof(old) - 1), strlen(text_a));
	assert_string_equal(old, text_a);
	(void)close(fd);
	assert_false(exists(LEFTOVER));
}

static void a_leftover_is_removed(void **state)
{
	(void)state;
	tree_file(&tree, LEFTOVER, "half of i");
	set(text_b);
	assert_content(text_b);
	assert_false(exists(LEFTOVER));

	tree_link(&tree, LEFTOVER, "99-x.conf");
	set(text_a);
	assert_content(text_a);
	assert_false(exists(LEFTOVER));

	tree_file(&tree, LEFTOVER, "half of i");
	fix_act_file.tidy(&world, &step);
	assert_false(exists(LEFTOVER));
	assert_content(text_a);
}

/* Neither looked into nor replaced, and said at plan time. */
static void assert_untouchable(int code, const char *words)
{
	enum fix_now now;
	char *text = NULL;
	struct err look_err = { 0 };
	struct err set_err = { 0 };
	struct err remove_err = { 0 };

	assert_int_equal(
		fix_act_file.look(&world, &step, &now, &text, &look_err), code);
	assert_non_null(strstr(look_err.what, words));
	assert_int_equal(fix_act_file.set(&world, &step, text_b, &set_err),
	                 code);
	assert_non_null(strstr(set_err.what, words));
	assert_int_equal(fix_act_file.set(&world, &step, NULL, &remove_err),
	                 code);
	assert_non_null(strstr(remove_err.what, words));
	fix_act_file.permit(&world, &step);
	assert_non_null(strstr(step.skipped, words));
}

static void a_link_is_not_followed(void **state)
{
	(void)state;
	tree_file(&tree, "victim", "secret");
	tree_link(&tree, BELOW_ROOT, "../../victim");
	assert_untouchable(-ELOOP, "99-x.conf: is a symbolic link");
	assert_true(exists(BELOW_ROOT));
	assert_int_equal(unlinkat(tree.fd, BELOW_ROOT, 0), 0);
	step.skipped[0] = '\0';
	tree_link(&tree, BELOW_ROOT, "/dev/null");
	assert_untouchable(-ELOOP, "99-x.conf: is a symbolic link");
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkfifoat(tree.fd, BELOW_ROOT, 0600), 0);
	assert_untouchable(-EINVAL, "99-x.conf: is no regular file");
	assert_true(exists(BELOW_ROOT));
	assert_int_equal(unlinkat(tree.fd, BELOW_ROOT, 0), 0);
	step.skipped[0] = '\0';
	tree_dir(&tree, BELOW_ROOT);
	assert_untouchable(-EINVAL, "99-x.conf: is no regular file");
}

static void another_path_is_refused(void **state)
{
	(void)state;
	tree_file(&tree, "etc/shadow", text_a);
	(void)snprintf(step.key, sizeof(step.key), "/etc/sysctl.d/../shadow");
	assert_untouchable(-EPERM, "is no file of /etc/sysctl.d");
	(void)snprintf(step.key, sizeof(step.key), "/etc/shadow");
	step.skipped[0] = '\0';
	assert_untouchable(-EPERM, "is no file of /etc/sysctl.d");
}

static void a_huge_file_is_refused(void **state)
{
	int fd;

	(void)state;
	tree_file(&tree, BELOW_ROOT, "");
	fd = openat(tree.fd, BELOW_ROOT, O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	(void)close(fd);
	assert_untouchable(-EFBIG, "99-x.conf: cannot be read: File too large");
}

static void permitted_or_not(void **state)
{
	struct err err = { 0 };

	(void)state;
	fix_act_file.permit(&world, &step);
	assert_string_equal(step.skipped, "");
	tree_file(&tree, BELOW_ROOT, text_a);
	fix_act_file.permit(&world, &step);
	assert_string_equal(step.skipped, "");

	assert_int_equal(unlinkat(tree.fd, BELOW_ROOT, 0), 0);
	assert_int_equal(unlinkat(tree.fd, "etc/sysctl.d", AT_REMOVEDIR), 0);
	fix_act_file.permit(&world, &step);
	assert_non_null(strstr(
		step.skipped,
		"cannot write into /etc/sysctl.d: No such file or directory"));
	assert_non_null(strstr(step.skipped, "make the directory"));
	assert_int_equal(fix_act_file.set(&world, &step, text_b, &err),
	                 -ENOENT);
	assert_string_equal(
		err.what,
		"/etc/sysctl.d/99-x.conf: cannot open /etc/sysctl.d: No such file or directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_of_that_directory_only),
		TEST(how_it_stands),
		TEST(no_file_is_a_content),
		TEST(content_with_a_nul),
		TEST(a_new_file_is_everybodys_to_read),
		TEST(a_file_stays_whose_it_is),
		TEST(it_is_replaced_and_not_written_into),
		TEST(a_leftover_is_removed),
		TEST(a_link_is_not_followed),
		TEST(what_is_no_file_is_refused),
		TEST(another_path_is_refused),
		TEST(a_huge_file_is_refused),
		TEST(permitted_or_not),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
