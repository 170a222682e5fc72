// SPDX-License-Identifier: GPL-2.0-or-later
/* processes - the parsers by table, and what the real /proc says of us. */
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/processes.h"
#include "tests/support/fdcheck.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
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
		is = processes_parse_link(rows[i].kind, copy, rows[i].len,
		                          &inode);
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
		processes_parse_comm(rows[i].content, rows[i].len, comm);
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
		if (processes_parse_stat(rows[i].content,
		                         strlen(rows[i].content)) !=
		    rows[i].may_have_fds)
			fail_msg("%s", rows[i].content);
}

static void stat_words(void **state)
{
	static const char content[] = "9 (a) R 7 b) S 1 2 3 0 -1 42 55";
	static const struct {
		const char *content;
		int at;
		const char *word; /* NULL: there is none */
	} rows[] = {
		{ content, 3, "S" },       { content, 4, "1" },
		{ content, 10, "55" },     { content, 11, NULL },
		{ "9 (a) S", 3, "S" },     { "9 (a) S", 4, NULL },
		{ "9 (a b S 1", 3, NULL }, { "", 3, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct span word;
		const bool found = processes_stat_word(rows[i].content,
		                                       strlen(rows[i].content),
		                                       rows[i].at, &word);

		if (found != (rows[i].word != NULL) ||
		    (found && !span_is(word, rows[i].word)))
			fail_msg("word %d of \"%s\"", rows[i].at,
			         rows[i].content);
	}
}

static void lists_itself(void **state)
{
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct processes processes;
	bool found = false;

	(void)state;
	assert_int_equal(processes_open(root_fd, &processes), 0);
	for (size_t i = 0; i < processes.n; i++) {
		assert_true(!i || processes.items[i - 1].pid <
		                          processes.items[i].pid);
		assert_true(processes.items[i].netns == 0);
		found |= processes.items[i].pid == getpid();
	}
	assert_true(found);
	processes_close(&processes);
	(void)close(root_fd);
}

static void without_proc_all_are_hidden(void **state)
{
	struct processes processes;

	(void)state;
	assert_int_equal(processes_open(-1, &processes), 0);
	assert_int_equal(processes.n, 0);
	assert_true(processes.hidden);
	processes_close(&processes);
}

static void knows_itself(void **state)
{
	const int fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t inode = 0;
	struct stat st;
	char comm[16];

	(void)state;
	assert_int_equal(prctl(PR_SET_NAME, "a\nb"), 0);
	processes_comm(fd, "comm", comm);
	assert_string_equal(comm, "a\nb");
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(processes_netns(fd, "ns/net", &inode), 0);
	assert_true(inode == st.st_ino);
	assert_true(processes_is_user(fd, "stat"));
	(void)close(fd);
}

/* What is gone, or is something else, says so and is no namespace 0. */
static void knows_what_it_cannot_see(void **state)
{
	uint64_t inode = 1;
	char comm[16] = "before";

	(void)state;
	assert_int_equal(processes_netns(-1, "ns/net", &inode), -EBADF);
	assert_true(inode == 0);
	assert_int_equal(processes_netns(AT_FDCWD, "/proc/self/ns/uts", &inode),
	                 -EBADMSG);
	assert_true(inode == 0);
	processes_comm(-1, "comm", comm);
	assert_string_equal(comm, "");
	assert_true(processes_is_user(-1, "stat"));
	assert_false(processes_is_user(AT_FDCWD, "/proc/4194305/stat"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links),
		cmocka_unit_test(comms),
		cmocka_unit_test(stats),
		cmocka_unit_test(stat_words),
		cmocka_unit_test(lists_itself),
		cmocka_unit_test(without_proc_all_are_hidden),
		cmocka_unit_test(knows_itself),
		cmocka_unit_test(knows_what_it_cannot_see),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
