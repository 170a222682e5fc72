// SPDX-License-Identifier: GPL-2.0-or-later
/* test_proc_limits - limits of other processes, and whose they are. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/facts.h"
#include "probes/proc_limits.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define HARD UINT64_C(524288)

static void parse(void **state)
{
	static const struct {
		const char *text;
		enum fact_state soft_state, hard_state;
		uint64_t soft, hard;
	} rows[] = {
		{ "Max open files            1024                 4096                 files     \n",
		  FACT_KNOWN, FACT_KNOWN, 1024, 4096 },
		{ "Max processes 1 2\nMax open files 0 0", FACT_KNOWN,
		  FACT_KNOWN, 0, 0 },
		{ "Max open files unlimited unlimited files\n", FACT_KNOWN,
		  FACT_KNOWN, UINT64_MAX, UINT64_MAX },
		{ "Max open files 1024 unlimited files\n", FACT_KNOWN,
		  FACT_KNOWN, 1024, UINT64_MAX },
		{ "Max open files 1024 x files\n", FACT_KNOWN, FACT_BROKEN,
		  1024, 0 },
		{ "Max open files -1 4096 files\n", FACT_BROKEN, FACT_KNOWN, 0,
		  4096 },
		{ "Max open files 1024\n", FACT_BROKEN, FACT_BROKEN, 0, 0 },
		{ "Max open files \n", FACT_BROKEN, FACT_BROKEN, 0, 0 },
		{ "Max open filesystems 1 2\n", FACT_ABSENT, FACT_ABSENT, 0,
		  0 },
		{ " Max open files 1 2\n", FACT_ABSENT, FACT_ABSENT, 0, 0 },
		{ "", FACT_ABSENT, FACT_ABSENT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct proc_limits_facts facts = { .pid = 7 };

		print_message("%s\n", rows[i].text);
		proc_limits_parse(rows[i].text, strlen(rows[i].text), &facts);
		assert_int_equal(facts.nofile_soft.state, rows[i].soft_state);
		assert_int_equal(facts.nofile_hard.state, rows[i].hard_state);
		assert_int_equal(facts.nofile_soft.value, rows[i].soft);
		assert_int_equal(facts.nofile_hard.value, rows[i].hard);
		assert_int_equal(facts.pid, 7);
		assert_int_equal(facts.fds.state, FACT_UNREAD);
	}
}

static struct proc_limits_facts read_one(const char *fixture, pid_t pid)
{
	const int root_fd = fixture_root(fixture);
	struct proc_limits_facts facts = { 0 };

	proc_limits_read(root_fd, pid, &facts);
	close(root_fd);
	return facts;
}

static void hosts(void **state)
{
	struct proc_limits_facts facts = read_one("6.18", 4242);

	(void)state;
	assert_int_equal(facts.nofile_soft.value, 1024);
	assert_int_equal(facts.nofile_hard.value, HARD);
	assert_int_equal(facts.nproc_soft.value, 96365);
	assert_int_equal(facts.nproc_hard.value, 96365);
	assert_int_equal(facts.fds.state, FACT_KNOWN);
	assert_int_equal(facts.fds.value, 3);

	facts = read_one("6.18", 4243);
	assert_int_equal(facts.nofile_soft.state, FACT_ABSENT);
	assert_int_equal(facts.nproc_hard.state, FACT_ABSENT);
	assert_int_equal(facts.fds.state, FACT_ABSENT);

	facts = read_one("hostile", 4242);
	assert_int_equal(facts.nofile_soft.state, FACT_BROKEN);
	assert_int_equal(facts.nofile_hard.state, FACT_BROKEN);
	assert_int_equal(facts.nproc_soft.state, FACT_BROKEN);
}

/* The kernel, of a process whose limits and descriptors are known. */
static void this_process(void **state)
{
	const int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct proc_limits_facts before = { 0 };
	struct proc_limits_facts after = { 0 };
	struct rlimit limit;
	int fds[2];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	proc_limits_read(root_fd, getpid(), &before);
	assert_int_equal(before.nofile_soft.value, limit.rlim_cur);
	assert_int_equal(before.nofile_hard.value, limit.rlim_max);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	proc_limits_read(root_fd, getpid(), &after);
	assert_int_equal(after.fds.state, FACT_KNOWN);
	assert_int_equal(after.fds.value, before.fds.value + 2);
	close(fds[0]);
	close(fds[1]);
	close(root_fd);
}

static void servers_of_a_port(void **state)
{
	struct owner workers[] = {
		{ .pid = 4243, .fd = 6, .comm = "nginx" },
		{ .pid = 4242, .fd = 6, .comm = "nginx" },
	};
	struct owner other = { .pid = 1, .fd = 3, .comm = "other" };
	const struct listener listeners[] = {
		{ .port = 80, .owners = workers, .n_owners = 2 },
		{ .port = 443, .owners = &other, .n_owners = 1 },
		{ .port = 80, .owners = workers, .n_owners = 1 },
		{ .port = 80, .owners_state = OWNERS_DENIED },
	};
	const int root_fd = fixture_root("6.18");
	struct servers_facts servers;

	(void)state;
	assert_int_equal(proc_limits_servers(root_fd, listeners,
	                                     LENGTH(listeners), 80, &servers,
	                                     NULL),
	                 0);
	assert_int_equal(servers.n, 2);
	assert_int_equal(servers.read.value, 2);
	assert_int_equal(servers.list[0].pid, 4242);
	assert_string_equal(servers.list[0].comm, "nginx");
	assert_int_equal(servers.list[0].nofile_hard.value, HARD);
	assert_int_equal(servers.list[1].pid, 4243);
	assert_int_equal(servers.list[1].nofile_hard.state, FACT_ABSENT);
	servers_done(&servers);
	assert_int_equal(servers.n, 0);

	/* no port, and one that nobody listens on */
	for (uint16_t port = 0; port < 2; port++) {
		assert_int_equal(proc_limits_servers(root_fd, listeners,
		                                     LENGTH(listeners), port,
		                                     &servers, NULL),
		                 0);
		assert_int_equal(servers.n, 0);
		assert_int_equal(servers.read.state, FACT_UNREAD);
		servers_done(&servers);
	}
	close(root_fd);
}

/* Nobody was found: why? The worst reason of several listeners counts. */
static void servers_that_are_not_seen(void **state)
{
	static const struct {
		enum owners_state owners[2];
		enum fact_state state;
	} rows[] = {
		{ { OWNERS_UNREAD, OWNERS_UNREAD }, FACT_UNREAD },
		{ { OWNERS_KNOWN, OWNERS_KNOWN }, FACT_ABSENT },
		{ { OWNERS_KNOWN, OWNERS_DENIED }, FACT_DENIED },
		{ { OWNERS_DENIED, OWNERS_KNOWN }, FACT_DENIED },
		{ { OWNERS_KNOWN, OWNERS_UNREAD }, FACT_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct listener listeners[] = {
			{ .port = 80, .owners_state = rows[i].owners[0] },
			{ .port = 80, .owners_state = rows[i].owners[1] },
		};
		struct servers_facts servers;

		assert_int_equal(proc_limits_servers(AT_FDCWD, listeners, 2, 80,
		                                     &servers, NULL),
		                 0);
		assert_int_equal(servers.read.state, rows[i].state);
		servers_done(&servers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(hosts),
		cmocka_unit_test(this_process),
		cmocka_unit_test(servers_of_a_port),
		cmocka_unit_test(servers_that_are_not_seen),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
