// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * owners - the search in /proc trees that the test writes to a temporary
 * directory, and in the real /proc; by one thread, and by several.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/facts.h"
#include "probes/owners.h"
#include "tests/support/fdcheck.h"
#include "tests/support/proc_tree.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY 65534

/* In one namespace. */
static int find(int root_fd, uint64_t netns, struct listener *listeners,
                size_t n)
{
	struct netns_facts ns = {
		.inode = netns,
		.listeners = listeners,
		.n_listeners = n,
	};

	return owners_find(root_fd, &ns, 1, NULL);
}

/* Locked directories lock only those who are not root. */
static int find_as_nobody(int root_fd, uint64_t netns,
                          struct listener *listeners, size_t n)
{
	const uid_t euid = geteuid();
	int rc;

	if (euid == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	rc = find(root_fd, netns, listeners, n);
	assert_int_equal(seteuid(euid), 0);
	return rc;
}

struct expected_owner {
	pid_t pid;
	int fd;
	const char *comm;
};

static void assert_owners(const struct listener *listener,
                          enum owners_state state,
                          const struct expected_owner *expected, size_t n)
{
	assert_int_equal(listener->owners_state, state);
	assert_int_equal(listener->n_owners, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(listener->owners[i].pid, expected[i].pid);
		assert_int_equal(listener->owners[i].fd, expected[i].fd);
		assert_string_equal(listener->owners[i].comm, expected[i].comm);
	}
}

static void free_owners(struct listener *listeners, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(listeners[i].owners);
}

static const struct fake_process init = {
	.pid = "1",
	.comm = "init\n",
	.netns = 100,
	.stat = "1 " USER_STAT,
};

/* Every holder is found, in order, and nothing else is taken for one. */
static void finds_all_holders(void **state)
{
	const struct fake_process processes[] = {
		init,
		{ .pid = "30",
		  .comm = "worker\n",
		  .netns = 100,
		  .stat = "30 " USER_STAT,
		  .fds = { { "6", "socket:[11]" },
		           { "9", "socket:[11]" },
		           { "7", "socket:[11]" },
		           { "8", "socket:[11]" } } },
		{ .pid = "9",
		  .comm = "mas\nter\n",
		  .netns = 100,
		  .stat = "9 " USER_STAT,
		  .fds = { { "10", "socket:[11]" },
		           { "2", "socket:[0]" },
		           { "3", "/tmp/socket:[12]" },
		           { "4", "pipe:[12]" } } },
	};
	static const struct expected_owner of_11[] = {
		{ 9, 10, "mas\nter" }, { 30, 6, "worker" }, { 30, 7, "worker" },
		{ 30, 8, "worker" },   { 30, 9, "worker" },
	};
	struct listener listeners[] = { { .inode = 12 },
		                        { .inode = 11 },
		                        { .inode = 0 } };
	const int root_fd = proc_tree_make(processes, ARRAY_SIZE(processes));

	(void)state;
	assert_int_equal(find(root_fd, 100, listeners, 3), 0);
	assert_owners(&listeners[0], OWNERS_KNOWN, NULL, 0);
	assert_owners(&listeners[1], OWNERS_KNOWN, of_11, 5);
	assert_owners(&listeners[2], OWNERS_KNOWN, NULL, 0);
	free_owners(listeners, 3);
	proc_tree_remove(root_fd);
}

static const struct fake_process two_namespaces[] = {
	{ .pid = "1",
	  .comm = "init\n",
	  .netns = 200,
	  .stat = "1 " USER_STAT,
	  .fds = { { "5", "socket:[11]" }, { "6", "socket:[12]" } } },
	{ .pid = "2",
	  .comm = "server\n",
	  .netns = 100,
	  .stat = "2 " USER_STAT,
	  .fds = { { "3", "socket:[11]" } } },
};

static const struct expected_owner server[] = { { 2, 3, "server" } };
static const struct expected_owner by_init[] = { { 1, 6, "init" } };
static const struct expected_owner both[] = { { 1, 5, "init" },
	                                      { 2, 3, "server" } };

/* Another namespace's process is not looked at, but for what is left. */
static void leaves_other_namespaces_for_last(void **state)
{
	static const struct {
		uint64_t netns, inode[2];
		size_t n_listeners, n_owners[2];
		const struct expected_owner *owners[2];
	} rows[] = {
		{ 100, { 11 }, 1, { 1 }, { server } },
		{ 100, { 11, 12 }, 2, { 2, 1 }, { both, by_init } },
		{ 0, { 11 }, 1, { 2 }, { both } },
	};
	const int root_fd =
		proc_tree_make(two_namespaces, ARRAY_SIZE(two_namespaces));

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		const size_t n = rows[r].n_listeners;
		struct listener listeners[2] = {
			{ .inode = (uint32_t)rows[r].inode[0] },
			{ .inode = (uint32_t)rows[r].inode[1] },
		};

		assert_int_equal(find(root_fd, rows[r].netns, listeners, n), 0);
		for (size_t i = 0; i < n; i++)
			assert_owners(&listeners[i], OWNERS_KNOWN,
			              rows[r].owners[i], rows[r].n_owners[i]);
		free_owners(listeners, n);
	}
	proc_tree_remove(root_fd);
}

