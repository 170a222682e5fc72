// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fix_apply - all steps of a fix are made or none, and taking back never
 * takes what is somebody else's.
 *
 * The sysctls are files below a temporary directory. One of them leads to the
 * name of this process, of which the kernel keeps 15 characters: what is
 * written there reads back as something else.
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
#include <sys/prctl.h>
#include <unistd.h>

#include "checker/fix/apply.h"
#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/netns.h"
#include "tests/support/fdcheck.h"
#include "tests/support/tree.h"

#define SOMAXCONN "proc/sys/net/core/somaxconn"
#define SYN_BACKLOG "proc/sys/net/ipv4/tcp_max_syn_backlog"
#define FILE_MAX "proc/sys/fs/file-max"
#define CONF "etc/sysctl.d/99-x.conf"
#define LEFTOVER "etc/sysctl.d/.kiloflow.new"

static char text_128[] = "128";
static char text_4096[] = "4096";
static char text_name[] = "123456789012345";    /* fits */
static char text_cut[] = "1000000000000000000"; /* does not */
static char text_conf[] = "net.core.somaxconn = 4096\n";

static struct tree tree;
static struct fix_world world;
static struct fix_step list[4];
static struct fix_steps steps;
static size_t n_asked; /* of stopped() */
static size_t stop_at;
static size_t spoil_at; /* then somebody sets somaxconn */

static struct fix_step sysctl_step(const char *key, char *to)
{
	struct fix_step step = { .kind = FIX_SYSCTL,
		                 .from = text_128,
		                 .to = to };

	(void)snprintf(step.key, sizeof(step.key), "%s", key);
	return step;
}

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	world = (struct fix_world){ .root_fd = tree.fd, .home_fd = -1 };
	if (netns_inode(&world.home_inode, NULL))
		return -1;
	tree_file(&tree, SOMAXCONN, "128\n");
	tree_file(&tree, SYN_BACKLOG, "128\n");
	tree_dir(&tree, "etc/sysctl.d");
	list[0] = sysctl_step("net.core.somaxconn", text_4096);
	list[1] = sysctl_step("net.ipv4.tcp_max_syn_backlog", text_4096);
	list[2] = (struct fix_step){ .kind = FIX_FILE,
		                     .key = "/" CONF,
		                     .to = text_conf };
	steps = (struct fix_steps){ list, 3, 0 };
	n_asked = 0;
	stop_at = spoil_at = SIZE_MAX;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static bool stopped(void)
{
	n_asked++;
	if (n_asked == spoil_at)
		tree_file(&tree, SOMAXCONN, "777\n");
	return n_asked >= stop_at;
}

/* "128 128 -": the sysctls and the file */
static void assert_host(const char *somaxconn, const char *syn_backlog,
                        const char *conf)
{
	const struct {
		const char *path, *want;
	} rows[] = { { SOMAXCONN, somaxconn },
		     { SYN_BACKLOG, syn_backlog },
		     { CONF, conf } };

	for (size_t i = 0; i < 3; i++) {
		char *text = NULL;

		(void)file_read_alloc(tree.fd, rows[i].path, 999, &text, NULL,
		                      NULL);
		if (!text || !rows[i].want)
			assert_true(!text && !rows[i].want);
		else
			assert_string_equal(text, rows[i].want);
		free(text);
	}
}

static void assert_as_before(void)
{
	assert_host("128\n", "128\n", NULL);
}

static void assert_in_force(void)
{
	assert_host("4096\n", "4096\n", text_conf);
}

/* Return: that of fix_apply(). */
static int apply(bool *ret_back, struct err *err)
{
	*err = (struct err){ 0 };
	*ret_back = true;
	return fix_apply(&world, &steps, stopped, ret_back, err);
}

/* --- making ------------------------------------------------------------ */

static void all_are_made(void **state)
{
	struct err err;
	bool back;

	(void)state;
	assert_int_equal(apply(&back, &err), 0);
	assert_false(back);
	assert_int_equal(err.code, 0);
	assert_in_force();
	assert_int_equal(n_asked, 3);
	assert_int_equal(fix_take_back(&world, &steps, &(struct fix_undo){ 0 },
	                               &err),
	                 0);
	assert_as_before();
}

static void one_that_is_skipped_is_not_made(void **state)
{
	struct err err;
	bool back;

	(void)state;
	(void)snprintf(list[1].skipped, sizeof(list[1].skipped), "no");
	assert_int_equal(apply(&back, &err), 0);
	assert_host("4096\n", "128\n", text_conf);
	/* nor taken back */
	tree_file(&tree, SYN_BACKLOG, "4096\n");
	assert_int_equal(fix_take_back(&world, &steps, &(struct fix_undo){ 0 },
	                               NULL),
	                 0);
	assert_host("128\n", "4096\n", NULL);
}

