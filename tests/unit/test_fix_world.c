// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world - namespaces and processes that the test makes itself. A namespace is
 * entered where that is permitted; for an ordinary user the refusal is what
 * is tested.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/netns.h"
#include "probes/threads.h"
#include "tests/support/child.h"
#include "tests/support/fdcheck.h"
#include "tests/support/tree.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			return __LINE__;                                       \
	} while (0)

static uint64_t netns_of(pid_t pid)
{
	struct stat st;
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static uint64_t here(void)
{
	uint64_t inode;

	assert_int_equal(netns_inode(&inode, NULL), 0);
	return inode;
}

/* --- namespaces ------------------------------------------------------------
 */

static void knows_home(void **state)
{
	static const struct fix_place home = { 0 };
	struct fix_place place = { .name = "here" };
	struct fix_world world;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(fix_world_open(&world, NULL), 0);
	assert_true(world.home_inode == here());
	assert_int_equal(fix_world_enter(&world, &home, NULL), 0);

	place.inode = world.home_inode;
	assert_int_equal(fix_place_anchor(&world, &place, NULL), 0);
	assert_int_equal(fix_world_enter(&world, &place, NULL), 0);
	place.cookie++;
	assert_int_equal(fix_world_enter(&world, &place, &err), -ENOENT);
	assert_non_null(strstr(err.what, "namespace here, net:["));

	fix_world_close(&world);
	assert_int_equal(world.root_fd, -1);
	assert_int_equal(world.home_fd, -1);
	assert_true(world.home_inode == 0);
	fix_world_close(&world);
}

static int enter_own(void *arg)
{
	const bool root = geteuid() == 0;

	(void)arg;
	return unshare(CLONE_NEWNET | (root ? 0 : CLONE_NEWUSER));
}

static void assert_enters(struct fix_world *world, struct fix_place place,
                          const char *enter)
{
	static const struct fix_place home = { 0 };

	(void)snprintf(place.enter, sizeof(place.enter), "%s", enter);
	assert_int_equal(fix_world_enter(world, &place, NULL), 0);
	assert_true(here() == place.inode);
	assert_int_equal(fix_world_enter(world, &place, NULL), 0);
	assert_int_equal(fix_world_enter(world, &home, NULL), 0);
	assert_true(here() == world->home_inode);
}

/* By its file, by a file that is another's now, by none. */
static void finds_it_again(struct fix_world *world, pid_t pid)
{
	struct fix_place place = { .inode = netns_of(pid) };
	struct fix_place other;
	char file[32];

	(void)snprintf(file, sizeof(file), "/proc/%d/ns/net", (int)pid);
	if (geteuid() != 0) {
		assert_int_equal(fix_place_anchor(world, &place, NULL), -EPERM);
		return;
	}
	assert_int_equal(fix_place_anchor(world, &place, NULL), 0);
	assert_enters(world, place, file);
	assert_enters(world, place, "/proc/self/ns/net");
	assert_enters(world, place, "/no/such/file");
	assert_enters(world, place, "");

	/* an inode may be used again; the cookie tells */
	other = place;
	other.cookie++;
	assert_int_equal(fix_world_enter(world, &other, NULL), -ENOENT);
	other = place;
	other.cookie = 0;
	assert_enters(world, other, "");
}

static void finds_others(void **state)
{
	const pid_t pid = child_start(enter_own, NULL);
	struct fix_place place = { .inode = 1 };
	struct fix_world world;
	uint64_t inode;
	int rc;

	(void)state;
	assert_int_equal(fix_world_open(&world, NULL), 0);
	inode = world.home_inode;
	if (pid) {
		finds_it_again(&world, pid);
		place.inode = netns_of(pid);
		child_reap(pid);
	}
	rc = fix_world_enter(&world, &place, NULL);
	assert_true(rc == -ENOENT || (geteuid() && rc == -EACCES));
	fix_world_close(&world);
	assert_true(here() == inode);
}

/* What one may not see may be it. */
static int check_blind(void *arg)
{
	struct fix_place place = { .inode = 1 };
	struct fix_world world;
	struct err err = { 0 };
	int rc;

	(void)arg;
	CHECK(!fix_world_open(&world, NULL));
	rc = fix_world_enter(&world, &place, &err);
	CHECK(rc == -EACCES);
	CHECK(strstr(err.what, "cannot be told"));
	CHECK(err.hint[0]);
	fix_world_close(&world);
	return 0;
}

static void does_not_call_gone_what_it_cannot_see(void **state)
{
	(void)state;
	if (geteuid() == 0)
		assert_int_equal(child_run_as_user(check_blind, NULL), 0);
}

/* --- processes -------------------------------------------------------------
 */

#define START " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "

static void reads_start_times(void **state)
{
	static const struct {
		const char *stat;
		int rc;
		uint64_t start_ticks;
	} rows[] = {
		{ "7 (a)" START "4711 20\n", 0, 4711 },
		{ "7 (a) R 1 2)" START "4711 20\n", 0, 4711 },
		{ "7 (\n) Z)" START "18446744073709551615 2\n", 0, UINT64_MAX },
		{ "7 (a)" START "18446744073709551616 2\n", -EBADMSG, 0 },
		{ "7 (a)" START "x 2\n", -EBADMSG, 0 },
		{ "7 (a)" START "\n", -EBADMSG, 0 },
		{ "7 (a)\n", -EBADMSG, 0 },
		{ "", -EBADMSG, 0 },
		{ "7 (a) Z 1\n", -ESRCH, 0 },
		{ "7 (a) X 1\n", -ESRCH, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fix_world world = { .home_fd = -1 };
		struct fix_process process;
		struct err err = { 0 };
		struct tree tree;

		tree_make(&tree);
		tree_file(&tree, "proc/7/stat", rows[i].stat);
		tree_file(&tree, "proc/7/comm", "a b\n");
		world.root_fd = tree.fd;
		print_message("%s\n", rows[i].stat);
		assert_int_equal(fix_process_of(&world, 7, &process, &err),
		                 rows[i].rc);
		assert_int_equal(err.code, rows[i].rc);
		if (!rows[i].rc) {
			assert_int_equal(process.pid, 7);
			assert_true(process.start_ticks == rows[i].start_ticks);
			assert_string_equal(process.comm, "a b");
			assert_int_equal(
				fix_process_check(&world, &process, NULL), 0);
			process.start_ticks--;
			assert_int_equal(fix_process_check(&world, &process,
			                                   NULL),
			                 -ESRCH);
		}
		tree_remove(&tree);
	}
}

static int odd_name(void *arg)
{
	(void)arg;
	return prctl(PR_SET_NAME, "a) Z 1 (b");
}

static void assert_gone(struct fix_world *world,
                        const struct fix_process *process)
{
	struct err err = { 0 };

	assert_int_equal(fix_process_check(world, process, NULL), -ESRCH);
	assert_int_equal(fix_process_open(world, process, &err), -ESRCH);
	assert_non_null(strstr(err.what, "has ended"));
}

static void knows_processes_again(void **state)
{
	const pid_t pid = child_start(odd_name, NULL);
	struct fix_process process;
	struct fix_process another;
	struct fix_world world;
	int fd;

	(void)state;
	assert_int_equal(fix_world_open(&world, NULL), 0);
	assert_int_equal(fix_process_of(&world, pid, &process, NULL), 0);
	assert_string_equal(process.comm, "a) Z 1 (b");
	assert_int_equal(fix_process_check(&world, &process, NULL), 0);
	fd = fix_process_open(&world, &process, NULL);
	assert_true(fd >= 0);
	(void)close(fd);

	another = process;
	another.start_ticks++;
	assert_gone(&world, &another);
	child_kill(pid);
	assert_gone(&world, &process);
	child_reap(pid);
	assert_gone(&world, &process);
	assert_int_equal(fix_process_of(&world, pid, &another, NULL), -ESRCH);
	fix_world_close(&world);
}

static void knows_users(void **state)
{
	struct threads_status status;
	struct fix_world world;

	(void)state;
	assert_int_equal(fix_world_open(&world, NULL), 0);
	assert_int_equal(fix_process_status(&world, 0, &status), 0);
	assert_true(status.uid == getuid());
	assert_int_equal(fix_process_status(&world, getpid(), &status), 0);
	assert_true(status.uid == getuid());
	assert_int_equal(fix_process_status(&world, 4194305, &status), -ESRCH);
	fix_world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_home),
		cmocka_unit_test(finds_others),
		cmocka_unit_test(does_not_call_gone_what_it_cannot_see),
		cmocka_unit_test(reads_start_times),
		cmocka_unit_test(knows_processes_again),
		cmocka_unit_test(knows_users),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