/*
 * Several namespaces, one search: each listener gets its own owners, and one
 * that is held from a third namespace only is found there.
 */
static void finds_for_all_namespaces_at_once(void **state)
{
	const struct fake_process processes[] = {
		{ .pid = "1",
		  .comm = "init\n",
		  .netns = 300,
		  .stat = "1 " USER_STAT,
		  .fds = { { "5", "socket:[11]" }, { "6", "socket:[23]" } } },
		{ .pid = "2",
		  .comm = "server\n",
		  .netns = 100,
		  .stat = "2 " USER_STAT,
		  .fds = { { "3", "socket:[11]" } } },
		{ .pid = "3",
		  .comm = "pod\n",
		  .netns = 200,
		  .stat = "3 " USER_STAT,
		  .fds = { { "3", "socket:[22]" } } },
	};
	static const struct expected_owner pod[] = { { 3, 3, "pod" } };
	static const struct expected_owner by_a_third[] = { { 1, 6, "init" } };
	struct listener in_100[] = { { .inode = 11 } };
	struct listener in_200[] = { { .inode = 22 }, { .inode = 23 } };
	struct netns_facts ns[] = {
		{ .inode = 100, .listeners = in_100, .n_listeners = 1 },
		{ .inode = 300 },
		{ .inode = 200, .listeners = in_200, .n_listeners = 1 },
	};
	const int root_fd = proc_tree_make(processes, ARRAY_SIZE(processes));

	(void)state;
	assert_int_equal(owners_find(root_fd, ns, ARRAY_SIZE(ns), NULL), 0);
	assert_owners(&in_100[0], OWNERS_KNOWN, server, 1);
	assert_owners(&in_200[0], OWNERS_KNOWN, pod, 1);
	free_owners(in_100, 1);
	free_owners(in_200, 1);
	ns[2].n_listeners = 2;
	assert_int_equal(owners_find(root_fd, ns, ARRAY_SIZE(ns), NULL), 0);
	assert_owners(&in_100[0], OWNERS_KNOWN, both, 2);
	assert_owners(&in_200[0], OWNERS_KNOWN, pod, 1);
	assert_owners(&in_200[1], OWNERS_KNOWN, by_a_third, 1);
	free_owners(in_100, 1);
	free_owners(in_200, 2);
	proc_tree_remove(root_fd);
}

/* What could not be looked at is said; kernel threads and zombies have
 * nothing to look at. */
