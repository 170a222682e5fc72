// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * act - steps of each kind but files, looked at, made and taken back: sysctls
 * in a tree and in a namespace of the test's own, limits and listeners of the
 * test's own children.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "checker/fix/act.h"
#include "checker/fix/lasting.h"
#include "checker/fix/plan.h"
#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/diag.h"
#include "probes/netns.h"
#include "tests/support/child.h"
#include "tests/support/fdcheck.h"
#include "tests/support/tree.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			return __LINE__;                                       \
	} while (0)

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define SOMAXCONN_FILE "proc/sys/net/core/somaxconn"

/* The step's words borrow @from and @to: it is not to be freed. */
static struct fix_step step_of(enum fix_kind kind, const char *key, char *from,
                               char *to)
{
	struct fix_step step = { .kind = kind, .from = from, .to = to };

	(void)snprintf(step.key, sizeof(step.key), "%s", key);
	return step;
}

static struct fix_world open_world(void)
{
	struct fix_world world;

	assert_int_equal(fix_world_open(&world, NULL), 0);
	return world;
}

/* @text: NULL: whatever it is */
static bool stands(struct fix_world *world, const struct fix_step *step,
                   enum fix_now expected, const char *text)
{
	char *now_text = NULL;
	struct err err = { 0 };
	enum fix_now now;
	bool ok;

	ok = !fix_act(step->kind)->look(world, step, &now, &now_text, &err) &&
	     !err.code && now == expected &&
	     !now_text == (expected == FIX_NOW_GONE) &&
	     (!text || (now_text && !strcmp(now_text, text)));
	if (!ok)
		print_message("# %s: now %d, \"%s\", %s\n", step->key, now,
		              now_text ? now_text : "", err.what);
	free(now_text);
	return ok;
}

static int set(struct fix_world *world, const struct fix_step *step,
               const char *value)
{
	return fix_act(step->kind)->set(world, step, value, NULL);
}

/* Return: whether it may be made; else step->skipped says why not. */
static bool permitted(struct fix_world *world, struct fix_step *step)
{
	step->skipped[0] = '\0';
	fix_act(step->kind)->permit(world, step);
	return !step->skipped[0];
}

static void every_kind_has_an_act(void **state)
{
	(void)state;
	for (enum fix_kind kind = 0; kind < FIX_KIND_COUNT; kind++) {
		assert_non_null(fix_act(kind));
		assert_non_null(fix_act(kind)->permit);
		assert_non_null(fix_act(kind)->look);
		assert_non_null(fix_act(kind)->set);
	}
}

/* --- sysctls ---------------------------------------------------------------
 */

static void looks_at_sysctls(void **state)
{
	static char ports_from[] = "32768 60999";
	static char ports_to[] = "1024 65535";
	static char from[] = "128";
	static char to[] = "4096";
	static char none[] = "";
	static char list[] = "8080,9000-9002";
	static char cubic[] = "cubic";
	static char bbr[] = "bbr";
	static const struct {
		const char *key, *file;
		char *from, *to;
		const char *content;
		enum fix_now now;
		const char *text;
	} rows[] = {
		{ "net.core.somaxconn", SOMAXCONN_FILE, from, to, "128\n",
		  FIX_NOW_FROM, "128" },
		{ "net.core.somaxconn", SOMAXCONN_FILE, from, to, "4096\n",
		  FIX_NOW_TO, "4096" },
		{ "net.core.somaxconn", SOMAXCONN_FILE, from, to, "1024\n",
		  FIX_NOW_OTHER, "1024" },
		{ "net.core.somaxconn", SOMAXCONN_FILE, from, to, "128 1\n",
		  FIX_NOW_OTHER, "128 1" },
		{ "net.core.somaxconn", SOMAXCONN_FILE, from, to, "",
		  FIX_NOW_OTHER, "" },
		{ "net.core.somaxconn", SOMAXCONN_FILE, from, from, "128\n",
		  FIX_NOW_FROM, "128" },
		{ "net.ipv4.ip_local_port_range",
		  "proc/sys/net/ipv4/ip_local_port_range", ports_from, ports_to,
		  "32768\t60999\n", FIX_NOW_FROM, "32768 60999" },
		{ "net.ipv4.ip_local_port_range",
		  "proc/sys/net/ipv4/ip_local_port_range", ports_from, ports_to,
		  "1024\t65535\n", FIX_NOW_TO, "1024 65535" },
		{ "net.ipv4.ip_local_port_range",
		  "proc/sys/net/ipv4/ip_local_port_range", ports_from, ports_to,
		  "1024\t60999\n", FIX_NOW_OTHER, "1024 60999" },
		{ "net.ipv4.ip_local_reserved_ports",
		  "proc/sys/net/ipv4/ip_local_reserved_ports", none, list, "\n",
		  FIX_NOW_FROM, "" },
		{ "net.ipv4.ip_local_reserved_ports",
		  "proc/sys/net/ipv4/ip_local_reserved_ports", none, list,
		  "8080,9000-9002\n", FIX_NOW_TO, "8080,9000-9002" },
		{ "net.ipv4.tcp_congestion_control",
		  "proc/sys/net/ipv4/tcp_congestion_control", cubic, bbr,
		  "bbr\n", FIX_NOW_TO, "bbr" },
		{ "net.ipv4.tcp_congestion_control",
		  "proc/sys/net/ipv4/tcp_congestion_control", cubic, bbr,
		  "reno\n", FIX_NOW_OTHER, "reno" },
	};
	struct fix_world world = open_world();
	const int root_fd = world.root_fd;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct fix_step step = step_of(FIX_SYSCTL, rows[i].key,
		                                     rows[i].from, rows[i].to);
		struct tree tree;

		tree_make(&tree);
		tree_file(&tree, rows[i].file, rows[i].content);
		world.root_fd = tree.fd;
		assert_true(stands(&world, &step, rows[i].now, rows[i].text));
		tree_remove(&tree);
	}
	world.root_fd = root_fd;
	fix_world_close(&world);
}