static void stopped_before_any_of_them(void **state)
{
	struct err err;
	bool back;

	(void)state;
	for (stop_at = 1; stop_at <= 3; stop_at++) {
		n_asked = 0;
		assert_int_equal(apply(&back, &err), -EINTR);
		assert_true(back);
		assert_int_equal(err.code, -EINTR);
		assert_as_before();
	}
	assert_int_equal(fix_apply(&world, &steps, NULL, &back, &err), 0);
	assert_in_force();
}

/* Also when it stands as it should be: then that is not our doing. */
static void one_does_not_stand_as_planned(void **state)
{
	static const char *const values[] = { "129\n", "4096\n" };
	struct err err;
	bool back;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		tree_file(&tree, SYN_BACKLOG, values[i]);
		assert_int_equal(apply(&back, &err), -ESTALE);
		assert_true(back);
		assert_host("128\n", values[i], NULL);
	}
	assert_string_equal(
		err.what,
		"net.ipv4.tcp_max_syn_backlog: is 4096 and no longer 128: somebody changed it meanwhile");
}

static void a_file_does_not_stand_as_planned(void **state)
{
	struct err err;
	bool back;

	(void)state;
	tree_file(&tree, CONF, "# mine\n");
	assert_int_equal(apply(&back, &err), -ESTALE);
	assert_true(back);
	assert_host("128\n", "128\n", "# mine\n");
	assert_string_equal(
		err.what,
		"/" CONF
		": is a file and no longer no file: somebody changed it meanwhile");
}

static void one_cannot_be_set(void **state)
{
	struct err err;
	bool back;

	(void)state;
	assert_int_equal(unlinkat(tree.fd, "etc/sysctl.d", AT_REMOVEDIR), 0);
	assert_int_equal(apply(&back, &err), -ENOENT);
	assert_true(back);
	assert_non_null(strstr(err.what, "/" CONF ": cannot open"));
	assert_string_equal(err.hint, "");
	assert_as_before();
}

static void one_is_gone(void **state)
{
	struct err err;
	bool back;

	(void)state;
	assert_int_equal(unlinkat(tree.fd, SYN_BACKLOG, 0), 0);
	assert_int_equal(apply(&back, &err), -ESTALE);
	assert_true(back);
	assert_non_null(
		strstr(err.what, "net.ipv4.tcp_max_syn_backlog: is gone"));
	assert_host("128\n", NULL, NULL);
}

static void one_reads_back_as_something_else(void **state)
{
	struct err err;
	char name[16];
	bool back;

	(void)state;
	list[1] = sysctl_step("fs.file-max", text_cut);
	list[1].from = text_name;
	tree_link(&tree, FILE_MAX, "/proc/self/comm");
	assert_int_equal(prctl(PR_SET_NAME, text_name), 0);
	assert_int_equal(apply(&back, &err), -EIO);
	assert_true(back);
	assert_string_equal(
		err.what,
		"fs.file-max: is 100000000000000 after 1000000000000000000 was written");
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_string_equal(name, text_name);
	assert_as_before();
}

/* What somebody set meanwhile stays, and is said. */
static void what_is_not_put_back_is_said(void **state)
{
	struct err err;
	bool back;

	(void)state;
	tree_file(&tree, CONF, "# mine\n");
	spoil_at = 3;
	assert_int_equal(apply(&back, &err), -ESTALE);
	assert_false(back);
	assert_host("777\n", "128\n", "# mine\n");
	assert_non_null(strstr(err.what, CONF));
	assert_string_equal(err.hint, "not put back: net.core.somaxconn");
}

/* --- taking back ------------------------------------------------------- */

static char told[512]; /* "file:restored tcp_max_syn_backlog:refused(777) " */

static void tell(void *to, const struct fix_step *step, enum fix_undone undone,
                 const char *now, const char *why)
{
	static const char *const words[] = {
		[FIX_UNDONE_RESTORED] = "restored",
		[FIX_UNDONE_ALREADY] = "already",
		[FIX_UNDONE_GONE] = "gone",
		[FIX_UNDONE_REFUSED] = "refused",
		[FIX_UNDONE_FAILED] = "failed",
	};
	const bool needs_why =
		undone == FIX_UNDONE_REFUSED || undone == FIX_UNDONE_FAILED;
	const char *name = strrchr(step->key, '.') + 1;

	assert_ptr_equal(to, told);
	assert_int_equal(why[0] != '\0', needs_why);
	(void)snprintf(told + strlen(told), sizeof(told) - strlen(told),
	               "%s:%s(%s) ", name, words[undone],
	               step->kind == FIX_FILE ? now ? "file" : "none"
	               : now                  ? now
	                                      : "none");
}

static int take_back(struct fix_undo undo, struct err *err)
{
	undo.tell = tell;
	undo.to = told;
	undo.stopped = stopped;
	told[0] = '\0';
	n_asked = 0;
	return fix_take_back(&world, &steps, &undo, err);
}

static void make_all(void)
{
	struct err err;
	bool back;

	assert_int_equal(apply(&back, &err), 0);
}