static void says_what_it_could_not_see(void **state)
{
	const struct fake_process open_one = {
		.pid = "5",
		.comm = "open\n",
		.netns = 100,
		.stat = "5 " USER_STAT,
		.fds = { { "3", "socket:[11]" } },
	};
	const struct fake_process locked = {
		.pid = "6",
		.comm = "locked\n",
		.netns = 100,
		.stat = "6 " USER_STAT,
		.locked = true,
	};
	const struct fake_process kthread = {
		.pid = "7",
		.comm = "kthread\n",
		.netns = 100,
		.stat = "7 " KTHREAD_STAT,
		.locked = true,
	};
	const struct fake_process zombie = {
		.pid = "8",
		.comm = "zombie\n",
		.netns = 100,
		.stat = "8 (x) Z 1 1 1 0 -1 0 0 0",
		.locked = true,
	};
	const struct {
		const char *name;
		struct fake_process processes[4];
		size_t n;
		enum owners_state found, not_found;
	} rows[] = {
		{ "all", { init, open_one }, 2, OWNERS_KNOWN, OWNERS_KNOWN },
		{ "all that matter",
		  { init, open_one, kthread, zombie },
		  4,
		  OWNERS_KNOWN,
		  OWNERS_KNOWN },
		{ "not all",
		  { init, open_one, locked },
		  3,
		  OWNERS_PARTIAL,
		  OWNERS_DENIED },
		{ "no init: some are hidden",
		  { open_one },
		  1,
		  OWNERS_PARTIAL,
		  OWNERS_DENIED },
	};

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		struct listener listeners[] = { { .inode = 11 },
			                        { .inode = 12 } };
		const int root_fd =
			proc_tree_make(rows[r].processes, rows[r].n);

		print_message("%s\n", rows[r].name);
		assert_int_equal(find_as_nobody(root_fd, 100, listeners, 2), 0);
		proc_tree_remove(root_fd);
		assert_int_equal(listeners[0].n_owners, 1);
		assert_int_equal(listeners[0].owners_state, rows[r].found);
		assert_int_equal(listeners[1].n_owners, 0);
		assert_int_equal(listeners[1].owners_state, rows[r].not_found);
		free_owners(listeners, 2);
	}
}

static void no_proc_at_all(void **state)
{
	struct listener listener = { .inode = 11 };

	(void)state;
	assert_int_equal(find(-1, 0, &listener, 1), 0);
	assert_owners(&listener, OWNERS_DENIED, NULL, 0);
	assert_int_equal(find(-1, 0, NULL, 0), 0);
}

/* A socket that this process and a child hold, in the real /proc. */
static void finds_parent_and_child(void **state)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct listener listener = { 0 };
	char comm[17] = "";
	struct stat st;
	int hold[2];
	FILE *file;
	pid_t child;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	listener.inode = (uint32_t)st.st_ino;
	assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		(void)close(hold[1]);
		(void)read(hold[0], comm, 1); /* until the parent closes it */
		_exit(0);
	}
	assert_true(child > 0);
	file = fopen("/proc/self/comm", "re");
	assert_non_null(file);
	assert_non_null(fgets(comm, sizeof(comm), file));
	comm[strcspn(comm, "\n")] = '\0';
	(void)fclose(file);
	assert_int_equal(find(root_fd, 0, &listener, 1), 0);
	(void)close(hold[0]);
	(void)close(hold[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(listener.n_owners, 2);
	assert_int_equal(listener.owners[0].pid + listener.owners[1].pid,
	                 getpid() + child);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(listener.owners[i].fd, fd);
		assert_string_equal(listener.owners[i].comm, comm);
	}
	assert_int_not_equal(listener.owners_state, OWNERS_DENIED);
	free(listener.owners);
	(void)close(fd);
	(void)close(root_fd);
}

/* As find(), where only one CPU may be used: by one thread. */
static int find_alone(int root_fd, uint64_t netns, struct listener *listeners,
                      size_t n)
{
	cpu_set_t before;
	cpu_set_t one;
	int rc;

	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	rc = find(root_fd, netns, listeners, n);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	return rc;
}

static void assert_same_owners(const struct listener *a,
                               const struct listener *b)
{
	assert_int_equal(a->owners_state, b->owners_state);
	assert_int_equal(a->n_owners, b->n_owners);
	for (size_t i = 0; i < a->n_owners; i++) {
		assert_int_equal(a->owners[i].pid, b->owners[i].pid);
		assert_int_equal(a->owners[i].fd, b->owners[i].fd);
		assert_string_equal(a->owners[i].comm, b->owners[i].comm);
	}
}

/* Descriptor N of process @pid is socket @first + N. */
static void add_sockets(int root_fd, const char *pid, int n, unsigned int first)
{
	char path[64];
	char target[32];

	for (int fd = 0; fd < n; fd++) {
		(void)snprintf(path, sizeof(path), "proc/%s/fd/%d", pid, fd);
		(void)snprintf(target, sizeof(target), "socket:[%u]",
		               first + (unsigned int)fd);
		assert_int_equal(symlinkat(target, root_fd, path), 0);
	}
}