static void assert_file(const struct tree *tree, const char *path,
                        const char *content)
{
	char bytes[64];

	assert_int_equal(
		file_read(tree->fd, path, bytes, sizeof(bytes), NULL, NULL), 0);
	assert_string_equal(bytes, content);
}

static void sets_sysctls(void **state)
{
	static char from[] = "65535";
	static char to[] = "128";
	struct fix_step step =
		step_of(FIX_SYSCTL, "net.core.somaxconn", from, to);
	struct fix_world world = open_world();
	const int root_fd = world.root_fd;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_file(&tree, SOMAXCONN_FILE, "65535\n");
	world.root_fd = tree.fd;
	assert_true(permitted(&world, &step));
	assert_file(&tree, SOMAXCONN_FILE, "65535\n");
	assert_int_equal(set(&world, &step, "128"), 0);
	assert_file(&tree, SOMAXCONN_FILE, "128\n");
	assert_true(stands(&world, &step, FIX_NOW_TO, "128"));
	assert_int_equal(set(&world, &step, "65535"), 0);
	assert_true(stands(&world, &step, FIX_NOW_FROM, "65535"));
	tree_remove(&tree);
	world.root_fd = root_fd;
	fix_world_close(&world);
}

/* A file that cannot grow takes two bytes of five. */
static int check_short_write(void *arg)
{
	static char from[] = "7";
	static char to[] = "4096";
	const struct tree *tree = arg;
	const struct fix_step step =
		step_of(FIX_SYSCTL, "net.core.somaxconn", from, to);
	const struct rlimit two = { 2, 2 };
	struct fix_world world;
	struct err err = { 0 };

	CHECK(!fix_world_open(&world, NULL));
	(void)close(world.root_fd);
	world.root_fd = fcntl(tree->fd, F_DUPFD_CLOEXEC, 0);
	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK(!setrlimit(RLIMIT_FSIZE, &two));
	CHECK(fix_act_sysctl.set(&world, &step, to, &err) == -EMSGSIZE);
	CHECK(!strcmp(
		err.what,
		"cannot set net.core.somaxconn to 4096: the kernel took only a part of the value"));
	CHECK(stands(&world, &step, FIX_NOW_FROM, "7"));
	fix_world_close(&world);
	return 0;
}

static void takes_back_half_a_value(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_file(&tree, SOMAXCONN_FILE, "7\n");
	assert_int_equal(child_run(check_short_write, &tree), 0);
	tree_remove(&tree);
}

/* By a tree that holds one file: why not, and what does look() say? */
static int check_refusals(void *arg)
{
	static char from[] = "128";
	static char to[] = "4096";
	static const struct {
		const char *key, *words;
		int look; /* what it returns */
	} rows[] = {
		{ "net.core.somaxconn", "it takes root: run it as root", 0 },
		{ "net.ipv4.tcp_fin_timeout",
		  "this kernel has no such key, or its module is not loaded",
		  0 },
		{ "net.ipv4.tcp_max_orphans",
		  "this namespace has no such key: run it in the host's own network namespace",
		  -ENOENT },
		{ "net.core.sumaxconn", "no sysctl \"net.core.sumaxconn\"",
		  -EINVAL },
	};
	const struct tree *tree = arg;
	struct fix_world world;

	CHECK(!fix_world_open(&world, NULL));
	(void)close(world.root_fd);
	world.root_fd = fcntl(tree->fd, F_DUPFD_CLOEXEC, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fix_step step =
			step_of(FIX_SYSCTL, rows[i].key, from, to);
		enum fix_now now;
		char *text;

		CHECK(!permitted(&world, &step));
		if (!strstr(step.skipped, rows[i].words)) {
			print_message("# %s\n", step.skipped);
			return __LINE__;
		}
		CHECK(fix_act_sysctl.look(&world, &step, &now, &text, NULL) ==
		      rows[i].look);
		CHECK(set(&world, &step, to) < 0);
		if (!rows[i].look)
			free(text);
	}
	fix_world_close(&world);
	return 0;
}

static void refuses_sysctls_in_words(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_file(&tree, SOMAXCONN_FILE, "128\n");
	assert_int_equal(fchmodat(tree.fd, SOMAXCONN_FILE, 0444, 0), 0);
	assert_int_equal(chmod(tree.path, 0755), 0);
	assert_int_equal(fchmodat(tree.fd, "proc", 0755, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "proc/sys", 0755, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "proc/sys/net", 0755, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "proc/sys/net/core", 0755, 0), 0);
	assert_int_equal(child_run_as_user(check_refusals, &tree), 0);
	assert_file(&tree, SOMAXCONN_FILE, "128\n");
	tree_remove(&tree);
}

