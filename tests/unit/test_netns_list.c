// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_list, netns_visit - which namespaces there are in a made-up /proc, in
 * which order and by which name; and what comes of entering real ones, and
 * ones that are gone.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/netns.h"
#include "probes/netns_list.h"
#include "probes/netns_visit.h"
#include "tests/support/fdcheck.h"
#include "tests/support/proc_tree.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY 65534
#define OWN 100

#define ID "3f2a9c81d07e55aa0123456789abcdef0123456789abcdef0123456789abcdef"

#define PROCESS(number, name, inode)                                           \
	.pid = (number), .comm = name "\n", .netns = (inode),                  \
	.stat = number " " USER_STAT

static const struct fake_process processes[] = {
	{ PROCESS("1", "systemd", OWN), .cgroup = "0::/init.scope\n" },
	{ PROCESS("300", "nginx", 7), .cgroup = "0::/a.service\n" },
	{ PROCESS("20", "pause", 9), .cgroup = "0::/docker/" ID "\n" },
	{ PROCESS("21", "redis", 9), .cgroup = "0::/docker/" ID "\n" },
	{ PROCESS("4", "sshd", OWN) },
	{ PROCESS("40", "a\nb", 8) },
	{ PROCESS("310", "worker", 7) },
};

static const struct {
	uint64_t inode;
	const char *name, *enter;
} expected[] = {
	{ OWN, "", "" },
	{ 9, "3f2a9c81d07e", "/proc/20/ns/net" },
	{ 8, "a\nb[40]", "/proc/40/ns/net" },
	{ 7, "nginx[300]", "/proc/300/ns/net" },
};

static void names_each_once(void **state)
{
	const int root_fd = proc_tree_make(processes, ARRAY_SIZE(processes));
	struct netns_list list;

	(void)state;
	assert_int_equal(netns_list_read(root_fd, OWN, &list, NULL), 0);
	assert_int_equal(list.n, ARRAY_SIZE(expected));
	assert_int_equal(list.hidden.state, FACT_KNOWN);
	assert_true(list.hidden.value == 0);
	for (size_t i = 0; i < list.n; i++) {
		struct netns_facts ns = { .name = "x", .enter = "x" };

		netns_list_describe(&list, i, &ns);
		assert_true(ns.inode == expected[i].inode);
		assert_string_equal(ns.name, expected[i].name);
		assert_string_equal(ns.enter, expected[i].enter);
		assert_int_equal(ns.entered.state, FACT_UNREAD);
	}
	netns_list_free(&list);
	proc_tree_remove(root_fd);
}

/* What `ip netns` calls it goes before what is in it. */
static void a_name_goes_first(void **state)
{
	struct process in_it = { .pid = 4, .netns = 7 };
	struct netns_item items[] = {
		{ .inode = OWN, .name = "host", .dir = "run/netns" },
		{ .inode = 7,
		  .name = "blue",
		  .dir = "run/netns",
		  .first = &in_it,
		  .what = "sleep[4]" },
		{ .inode = 8, .name = "red", .dir = "var/run/netns" },
	};
	const struct netns_list list = { .items = items, .n = 3 };
	static const char *const names[] = { "host", "blue", "red" };
	static const char *const files[] = { "", "/run/netns/blue",
		                             "/var/run/netns/red" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct netns_facts ns = { 0 };

		netns_list_describe(&list, i, &ns);
		assert_string_equal(ns.name, names[i]);
		assert_string_equal(ns.enter, files[i]);
	}
}

/* The longest there can be: the name is cut to be shown, the file is not. */
static void a_long_name_is_cut(void **state)
{
	struct netns_item items[] = { { .inode = OWN },
		                      { .inode = 7, .dir = "var/run/netns" } };
	const struct netns_list list = { .items = items, .n = 2 };
	struct netns_facts ns = { 0 };

	(void)state;
	memset(items[1].name, 'n', NAME_MAX);
	netns_list_describe(&list, 1, &ns);
	assert_int_equal(strlen(ns.name), sizeof(ns.name) - 1);
	assert_string_equal(ns.name + sizeof(ns.name) - 5, "n...");
	assert_int_equal(strlen(ns.enter),
	                 strlen("/var/run/netns/") + NAME_MAX);
}