static void in_reverse_and_only_once(void **state)
{
	(void)state;
	make_all();
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), 0);
	assert_string_equal(
		told,
		"conf:restored(file) tcp_max_syn_backlog:restored(4096) somaxconn:restored(4096) ");
	assert_as_before();
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), 0);
	assert_string_equal(
		told,
		"conf:already(none) tcp_max_syn_backlog:already(128) somaxconn:already(128) ");
}

/* However far a fix came that was killed. */
static void half_made_is_taken_back(void **state)
{
	(void)state;
	tree_file(&tree, SOMAXCONN, "4096\n");
	tree_file(&tree, LEFTOVER, "net.core");
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), 0);
	assert_string_equal(
		told,
		"conf:already(none) tcp_max_syn_backlog:already(128) somaxconn:restored(4096) ");
	assert_as_before();
	assert_int_equal(faccessat(tree.fd, LEFTOVER, F_OK, 0), -1);
}

static void what_somebody_changed_is_refused(void **state)
{
	struct err err = { 0 };

	(void)state;
	make_all();
	tree_file(&tree, SYN_BACKLOG, "777\n");
	tree_file(&tree, CONF, "# mine\n");
	assert_int_equal(take_back((struct fix_undo){ 0 }, &err), -ESTALE);
	assert_int_equal(err.code, -ESTALE);
	assert_string_equal(
		told,
		"conf:refused(file) tcp_max_syn_backlog:refused(777) somaxconn:restored(4096) ");
	assert_host("128\n", "777\n", "# mine\n");

	assert_int_equal(take_back((struct fix_undo){ .force = true }, NULL),
	                 0);
	assert_string_equal(
		told,
		"conf:restored(file) tcp_max_syn_backlog:restored(777) somaxconn:already(128) ");
	assert_as_before();
}

static void what_has_ended_is_done(void **state)
{
	(void)state;
	make_all();
	assert_int_equal(unlinkat(tree.fd, SYN_BACKLOG, 0), 0);
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), 0);
	assert_string_equal(
		told,
		"conf:restored(file) tcp_max_syn_backlog:gone(none) somaxconn:restored(4096) ");
}

static void what_fails_keeps_nothing_else_back(void **state)
{
	(void)state;
	make_all();
	assert_int_equal(unlinkat(tree.fd, CONF, 0), 0);
	tree_dir(&tree, CONF);
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), -EINVAL);
	assert_string_equal(
		told,
		"conf:failed(none) tcp_max_syn_backlog:restored(4096) somaxconn:restored(4096) ");
	assert_int_equal(unlinkat(tree.fd, CONF, AT_REMOVEDIR), 0);
	assert_as_before();
}

/* The name of the process becomes "128\n", and that is not 128. */
static void restored_and_reads_back_as_something_else(void **state)
{
	(void)state;
	make_all();
	list[1] = sysctl_step("fs.file-max", text_name);
	tree_link(&tree, FILE_MAX, "/proc/self/comm");
	assert_int_equal(prctl(PR_SET_NAME, text_name), 0);
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), -EIO);
	assert_non_null(strstr(
		told, "conf:restored(file) file-max:failed(123456789012345)"));
	assert_non_null(strstr(told, "somaxconn:restored(4096) "));
}

static void after_a_reboot_only_files(void **state)
{
	(void)state;
	make_all();
	assert_int_equal(
		take_back((struct fix_undo){ .files_only = true }, NULL), 0);
	assert_string_equal(
		told,
		"conf:restored(file) tcp_max_syn_backlog:gone(none) somaxconn:gone(none) ");
	assert_host("4096\n", "4096\n", NULL);
}

static void stopped_and_gone_on(void **state)
{
	(void)state;
	make_all();
	stop_at = 2;
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), -EINTR);
	assert_string_equal(told, "conf:restored(file) ");
	assert_host("4096\n", "4096\n", NULL);
	stop_at = SIZE_MAX;
	assert_int_equal(take_back((struct fix_undo){ 0 }, NULL), 0);
	assert_string_equal(
		told,
		"conf:already(none) tcp_max_syn_backlog:restored(4096) somaxconn:restored(4096) ");
	assert_as_before();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_made),
		TEST(one_that_is_skipped_is_not_made),
		TEST(stopped_before_any_of_them),
		TEST(one_does_not_stand_as_planned),
		TEST(a_file_does_not_stand_as_planned),
		TEST(one_cannot_be_set),
		TEST(one_is_gone),
		TEST(one_reads_back_as_something_else),
		TEST(what_is_not_put_back_is_said),
		TEST(in_reverse_and_only_once),
		TEST(half_made_is_taken_back),
		TEST(what_somebody_changed_is_refused),
		TEST(what_has_ended_is_done),
		TEST(what_fails_keeps_nothing_else_back),
		TEST(restored_and_reads_back_as_something_else),
		TEST(after_a_reboot_only_files),
		TEST(stopped_and_gone_on),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