/* Gone is the namespace, or what a module took along; not all of /proc. */
static void knows_sysctls_that_are_gone(void **state)
{
	static char from[] = "1000";
	static char to[] = "2000";
	struct fix_step step =
		step_of(FIX_SYSCTL, "net.netfilter.nf_conntrack_max", from, to);
	struct fix_world world = open_world();
	const int root_fd = world.root_fd;
	enum fix_now now;
	struct tree tree;
	char *text;

	(void)state;
	tree_make(&tree);
	world.root_fd = tree.fd;
	assert_int_equal(fix_act_sysctl.look(&world, &step, &now, &text, NULL),
	                 -ENOENT);
	tree_file(&tree, SOMAXCONN_FILE, "1000\n");
	assert_true(stands(&world, &step, FIX_NOW_GONE, NULL));

	step = step_of(FIX_SYSCTL, "net.core.somaxconn", from, to);
	assert_true(stands(&world, &step, FIX_NOW_FROM, "1000"));
	step.place.inode = world.home_inode;
	step.place.cookie = UINT64_MAX;
	assert_true(stands(&world, &step, FIX_NOW_GONE, NULL));
	assert_false(permitted(&world, &step));
	assert_int_equal(set(&world, &step, to), -ENOENT);
	assert_file(&tree, SOMAXCONN_FILE, "1000\n");
	tree_remove(&tree);
	world.root_fd = root_fd;
	fix_world_close(&world);
}

/* The kernel's own, in a namespace that nobody else is in. */
static int check_real_sysctls(void *arg)
{
	static char from[] = "128";
	static char to[] = "4096";
	static char low[] = "1024 2048";
	static char high[] = "2048 4096";
	static char rmem[] = "4096 8192 16384";
	struct fix_step step =
		step_of(FIX_SYSCTL, "net.core.somaxconn", from, to);
	struct fix_world world;
	struct err err = { 0 };
	char *before;
	enum fix_now now;

	(void)arg;
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 0; /* not permitted here */
	CHECK(!fix_world_open(&world, NULL));
	if (!permitted(&world, &step))
		return geteuid() ? 0 : __LINE__; /* no user of that namespace */
	CHECK(!set(&world, &step, from));
	CHECK(stands(&world, &step, FIX_NOW_FROM, from));
	CHECK(!set(&world, &step, to));
	CHECK(stands(&world, &step, FIX_NOW_TO, to));
	CHECK(fix_act_sysctl.set(&world, &step, "-1", &err) == -EINVAL);
	CHECK(!strcmp(
		err.what,
		"cannot set net.core.somaxconn to -1: the kernel does not accept that value"));
	CHECK(stands(&world, &step, FIX_NOW_TO, to));

	step = step_of(FIX_SYSCTL, "net.ipv4.ip_local_port_range", low, high);
	CHECK(!set(&world, &step, low));
	CHECK(stands(&world, &step, FIX_NOW_FROM, low));
	CHECK(!set(&world, &step, high));
	CHECK(stands(&world, &step, FIX_NOW_TO, high));

	/* of three numbers the kernel takes two, and then refuses the third */
	step = step_of(FIX_SYSCTL, "net.ipv4.tcp_rmem", rmem, rmem);
	CHECK(!set(&world, &step, rmem));
	CHECK(!fix_act_sysctl.look(&world, &step, &now, &before, NULL));
	CHECK(set(&world, &step, "5000 9000 -5") == -EINVAL);
	CHECK(stands(&world, &step, now, before));
	free(before);

	step = step_of(FIX_SYSCTL, "net.ipv4.ip_local_reserved_ports", from,
	               to);
	CHECK(!set(&world, &step, "8080,9000-9002"));
	CHECK(stands(&world, &step, FIX_NOW_OTHER, "8080,9000-9002"));
	CHECK(!set(&world, &step, ""));
	CHECK(stands(&world, &step, FIX_NOW_OTHER, ""));
	fix_world_close(&world);
	return 0;
}

static void sets_the_kernels_own(void **state)
{
	(void)state;
	assert_int_equal(child_run(check_real_sysctls, NULL), 0);
	assert_int_equal(child_run_as_user(check_real_sysctls, NULL), 0);
}

/* --- limits ----------------------------------------------------------------
 */

static int limit_self(void *arg)
{
	const struct rlimit *limit = arg;

	return setrlimit(RLIMIT_NOFILE, limit);
}

static struct fix_step limit_step(struct fix_world *world, pid_t pid,
                                  char *from, char *to)
{
	struct fix_step step =
		step_of(FIX_PRLIMIT, "RLIMIT_NOFILE of child", from, to);

	assert_int_equal(fix_process_of(world, pid, &step.process, NULL), 0);
	return step;
}

/* As the kernel says, not as the capabilities do. */
static bool hard_may_be_raised(pid_t pid)
{
	struct rlimit before;
	struct rlimit more;

	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &before), 0);
	more = (struct rlimit){ before.rlim_cur, before.rlim_max + 1 };
	return !prlimit(pid, RLIMIT_NOFILE, &more, NULL) &&
	       !prlimit(pid, RLIMIT_NOFILE, &before, NULL);
}