/* One's own is the first even if nobody else is in it, and without /proc. */
static void ones_own_is_always_there(void **state)
{
	const int root_fd = proc_tree_make(processes + 1, 1);
	struct netns_list list;

	(void)state;
	assert_int_equal(netns_list_read(root_fd, OWN, &list, NULL), 0);
	assert_int_equal(list.n, 2);
	assert_true(list.items[0].inode == OWN);
	assert_true(list.items[1].inode == 7);
	assert_int_equal(list.hidden.state, FACT_DENIED); /* no process 1 */
	netns_list_free(&list);
	proc_tree_remove(root_fd);

	assert_int_equal(netns_list_read(-1, 0, &list, NULL), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.hidden.state, FACT_DENIED);
	netns_list_free(&list);
}

/* Of kernel threads and zombies nothing has to be known. */
static void counts_what_it_could_not_see(void **state)
{
	const struct fake_process locked[] = {
		processes[0],
		{ PROCESS("2", "other", 5), .locked = true },
		{ PROCESS("3", "other", 6), .locked = true },
		{ .pid = "7",
		  .comm = "kthread\n",
		  .netns = OWN,
		  .stat = "7 " KTHREAD_STAT,
		  .locked = true },
		{ .pid = "8",
		  .comm = "zombie\n",
		  .netns = OWN,
		  .stat = "8 (x) Z 1 1 1 0 -1 0 0 0",
		  .locked = true },
	};
	const int root_fd = proc_tree_make(locked, ARRAY_SIZE(locked));
	const uid_t euid = geteuid();
	struct netns_list list;
	int rc;

	(void)state;
	if (euid == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	rc = netns_list_read(root_fd, OWN, &list, NULL);
	assert_int_equal(seteuid(euid), 0);
	assert_int_equal(rc, 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.hidden.state, FACT_KNOWN);
	assert_true(list.hidden.value == 2);
	netns_list_free(&list);
	proc_tree_remove(root_fd);
}

/* --- entering --------------------------------------------------------------
 */

static int note_inode(void *to, struct netns_facts *ns, struct err *err)
{
	uint64_t inode = 0;

	assert_int_equal(netns_inode(&inode, err), 0);
	assert_true(inode == ns->inode);
	(void)__atomic_add_fetch((unsigned int *)to, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static int refuse(void *to, struct netns_facts *ns, struct err *err)
{
	(void)ns;
	(void)__atomic_add_fetch((unsigned int *)to, 1, __ATOMIC_SEQ_CST);
	return err_set(err, -ENOMEM, "no memory");
}

/* One's own is not entered; what is gone is no error. */
static void what_vanished_is_absent(void **state)
{
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* there is none; one that is in another namespace by now */
	struct process were[] = { { .pid = 4194305, .netns = 1 },
		                  { .pid = getpid(), .netns = 1 } };
	struct netns_item items[] = {
		{ .inode = 2 },
		{ .inode = 1, .first = &were[0] },
		{ .inode = 1, .name = "no such name", .dir = "run/netns" },
		{ .inode = 1, .name = "stat", .dir = "proc/self" },
		{ .inode = 1, .name = "net", .dir = "proc/self/ns" },
	};
	const struct netns_list list = {
		.items = items,
		.n = ARRAY_SIZE(items),
		.processes = { .items = were, .n = ARRAY_SIZE(were) },
	};
	struct netns_facts ns[ARRAY_SIZE(items)] = { 0 };
	unsigned int looked = 0;
	const struct netns_tour tour = { root_fd, &list, ns, note_inode,
		                         &looked };

	(void)state;
	assert_int_equal(netns_visit(&tour, NULL), 0);
	assert_int_equal(looked, 0);
	assert_int_equal(ns[0].entered.state, FACT_UNREAD);
	for (size_t i = 1; i < ARRAY_SIZE(items); i++)
		assert_int_equal(ns[i].entered.state, FACT_ABSENT);
	(void)close(root_fd);
}

/* Children, each in a namespace of its own where that may be. */
struct children {
	pid_t pids[20];
	struct process processes[20];
	struct netns_item items[21];
	int hold[2];
};

static void start_child(struct children *children, size_t at)
{
	char path[32];
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(children->hold[1]);
		(void)close(ready[0]);
		(void)unshare(CLONE_NEWNET);
		(void)close(ready[1]);
		(void)read(children->hold[0], &byte, 1);
		_exit(0);
	}
	assert_true(pid > 0);
	(void)close(ready[1]);
	(void)read(ready[0], &byte, 1);
	(void)close(ready[0]);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	children->pids[at] = pid;
	children->processes[at].pid = pid;
	assert_int_equal(processes_netns(AT_FDCWD, path,
	                                 &children->processes[at].netns),
	                 0);
	children->items[at + 1] = (struct netns_item){
		.inode = children->processes[at].netns,
		.first = &children->processes[at],
	};
}

static void start_children(struct children *children)
{
	*children = (struct children){ 0 };
	assert_int_equal(pipe2(children->hold, O_CLOEXEC), 0);
	for (size_t i = 0; i < ARRAY_SIZE(children->pids); i++)
		start_child(children, i);
}

static void end_children(struct children *children)
{
	(void)close(children->hold[0]);
	(void)close(children->hold[1]);
	for (size_t i = 0; i < ARRAY_SIZE(children->pids); i++)
		(void)waitpid(children->pids[i], NULL, 0);
}

static void all_are_entered_and_ones_own_is_not_left(void **state)
{
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct children children;
	const struct netns_list list = {
		.items = children.items,
		.n = ARRAY_SIZE(children.items),
		.processes = { .items = children.processes,
		               .n = ARRAY_SIZE(children.processes) },
	};
	struct netns_facts ns[ARRAY_SIZE(children.items)] = { 0 };
	const size_t n = ARRAY_SIZE(children.pids);
	unsigned int looked = 0;
	const struct netns_tour tour = { root_fd, &list, ns, note_inode,
		                         &looked };
	const struct netns_tour failing = { root_fd, &list, ns, refuse,
		                            &looked };
	struct err err = { 0 };
	uint64_t before;
	uint64_t after;
	bool may;

	(void)state;
	start_children(&children);
	for (size_t i = 0; i < list.n; i++)
		netns_list_describe(&list, i, &ns[i]);
	assert_int_equal(netns_inode(&before, NULL), 0);
	assert_int_equal(netns_visit(&tour, &err), 0);
	assert_int_equal(netns_inode(&after, NULL), 0);
	assert_true(before == after);
	may = ns[1].entered.state == FACT_KNOWN;
	for (size_t i = 1; i < list.n; i++)
		assert_int_equal(ns[i].entered.state,
		                 may ? FACT_KNOWN : FACT_DENIED);
	assert_int_equal(looked, may ? n : 0);

	/* the first failure is the tour's, and ends it */
	looked = 0;
	assert_int_equal(netns_visit(&failing, &err), may ? -ENOMEM : 0);
	assert_string_equal(err.what, may ? "no memory" : "");
	assert_true(may ? looked >= 1 && looked < n : looked == 0);
	end_children(&children);
	(void)close(root_fd);
}

/* The first process has ended; another that is in it does as well. */
static void any_process_in_it_will_do(void **state)
{
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct process in_it[] = { { .pid = 4194305 }, { .pid = getpid() } };
	struct netns_item items[] = { { .inode = OWN },
		                      { .first = &in_it[0] } };
	const struct netns_list list = {
		.items = items,
		.n = 2,
		.processes = { .items = in_it, .n = 2 },
	};
	struct netns_facts ns = { 0 };
	char file[32];
	int fd;

	(void)state;
	assert_int_equal(netns_inode(&items[1].inode, NULL), 0);
	in_it[0].netns = items[1].inode;
	in_it[1].netns = items[1].inode;
	fd = netns_list_open(root_fd, &list, 1, &ns);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(file, sizeof(file), "/proc/%d/ns/net", (int)getpid());
	assert_string_equal(ns.enter, file);
	/* but not one that is in the next */
	in_it[1].netns++;
	assert_int_equal(netns_list_open(root_fd, &list, 1, &ns), -ENOENT);
	(void)close(root_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_once),
		cmocka_unit_test(a_name_goes_first),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(ones_own_is_always_there),
		cmocka_unit_test(counts_what_it_could_not_see),
		cmocka_unit_test(what_vanished_is_absent),
		cmocka_unit_test(all_are_entered_and_ones_own_is_not_left),
		cmocka_unit_test(any_process_in_it_will_do),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
