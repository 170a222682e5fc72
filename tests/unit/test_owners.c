// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * owners - the parsers by table; the search in /proc trees that the test
 * writes to a temporary directory; and in the real /proc.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/facts.h"
#include "probes/owners.h"
#include "tests/support/fdcheck.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY 65534

#define LITERAL(text) (text), sizeof(text) - 1

static void links(void **state)
{
	static const struct {
		const char *kind, *target;
		size_t len;
		bool is;
		uint64_t inode;
	} rows[] = {
		{ "socket", LITERAL("socket:[1]"), true, 1 },
		{ "socket", LITERAL("socket:[4294967295]"), true, 4294967295 },
		{ "socket", LITERAL("socket:[18446744073709551615]"), true,
		  UINT64_MAX },
		{ "socket", LITERAL("socket:[18446744073709551616]"), false,
		  0 },
		{ "socket", LITERAL("socket:[]"), false, 0 },
		{ "socket", LITERAL("socket:[-1]"), false, 0 },
		{ "socket", LITERAL("socket:[ 1]"), false, 0 },
		{ "socket", LITERAL("socket:[1 ]"), false, 0 },
		{ "socket", LITERAL("socket:[1x]"), false, 0 },
		{ "socket", LITERAL("socket:[1]x"), false, 0 },
		{ "socket", LITERAL("socket:[1"), false, 0 },
		{ "socket", LITERAL("socket:[123"), false, 0 },
		{ "socket", LITERAL("socket:1]"), false, 0 },
		{ "socket", LITERAL("socket:(12]"), false, 0 },
		{ "socket", LITERAL("socket;[12]"), false, 0 },
		{ "socket", LITERAL("socket:"), false, 0 },
		{ "socket", LITERAL("socket"), false, 0 },
		{ "socket", LITERAL(""), false, 0 },
		{ "socket", LITERAL("/tmp/socket:[1]"), false, 0 },
		{ "socket", LITERAL("sockets:[1]"), false, 0 },
		{ "socket", LITERAL("pipe:[1]"), false, 0 },
		{ "net", LITERAL("net:[4026531840]"), true, 4026531840 },
		{ "net", LITERAL("mnt:[4026531840]"), false, 0 },
		{ "net", LITERAL("socket:[1]"), false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *copy = malloc(rows[i].len + 1);
		uint64_t inode = 0;
		bool is;

		/* where it ends, no byte may be read */
		assert_non_null(copy);
		copy = realloc(memcpy(copy, rows[i].target, rows[i].len),
		               rows[i].len ? rows[i].len : 1);
		is = owners_parse_link(rows[i].kind, copy, rows[i].len, &inode);
		free(copy);
		if (is != rows[i].is || (is && inode != rows[i].inode))
			fail_msg("\"%s\" as %s", rows[i].target, rows[i].kind);
	}
}

static void comms(void **state)
{
	static const struct {
		const char *content;
		size_t len;
		char comm[16];
	} rows[] = {
		{ LITERAL("nginx\n"), "nginx" },
		{ LITERAL("nginx"), "nginx" },
		{ LITERAL(""), "" },
		{ LITERAL("\n"), "" },
		{ LITERAL("\n\n"), "\n" },
		{ LITERAL("two\nlines\n"), "two\nlines" },
		{ LITERAL("\033[2J\xff\n"), "\033[2J\xff" },
		{ LITERAL("fifteen-chars-x\n"), "fifteen-chars-x" },
		{ LITERAL("kworker/u4:2-events\n"), "kworker/u4:2-ev" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char comm[16];

		memset(comm, 'x', sizeof(comm));
		owners_parse_comm(rows[i].content, rows[i].len, comm);
		assert_memory_equal(comm, rows[i].comm, 16);
	}
}

static void stats(void **state)
{
	static const struct {
		const char *content;
		bool may_have_fds;
	} rows[] = {
		{ "812 (nginx) S 1 812 812 0 -1 4194560 13 0\n", true },
		{ "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0\n", false },
		{ "9 (a) Z 1 9 9 0 -1 4227084 0 0\n", false },
		{ "9 (a) X 1 9 9 0 -1 4227084 0 0\n", false },
		/* the comm may look like anything */
		{ "9 (a) Z 1 2) S 1 9 9 0 -1 4194560 13 0\n", true },
		{ "9 ()) S 1 9 9 0 -1 4194560 13 0\n", true },
		{ "9 (\n) I 2 0 0 0 -1 69238880 0 0\n", false },
		/* not understood: it may */
		{ "", true },
		{ ")", true },
		{ "9 (a", true },
		{ "9 (a) S", true },
		{ "9 (a) S 1 9 9 0 -1", true },
		{ "9 (a) S 1 9 9 0 -1 x 13", true },
		{ "9 (a) S 1 9 9 0 -1 -2097152 13", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (owners_parse_stat(rows[i].content,
		                      strlen(rows[i].content)) !=
		    rows[i].may_have_fds)
			fail_msg("%s", rows[i].content);
}

/* A process of a /proc tree, and the sockets that it holds. */
struct fake_process {
	const char *pid, *comm;
	unsigned int netns;
	const char *stat;
	bool locked; /* its descriptors may not be read */
	struct {
		const char *fd, *target;
	} fds[4];
};

#define USER_STAT "(x) S 1 1 1 0 -1 4194560 0 0\n"
#define KTHREAD_STAT "(x) S 1 1 1 0 -1 2129984 0 0\n"

static void write_file(int dir_fd, const char *name, const char *content)
{
	const int fd =
		openat(dir_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	(void)close(fd);
}

static int make_dir(int dir_fd, const char *name)
{
	int fd;

	assert_int_equal(mkdirat(dir_fd, name, 0755), 0);
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void write_process(int proc_fd, const struct fake_process *process)
{
	const int dir_fd = make_dir(proc_fd, process->pid);
	const int ns_fd = make_dir(dir_fd, "ns");
	const int fds_fd = make_dir(dir_fd, "fd");
	char target[32];

	write_file(dir_fd, "comm", process->comm);
	write_file(dir_fd, "stat", process->stat);
	(void)snprintf(target, sizeof(target), "net:[%u]", process->netns);
	assert_int_equal(symlinkat(target, ns_fd, "net"), 0);
	for (size_t i = 0; i < 4 && process->fds[i].fd; i++)
		assert_int_equal(symlinkat(process->fds[i].target, fds_fd,
		                           process->fds[i].fd),
		                 0);
	if (process->locked)
		assert_int_equal(fchmod(fds_fd, 0), 0);
	(void)close(fds_fd);
	(void)close(ns_fd);
	(void)close(dir_fd);
}

static char tree_path[64];

/* Return: descriptor of the tree's root. */
static int write_tree(const struct fake_process *processes, size_t n)
{
	int root_fd;
	int proc_fd;

	(void)snprintf(tree_path, sizeof(tree_path), "/tmp/owners-XXXXXX");
	assert_non_null(mkdtemp(tree_path));
	assert_int_equal(chmod(tree_path, 0755), 0);
	root_fd = open(tree_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(root_fd >= 0);
	proc_fd = make_dir(root_fd, "proc");
	write_file(proc_fd, "uptime", "1 1\n");
	for (size_t i = 0; i < n; i++)
		write_process(proc_fd, &processes[i]);
	(void)close(proc_fd);
	return root_fd;
}

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int unlock_dir(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
	(void)ftw;
	return type == FTW_DNR && S_ISDIR(st->st_mode) ? chmod(path, 0755) : 0;
}

static void remove_tree(int root_fd)
{
	(void)close(root_fd);
	assert_int_equal(nftw(tree_path, unlock_dir, 8, FTW_PHYS), 0);
	assert_int_equal(nftw(tree_path, remove_entry, 8, FTW_DEPTH | FTW_PHYS),
	                 0);
}

/* Locked directories lock only those who are not root. */
static int find_as_nobody(int root_fd, uint64_t netns,
                          struct listener *listeners, size_t n)
{
	const uid_t euid = geteuid();
	int rc;

	if (euid == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	rc = owners_find(root_fd, netns, listeners, n, NULL);
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
		{ "30",
		  "worker\n",
		  100,
		  "30 " USER_STAT,
		  false,
		  { { "6", "socket:[11]" },
		    { "9", "socket:[11]" },
		    { "7", "socket:[11]" },
		    { "8", "socket:[11]" } } },
		{ "9",
		  "mas\nter\n",
		  100,
		  "9 " USER_STAT,
		  false,
		  { { "10", "socket:[11]" },
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
	const int root_fd = write_tree(processes, ARRAY_SIZE(processes));

	(void)state;
	assert_int_equal(owners_find(root_fd, 100, listeners, 3, NULL), 0);
	assert_owners(&listeners[0], OWNERS_KNOWN, NULL, 0);
	assert_owners(&listeners[1], OWNERS_KNOWN, of_11, 5);
	assert_owners(&listeners[2], OWNERS_KNOWN, NULL, 0);
	free_owners(listeners, 3);
	remove_tree(root_fd);
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
		write_tree(two_namespaces, ARRAY_SIZE(two_namespaces));

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		const size_t n = rows[r].n_listeners;
		struct listener listeners[2] = {
			{ .inode = (uint32_t)rows[r].inode[0] },
			{ .inode = (uint32_t)rows[r].inode[1] },
		};

		assert_int_equal(owners_find(root_fd, rows[r].netns, listeners,
		                             n, NULL),
		                 0);
		for (size_t i = 0; i < n; i++)
			assert_owners(&listeners[i], OWNERS_KNOWN,
			              rows[r].owners[i], rows[r].n_owners[i]);
		free_owners(listeners, n);
	}
	remove_tree(root_fd);
}

/* What could not be looked at is said; kernel threads and zombies have
 * nothing to look at. */
static void says_what_it_could_not_see(void **state)
{
	const struct fake_process open_one = {
		"5",   "open\n",
		100,   "5 " USER_STAT,
		false, { { "3", "socket:[11]" } },
	};
	const struct fake_process locked = {
		"6", "locked\n", 100, "6 " USER_STAT, true, { { 0 } },
	};
	const struct fake_process kthread = {
		"7", "kthread\n", 100, "7 " KTHREAD_STAT, true, { { 0 } },
	};
	const struct fake_process zombie = {
		"8",  "zombie\n", 100, "8 (x) Z 1 1 1 0 -1 0 0 0",
		true, { { 0 } },
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
		const int root_fd = write_tree(rows[r].processes, rows[r].n);

		print_message("%s\n", rows[r].name);
		assert_int_equal(find_as_nobody(root_fd, 100, listeners, 2), 0);
		remove_tree(root_fd);
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
	assert_int_equal(owners_find(-1, 0, &listener, 1, NULL), 0);
	assert_owners(&listener, OWNERS_DENIED, NULL, 0);
	assert_int_equal(owners_find(-1, 0, NULL, 0, NULL), 0);
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
	assert_int_equal(owners_find(root_fd, 0, &listener, 1, NULL), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links),
		cmocka_unit_test(comms),
		cmocka_unit_test(stats),
		cmocka_unit_test(finds_all_holders),
		cmocka_unit_test(leaves_other_namespaces_for_last),
		cmocka_unit_test(says_what_it_could_not_see),
		cmocka_unit_test(no_proc_at_all),
		cmocka_unit_test(finds_parent_and_child),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