static void sets_limits(void **state)
{
	static char from[] = "64 128";
	static char to[] = "128 128";
	struct rlimit limit = { 64, 128 };
	const pid_t pid = child_start(limit_self, &limit);
	struct fix_world world = open_world();
	struct fix_step step;
	char lasts[sizeof(step.lasts)];

	(void)state;
	step = limit_step(&world, pid, from, to);
	(void)snprintf(step.lasts, sizeof(step.lasts), "a restart resets it");
	assert_true(permitted(&world, &step));
	assert_true(stands(&world, &step, FIX_NOW_FROM, from));
	assert_non_null(strstr(step.lasts, "resets it; to make it last: "));
	(void)snprintf(lasts, sizeof(lasts), "%s", step.lasts);
	assert_true(permitted(&world, &step));
	assert_string_equal(step.lasts, lasts);
	assert_int_equal(set(&world, &step, to), 0);
	assert_true(stands(&world, &step, FIX_NOW_TO, to));
	assert_int_equal(set(&world, &step, "100 128"), 0);
	assert_true(stands(&world, &step, FIX_NOW_OTHER, "100 128"));
	assert_int_equal(set(&world, &step, from), 0);
	assert_true(stands(&world, &step, FIX_NOW_FROM, from));
	child_reap(pid);
	fix_world_close(&world);
}

static void raises_hard_limits_or_says_why_not(void **state)
{
	static char from[] = "64 128";
	static char to[] = "256 256";
	static char most[] = "64 2147483647";
	struct rlimit limit = { 64, 128 };
	const pid_t pid = child_start(limit_self, &limit);
	const bool may = hard_may_be_raised(pid);
	struct fix_world world = open_world();
	struct fix_step step = limit_step(&world, pid, from, to);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(permitted(&world, &step), may);
	if (may) {
		assert_int_equal(set(&world, &step, to), 0);
		assert_true(stands(&world, &step, FIX_NOW_TO, to));
		assert_int_equal(set(&world, &step, from), 0);
	} else {
		assert_non_null(strstr(step.skipped, "CAP_SYS_RESOURCE"));
		assert_non_null(strstr(step.skipped, "256"));
		assert_int_equal(fix_act_prlimit.set(&world, &step, to, &err),
		                 -EPERM);
		assert_non_null(strstr(err.what, "to 256 256: raising the"));
	}
	assert_true(stands(&world, &step, FIX_NOW_FROM, from));

	err = (struct err){ 0 };
	assert_int_equal(fix_act_prlimit.set(&world, &step, most, &err),
	                 -EPERM);
	assert_non_null(strstr(err.what, "fs.nr_open is "));
	child_reap(pid);
	fix_world_close(&world);
}

static void takes_limits_of_exactly_that_process(void **state)
{
	static char from[] = "64 128";
	static char to[] = "128 128";
	struct rlimit limit = { 64, 128 };
	const pid_t pid = child_start(limit_self, &limit);
	struct fix_world world = open_world();
	struct fix_step step = limit_step(&world, pid, from, to);
	struct fix_step another = step;

	(void)state;
	another.process.start_ticks++;
	assert_true(stands(&world, &another, FIX_NOW_GONE, NULL));
	assert_false(permitted(&world, &another));
	assert_int_equal(set(&world, &another, to), -ESRCH);
	assert_true(stands(&world, &step, FIX_NOW_FROM, from));
	child_kill(pid);
	assert_true(stands(&world, &step, FIX_NOW_GONE, NULL));
	child_reap(pid);
	assert_true(stands(&world, &step, FIX_NOW_GONE, NULL));
	fix_world_close(&world);
}

static void refuses_what_is_no_limit(void **state)
{
	static const char *const values[] = {
		"",      "64",    "64 ",   "64 128 1",
		"x 128", "64 -1", "-1 64", "18446744073709551615 128",
	};
	static char from[] = "64 128";
	struct rlimit limit = { 64, 128 };
	const pid_t pid = child_start(limit_self, &limit);
	struct fix_world world = open_world();
	const struct fix_step step = limit_step(&world, pid, from, from);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		assert_int_equal(set(&world, &step, values[i]), -EINVAL);
	assert_int_equal(set(&world, &step, "129 128"), -EINVAL);
	assert_true(stands(&world, &step, FIX_NOW_FROM, from));
	child_reap(pid);
	fix_world_close(&world);
}

static int check_other_users(void *arg)
{
	static char from[] = "64 128";
	static char to[] = "128 128";
	const pid_t *pid = arg;
	struct fix_world world;
	struct fix_step step = step_of(FIX_PRLIMIT, "child", from, to);
	struct err err = { 0 };

	CHECK(!fix_world_open(&world, NULL));
	CHECK(!fix_process_of(&world, *pid, &step.process, NULL));
	CHECK(!permitted(&world, &step));
	CHECK(strstr(step.skipped, "is not this user's: run it as root"));
	CHECK(fix_act_prlimit.set(&world, &step, to, &err) == -EPERM);
	CHECK(strstr(err.what, "is not this user's"));
	fix_world_close(&world);
	return 0;
}

static void refuses_limits_of_others(void **state)
{
	struct rlimit limit = { 64, 128 };
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		return;
	pid = child_start(limit_self, &limit);
	assert_int_equal(child_run_as_user(check_other_users, &pid), 0);
	child_reap(pid);
}

/* --- what makes a limit last -----------------------------------------------
 */