/* Nothing is lost or found twice between threads, batches and processes. */
static void finds_each_of_many(void **state)
{
	enum { SMALL = 511, LARGE = 6000 };
	static const struct fake_process processes[] = {
		{ .pid = "1",
		  .comm = "init\n",
		  .netns = 200,
		  .stat = "1 " USER_STAT },
		{ .pid = "2",
		  .comm = "small\n",
		  .netns = 100,
		  .stat = "2 " USER_STAT },
		{ .pid = "3",
		  .comm = "large\n",
		  .netns = 100,
		  .stat = "3 " USER_STAT },
		{ .pid = "4",
		  .comm = "none\n",
		  .netns = 100,
		  .stat = "4 " USER_STAT },
	};
	static const struct expected_owner elsewhere = { 1, 0, "init" };
	static struct listener listeners[LARGE + 1];
	const int root_fd = proc_tree_make(processes, ARRAY_SIZE(processes));

	(void)state;
	add_sockets(root_fd, "1", 1, 1000 + LARGE);
	add_sockets(root_fd, "2", SMALL, 1000);
	add_sockets(root_fd, "3", LARGE, 1000);
	for (size_t i = 0; i <= LARGE; i++)
		listeners[i].inode = 1000 + (uint32_t)i;
	assert_int_equal(find(root_fd, 100, listeners, LARGE + 1), 0);
	for (int i = 0; i < LARGE; i++) {
		const struct expected_owner both_have_it[] = {
			{ 2, i, "small" },
			{ 3, i, "large" },
		};
		const size_t first = i < SMALL ? 0 : 1;

		assert_owners(&listeners[i], OWNERS_KNOWN, both_have_it + first,
		              2 - first);
	}
	assert_owners(&listeners[LARGE], OWNERS_KNOWN, &elsewhere, 1);
	free_owners(listeners, LARGE + 1);
	proc_tree_remove(root_fd);
}

/* So that the parent and each child hold it. */
static void open_sockets(struct listener *listeners, int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(fstat(fds[i], &st), 0);
		listeners[i] =
			(struct listener){ .inode = (uint32_t)st.st_ino };
	}
}

static pid_t fork_holder(void)
{
	const pid_t child = fork();

	if (!child) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
	assert_true(child > 0);
	return child;
}

/* Sockets that many processes share, in the real /proc. */
static void several_threads_find_what_one_does(void **state)
{
	enum { SOCKETS = 700, CHILDREN = 8 };
	static struct listener by_one[SOCKETS];
	static struct listener by_several[SOCKETS];
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid_t children[CHILDREN];
	int fds[SOCKETS];

	(void)state;
	open_sockets(by_one, fds, SOCKETS);
	memcpy(by_several, by_one, sizeof(by_several));
	for (size_t i = 0; i < CHILDREN; i++)
		children[i] = fork_holder();
	assert_int_equal(find_alone(root_fd, 0, by_one, SOCKETS), 0);
	assert_int_equal(find(root_fd, 0, by_several, SOCKETS), 0);
	for (size_t i = 0; i < CHILDREN; i++) {
		(void)kill(children[i], SIGKILL);
		(void)waitpid(children[i], NULL, 0);
	}
	for (size_t i = 0; i < SOCKETS; i++) {
		assert_int_equal(by_one[i].n_owners, 1 + CHILDREN);
		assert_same_owners(&by_one[i], &by_several[i]);
		(void)close(fds[i]);
	}
	free_owners(by_one, SOCKETS);
	free_owners(by_several, SOCKETS);
	(void)close(root_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_all_holders),
		cmocka_unit_test(leaves_other_namespaces_for_last),
		cmocka_unit_test(finds_for_all_namespaces_at_once),
		cmocka_unit_test(says_what_it_could_not_see),
		cmocka_unit_test(no_proc_at_all),
		cmocka_unit_test(finds_parent_and_child),
		cmocka_unit_test(finds_each_of_many),
		cmocka_unit_test(several_threads_find_what_one_does),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