static void finds_units(void **state)
{
	static const struct {
		const char *cgroup, *name; /* NULL: there is none */
		bool of_user;
	} rows[] = {
		{ "0::/system.slice/redis.service\n", "redis.service", false },
		{ "0::/system.slice/redis.service", "redis.service", false },
		{ "12:cpu:/x.service\n1:name=systemd:/system.slice/a@1.service\n0::/\n",
		  "a@1.service", false },
		{ "0::/system.slice/web.service/workers\n", "web.service",
		  false },
		{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n",
		  "web.service", true },
		{ "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n",
		  "user@1000.service", false },
		{ "0::/system.slice/a\\x2db.service\n", "a\\x2db.service",
		  false },
		{ "0::/user.slice/user-1000.slice/session-3.scope\n", NULL,
		  false },
		{ "0::/\n", NULL, false },
		{ "0::/.service\n", NULL, false },
		{ "0::/x;reboot.service\n", NULL, false },
		{ "0::/x\033.service\n", NULL, false },
		{ "cpu:/x.service\n", NULL, false },
		{ "4:memory:/x.service\n", NULL, false },
		{ "", NULL, false },
		{ "\n", NULL, false },
		{ "::", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lasting_unit unit = { .of_user = true };
		const bool found = lasting_unit_parse(
			rows[i].cgroup, strlen(rows[i].cgroup), &unit);

		if (found != (rows[i].name != NULL) ||
		    (found && (strcmp(unit.name, rows[i].name) != 0 ||
		               unit.of_user != rows[i].of_user)))
			fail_msg("%s", rows[i].cgroup);
	}
}

#define CONTAINER_ID                                                           \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void says_what_makes_limits_last(void **state)
{
	static const struct {
		const char *cgroup;
		uint64_t soft, hard;
		const char *line;
	} rows[] = {
		{ "0::/system.slice/redis.service\n", 1, 2,
		  "systemctl edit redis.service, [Service] LimitNOFILE=1:2, and restart it" },
		{ "0::/system.slice/a\\x2db.service\n", 1, 2,
		  "systemctl edit \"a\\x2db.service\", [Service] LimitNOFILE=1:2, and restart it" },
		{ "0::/user@7.service/app.slice/web.service\n", 1, 2,
		  "systemctl --user edit web.service, [Service] LimitNOFILE=1:2, and restart it" },
		{ "0::/system.slice/docker-" CONTAINER_ID ".scope\n", 1, 2,
		  "docker run --ulimit nofile=1:2, or the like, where the container is started" },
		{ "0::/user.slice/session-3.scope\n", 8, 8,
		  "\":4294967294 - nofile 8\" in /etc/security/limits.d/kiloflow.conf, and log in anew" },
		{ "0::/user.slice/session-3.scope\n", 1, 2,
		  "\":4294967294 soft nofile 1\" and \":4294967294 hard nofile 2\" in /etc/security/limits.d/kiloflow.conf, and log in anew" },
	};
	struct fix_world world = { .home_fd = -1 };
	char line[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tree tree;

		tree_make(&tree);
		tree_file(&tree, "proc/7/cgroup", rows[i].cgroup);
		tree_file(&tree, "proc/7/status",
		          "Uid:\t4294967294\nThreads:\t1\nCapEff:\t0\n");
		world.root_fd = tree.fd;
		lasting_nofile(&world, 7, rows[i].soft, rows[i].hard, line,
		               sizeof(line));
		assert_string_equal(line, rows[i].line);
		tree_remove(&tree);
	}
	world.root_fd = -1;
	lasting_nofile(&world, 7, 8, 8, line, sizeof(line));
	assert_non_null(strstr(line, "\"USER - nofile 8\""));
}

/* --- listeners -------------------------------------------------------------
 */

/* A listener of the test's own, which is then left to children. */
struct held {
	struct fix_step step;
	int fd;
};

static uint16_t port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size),
	                 0);
	/* at the same place in both families */
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* @port: 0: any. Return: -1 when there is no such protocol. */
static int bind_one(int family, int protocol, uint16_t port)
{
	const struct sockaddr_in any = { .sin_family = AF_INET,
		                         .sin_port = htons(port) };
	const struct sockaddr_in6 any6 = { .sin6_family = AF_INET6,
		                           .sin6_port = htons(port) };
	const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	const int one = 1;

	if (fd < 0)
		return -1;
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)), 0);
	if (family == AF_INET)
		assert_int_equal(bind(fd, (const struct sockaddr *)&any,
		                      sizeof(any)),
		                 0);
	else
		assert_int_equal(bind(fd, (const struct sockaddr *)&any6,
		                      sizeof(any6)),
		                 0);
	return fd;
}

/* In sock_diag's own words: the cookie of MPTCP is another. */
struct by_inode {
	uint64_t inode, cookie;
};

static int keep_cookie(void *to, const struct diag_row *row)
{
	struct by_inode *by = to;

	if (row->inode == by->inode)
		by->cookie = row->cookie;
	return 0;
}

static uint64_t cookie_of(int fd, int family, uint16_t port)
{
	const struct diag_query query = {
		.family = family,
		.states = 1U << TCP_LISTEN,
		.sport = port,
	};
	struct by_inode by = { 0 };
	struct diag diag;
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	by.inode = st.st_ino;
	assert_int_equal(diag_open(&diag, NULL), 0);
	assert_int_equal(diag_dump(&diag, &query, keep_cookie, &by, NULL), 0);
	diag_close(&diag);
	assert_true(by.cookie != 0);
	return by.cookie;
}

static struct held listen_of(int family, int protocol, uint16_t port)
{
	static char from[] = "5";
	static char to[] = "64";
	struct held held = {
		.fd = bind_one(family, protocol, port),
		.step = step_of(FIX_RELISTEN, "listener", from, to),
	};
	struct stat st;

	if (held.fd < 0)
		return held;
	assert_int_equal(listen(held.fd, 5), 0);
	assert_int_equal(fstat(held.fd, &st), 0);
	held.step.socket = (struct fix_socket){
		.family = family,
		.port = port_of(held.fd),
		.inode = (uint32_t)st.st_ino,
		.fd = held.fd,
	};
	held.step.socket.cookie =
		cookie_of(held.fd, family, held.step.socket.port);
	assert_int_equal(netns_inode(&held.step.place.inode, NULL), 0);
	return held;
}

/* A child that holds it; the step is about that one from now on. */
static pid_t hand_over(struct fix_world *world, struct held *held,
                       int (*prepare)(void *), void *arg)
{
	const pid_t pid = child_start(prepare, arg);

	assert_true(pid > 0);
	assert_int_equal(fix_process_of(world, pid, &held->step.process, NULL),
	                 0);
	(void)close(held->fd);
	held->fd = -1;
	return pid;
}

static bool raises_and_lowers(struct fix_world *world, struct fix_step *step)
{
	return stands(world, step, FIX_NOW_FROM, "5") &&
	       permitted(world, step) &&
	       stands(world, step, FIX_NOW_FROM, "5") &&
	       !set(world, step, "64") &&
	       stands(world, step, FIX_NOW_TO, "64") &&
	       !set(world, step, "70") &&
	       stands(world, step, FIX_NOW_OTHER, "70") &&
	       !set(world, step, "5") && stands(world, step, FIX_NOW_FROM, "5");
}

static void relistens(void **state)
{
	static const struct {
		int family, protocol;
	} rows[] = {
		{ AF_INET, 0 },
		{ AF_INET6, 0 },
		{ AF_INET, IPPROTO_MPTCP },
		{ AF_INET6, IPPROTO_MPTCP },
	};
	struct fix_world world = open_world();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct held held =
			listen_of(rows[i].family, rows[i].protocol, 0);
		pid_t pid;

		if (held.fd < 0) {
			print_message("# no socket of protocol %d here\n",
			              rows[i].protocol);
			continue;
		}
		pid = hand_over(&world, &held, NULL, NULL);
		assert_true(raises_and_lowers(&world, &held.step));
		child_reap(pid);
		assert_true(stands(&world, &held.step, FIX_NOW_GONE, NULL));
		assert_int_equal(set(&world, &held.step, "64"), -ENOENT);
		assert_false(permitted(&world, &held.step));
	}
	fix_world_close(&world);
}

/* Each member of a group has a queue of its own. */
static void relistens_one_of_a_group(void **state)
{
	struct fix_world world = open_world();
	struct held one = listen_of(AF_INET, 0, 0);
	struct held two = listen_of(AF_INET, 0, one.step.socket.port);
	const pid_t pid = child_start(NULL, NULL);

	(void)state;
	assert_int_equal(fix_process_of(&world, pid, &one.step.process, NULL),
	                 0);
	two.step.process = one.step.process;
	(void)close(one.fd);
	(void)close(two.fd);
	assert_int_equal(set(&world, &two.step, "64"), 0);
	assert_true(stands(&world, &one.step, FIX_NOW_FROM, "5"));
	assert_true(stands(&world, &two.step, FIX_NOW_TO, "64"));
	child_reap(pid);
	fix_world_close(&world);
}

/* Its number is another listener's; itself it has a new one. */
struct renumber {
	int fd, other;
};

static int renumber(void *arg)
{
	const struct renumber *numbers = arg;

	return fcntl(numbers->fd, F_DUPFD, 100) < 0 ||
	       dup2(numbers->other, numbers->fd) < 0;
}

static void finds_a_descriptor_that_has_moved(void **state)
{
	struct fix_world world = open_world();
	struct held other = listen_of(AF_INET, IPPROTO_MPTCP, 0);
	struct held moved = listen_of(AF_INET, 0, 0);
	struct held closed = listen_of(AF_INET, 0, 0);
	struct renumber numbers = { .fd = moved.fd };
	pid_t pid;

	(void)state;
	if (other.fd < 0)
		other = listen_of(AF_INET, 0, 0);
	numbers.other = other.fd;
	pid = hand_over(&world, &moved, renumber, &numbers);
	(void)close(other.fd);
	other.step.process = moved.step.process;
	assert_true(raises_and_lowers(&world, &moved.step));
	assert_true(stands(&world, &other.step, FIX_NOW_FROM, "5"));

	/* held by this process too, and its number there is none at all */
	closed.step.process = moved.step.process;
	closed.step.socket.fd = 99;
	assert_true(raises_and_lowers(&world, &closed.step));
	(void)close(closed.fd);
	child_reap(pid);
	fix_world_close(&world);
}

static void asks_another_that_holds_it(void **state)
{
	struct fix_world world = open_world();
	struct held held = listen_of(AF_INET, 0, 0);
	const pid_t other = child_start(NULL, NULL);
	const pid_t pid = hand_over(&world, &held, NULL, NULL);

	(void)state;
	held.step.process.start_ticks++; /* as if its number was reused */
	assert_true(raises_and_lowers(&world, &held.step));
	held.step.process.start_ticks--;
	child_reap(pid);
	assert_true(raises_and_lowers(&world, &held.step));
	held.step.process = (struct fix_process){ 0 };
	assert_true(raises_and_lowers(&world, &held.step));
	child_reap(other);
	fix_world_close(&world);
}

/* Return: the number of a descriptor that is not the listener. */
static int unix_listener(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* an abstract name that the kernel chooses */
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
	                      sizeof(address.sun_family)),
	                 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

static void leaves_all_others_alone(void **state)
{
	struct fix_world world = open_world();
	struct held held = listen_of(AF_INET, 0, 0);
	struct fix_step step = held.step;
	const int bound = bind_one(AF_INET, 0, 0);
	const int local = unix_listener();
	struct err err = { 0 };
	struct stat st;
	int listens;
	socklen_t size = sizeof(listens);

	(void)state;
	assert_int_equal(fix_process_of(&world, getpid(), &step.process, NULL),
	                 0);
	held.step.process = step.process;

	step.socket.cookie++;
	assert_true(stands(&world, &step, FIX_NOW_GONE, NULL));
	assert_int_equal(set(&world, &step, "64"), -ENOENT);

	step = held.step;
	assert_int_equal(fstat(bound, &st), 0);
	step.socket.inode = (uint32_t)st.st_ino;
	step.socket.fd = bound;
	assert_true(stands(&world, &step, FIX_NOW_GONE, NULL));
	assert_int_equal(set(&world, &step, "64"), -ENOENT);
	step.socket.port = port_of(bound);
	assert_int_equal(set(&world, &step, "64"), -ENOENT);
	assert_int_equal(getsockopt(bound, SOL_SOCKET, SO_ACCEPTCONN, &listens,
	                            &size),
	                 0);
	assert_int_equal(listens, 0);

	step = held.step;
	assert_int_equal(fstat(local, &st), 0);
	step.socket.inode = (uint32_t)st.st_ino;
	step.socket.fd = local;
	assert_int_equal(set(&world, &step, "64"), -ENOENT);
	step.socket.family = AF_UNIX;
	assert_int_equal(fix_act_relisten.set(&world, &step, "64", &err),
	                 -EAFNOSUPPORT);
	assert_false(permitted(&world, &step));

	step = held.step;
	assert_int_equal(set(&world, &step, ""), -EINVAL);
	assert_int_equal(set(&world, &step, "-1"), -EINVAL);
	assert_int_equal(set(&world, &step, "2147483648"), -EINVAL);
	assert_true(stands(&world, &held.step, FIX_NOW_FROM, "5"));
	(void)close(bound);
	(void)close(local);
	(void)close(held.fd);
	fix_world_close(&world);
}

/* A root where Yama is as strict as can be; all else is this host's. */
static int check_yama(const struct held *held)
{
	struct fix_step step = held->step;
	struct fix_world world;
	struct tree tree;
	char path[32];
	char target[40];
	bool may;

	CHECK(!fix_world_open(&world, NULL));
	(void)close(world.root_fd);
	tree_make(&tree);
	(void)snprintf(path, sizeof(path), "proc/%d", (int)step.process.pid);
	(void)snprintf(target, sizeof(target), "/%s", path);
	tree_link(&tree, path, target);
	tree_file(&tree, "proc/sys/kernel/yama/ptrace_scope", "3\n");
	world.root_fd = tree.fd;
	may = permitted(&world, &step);
	world.root_fd = -1;
	tree_remove(&tree);
	fix_world_close(&world);
	CHECK(!may);
	CHECK(strstr(step.skipped, "(kernel.yama.ptrace_scope is 3): raise"));
	return 0;
}

static int hide(void *arg)
{
	(void)arg;
	return prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_NAME, "redis-server");
}

/* The holder may not be asked; nor may anyone but root. */
static int check_not_dumpable(void *arg)
{
	struct held held = listen_of(AF_INET, 0, 0);
	struct fix_world world;
	struct err err = { 0 };
	pid_t pid;

	(void)arg;
	CHECK(!fix_world_open(&world, NULL));
	pid = hand_over(&world, &held, hide, NULL);
	CHECK(!permitted(&world, &held.step));
	if (!strstr(held.step.skipped,
	            "it is not dumpable, and so closed to its own user: run it as root, or raise tcp-backlog of Redis and restart it")) {
		print_message("# %s\n", held.step.skipped);
		return __LINE__;
	}
	CHECK(fix_act_relisten.set(&world, &held.step, "64", &err) == -EPERM);
	CHECK(stands(&world, &held.step, FIX_NOW_FROM, "5"));
	CHECK(!check_yama(&held));
	child_reap(pid);
	fix_world_close(&world);
	return 0;
}

static int check_other_users_listener(void *arg)
{
	struct fix_step step = *(const struct fix_step *)arg;
	struct fix_world world;

	CHECK(!fix_world_open(&world, NULL));
	CHECK(!permitted(&world, &step));
	if (!strstr(step.skipped, "it is another user's: run it as root, or")) {
		print_message("# %s\n", step.skipped);
		return __LINE__;
	}
	CHECK(stands(&world, &step, FIX_NOW_FROM, "5"));
	step.process = (struct fix_process){ 0 };
	CHECK(!permitted(&world, &step));
	CHECK(strstr(step.skipped,
	             "no process of this user holds it: run it as root"));
	fix_world_close(&world);
	return 0;
}

static void asks_only_whom_it_may(void **state)
{
	struct fix_world world = open_world();
	struct held held = listen_of(AF_INET, 0, 0);
	const pid_t pid = hand_over(&world, &held, hide, NULL);

	(void)state;
	assert_int_equal(child_run_as_user(check_not_dumpable, NULL), 0);
	if (geteuid() == 0) {
		assert_true(raises_and_lowers(&world, &held.step));
		assert_int_equal(child_run_as_user(check_other_users_listener,
		                                   &held.step),
		                 0);
	}
	child_reap(pid);
	fix_world_close(&world);
}

/* --- permission and anchors of a whole plan --------------------------------
 */

static void permits_what_is_not_skipped(void **state)
{
	static char from[] = "64 128";
	static char to[] = "128 128";
	struct fix_world world = open_world();
	struct fix_step list[] = {
		step_of(FIX_PRLIMIT, "one", from, to),
		step_of(FIX_PRLIMIT, "two", from, to),
	};
	struct fix_steps steps = { .list = list, .n = 2 };

	(void)state;
	(void)snprintf(list[0].skipped, sizeof(list[0].skipped), "too large");
	list[1].process.pid = 4194305;
	fix_permit(&world, &steps);
	assert_string_equal(list[0].skipped, "too large");
	assert_string_equal(list[1].skipped, "process 4194305 has ended");
	fix_world_close(&world);
}

static int take_name(void *arg)
{
	(void)arg;
	return prctl(PR_SET_NAME, "server");
}

static void anchors(void **state)
{
	enum { HOST, OWN, GONE, RUNS, RENAMED, ENDED, LISTENER, FILE_ };
	static char from[] = "1 2";
	static char to[] = "2 2";
	static const struct fix_place none = { 0 };
	const pid_t pid = child_start(take_name, NULL);
	struct fix_world world = open_world();
	struct fix_step list[] = {
		[HOST] = step_of(FIX_SYSCTL, "fs.nr_open", from, to),
		[OWN] = step_of(FIX_SYSCTL, "net.core.somaxconn", from, to),
		[GONE] = step_of(FIX_SYSCTL, "net.core.somaxconn", from, to),
		[RUNS] = step_of(FIX_PRLIMIT, "runs", from, to),
		[RENAMED] = step_of(FIX_PRLIMIT, "renamed", from, to),
		[ENDED] = step_of(FIX_PRLIMIT, "ended", from, to),
		[LISTENER] = step_of(FIX_RELISTEN, "listener", from, to),
		[FILE_] = step_of(FIX_FILE, "/etc/x", NULL, to),
	};
	struct fix_steps steps = { .list = list, .n = ARRAY_SIZE(list) };
	const struct fix_process server = { .pid = pid, .comm = "server" };

	(void)state;
	list[OWN].place.inode = world.home_inode;
	list[GONE].place.inode = 1;
	list[RUNS].process = server;
	list[RENAMED].process = server;
	list[RENAMED].process.comm[0] = 'S';
	list[ENDED].process.pid = 4194305;
	list[LISTENER].process.pid = 4194305;
	fix_plan_anchor(&world, &steps);

	assert_memory_equal(&list[HOST].place, &none, sizeof(none));
	assert_int_equal(fix_world_enter(&world, &list[OWN].place, NULL), 0);
	assert_non_null(strstr(list[GONE].skipped, "net:[1]"));
	assert_int_equal(fix_process_check(&world, &list[RUNS].process, NULL),
	                 0);
	assert_non_null(strstr(list[RENAMED].skipped, "check once more"));
	assert_non_null(strstr(list[ENDED].skipped, "has ended"));
	assert_int_equal(list[LISTENER].process.pid, 0);
	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		assert_int_equal(list[i].skipped[0] != '\0',
		                 i == GONE || i == RENAMED || i == ENDED);
	child_reap(pid);
	fix_world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_an_act),
		cmocka_unit_test(looks_at_sysctls),
		cmocka_unit_test(sets_sysctls),
		cmocka_unit_test(takes_back_half_a_value),
		cmocka_unit_test(refuses_sysctls_in_words),
		cmocka_unit_test(knows_sysctls_that_are_gone),
		cmocka_unit_test(sets_the_kernels_own),
		cmocka_unit_test(sets_limits),
		cmocka_unit_test(raises_hard_limits_or_says_why_not),
		cmocka_unit_test(takes_limits_of_exactly_that_process),
		cmocka_unit_test(refuses_what_is_no_limit),
		cmocka_unit_test(refuses_limits_of_others),
		cmocka_unit_test(finds_units),
		cmocka_unit_test(says_what_makes_limits_last),
		cmocka_unit_test(relistens),
		cmocka_unit_test(relistens_one_of_a_group),
		cmocka_unit_test(finds_a_descriptor_that_has_moved),
		cmocka_unit_test(asks_another_that_holds_it),
		cmocka_unit_test(leaves_all_others_alone),
		cmocka_unit_test(asks_only_whom_it_may),
		cmocka_unit_test(permits_what_is_not_skipped),
		cmocka_unit_test(anchors),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
