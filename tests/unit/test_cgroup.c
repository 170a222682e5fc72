// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cgroup - where the files of a group are, on hosts with v1, v2 and both
 * and in containers; and which of the groups' limits is the tightest.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/cgroup.h"
#include "tests/support/fdcheck.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define V1_MOUNTS                                                                         \
	"22 27 0:21 / /proc rw,relatime - proc proc rw\n"                                 \
	"39 31 0:36 / /sys/fs/cgroup/pids rw shared:1 master:2 - cgroup cgroup rw,pids\n" \
	"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
#define V2_MOUNT "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"

static void locate(void **state)
{
	static const struct {
		const char *groups, *mounts;
		int rc;
		bool v2;
		const char *dir;
		size_t mount_len;
	} rows[] = {
		{ "8:pids:/a/b\n", V1_MOUNTS, 0, false,
		  "/sys/fs/cgroup/pids/a/b", 19 },
		{ "8:pids:/\n", V1_MOUNTS, 0, false, "/sys/fs/cgroup/pids",
		  19 },
		{ "8:cpu,pids:/a", V1_MOUNTS, 0, false, "/sys/fs/cgroup/pids/a",
		  19 },
		{ "0::/a\n", V2_MOUNT, 0, true, "/sys/fs/cgroup/a", 14 },
		{ "0::/\n", V2_MOUNT, 0, true, "/sys/fs/cgroup", 14 },
		/* hybrid: a v1 hierarchy has it, wherever its line stands */
		{ "0::/x\n8:pids:/a\n", V2_MOUNT V1_MOUNTS, 0, false,
		  "/sys/fs/cgroup/pids/a", 19 },
		{ "8:pids:/a\n0::/x\n", V2_MOUNT V1_MOUNTS, 0, false,
		  "/sys/fs/cgroup/pids/a", 19 },
		/* hybrid: none has it, so v2 may */
		{ "4:memory:/a\n0::/x\n", V1_MOUNTS V2_MOUNT, 0, true,
		  "/sys/fs/cgroup/x", 14 },
		/* a container that sees its own group as the mount's root */
		{ "8:pids:/docker/12\n",
		  "1 2 0:3 /docker/12 /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n",
		  0, false, "/sys/fs/cgroup/pids", 19 },
		{ "8:pids:/docker/12/b\n",
		  "1 2 0:3 /docker/12 /p ro - cgroup cgroup rw,pids\n", 0,
		  false, "/p/b", 2 },
		{ "8:pids:/docker/123\n",
		  "1 2 0:3 /docker/12 /p ro - cgroup cgroup rw,pids\n", -ENOENT,
		  false, "", 0 },
		{ "8:pids:/dock\n",
		  "1 2 0:3 /docker/12 /p ro - cgroup cgroup rw,pids\n", -ENOENT,
		  false, "", 0 },
		/* a name in the group's path may hold a colon */
		{ "0::/a:b\n", V2_MOUNT, 0, true, "/sys/fs/cgroup/a:b", 14 },
		/* only whole names count */
		{ "8:pidsx:/a\n9:xpids:/b\n", V1_MOUNTS, -ENOENT, false, "",
		  0 },
		{ "8:pids:/a\n", "1 2 3 / /p rw - cgroup cgroup rw,xpids\n",
		  -ENOENT, false, "", 0 },
		{ "8:pids:/a\n", "1 2 3 / /p rw - cgroup2 cgroup rw,pids\n",
		  -ENOENT, false, "", 0 },
		{ "8:pids:/a\n", "1 2 3 / /p rw - cgroup cgroup\n", -ENOENT,
		  false, "", 0 },
		{ "8:pids:/a\n", "1 2 3 / /p rw - cgroup\n", -ENOENT, false, "",
		  0 },
		{ "8:pids:/a\n", "1 2 3 / /p rw cgroup cgroup rw,pids\n",
		  -ENOENT, false, "", 0 },
		{ "8:pids:/a\n", "1 2 3 / \n1 2\n\n", -ENOENT, false, "", 0 },
		{ "8:pids:/a\n", "", -ENOENT, false, "", 0 },
		{ "8:pids:a\n", V1_MOUNTS, -ENOENT, false, "", 0 },
		{ "8:pids:\n8:pids\n8\n\n", V1_MOUNTS, -ENOENT, false, "", 0 },
		{ "1::/a\n", V2_MOUNT, -ENOENT, false, "", 0 },
		{ "0:pids:/a\n", V1_MOUNTS, 0, false, "/sys/fs/cgroup/pids/a",
		  19 },
		{ "", V1_MOUNTS V2_MOUNT, -ENOENT, false, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct cgroup_place place = { 0 };
		const int rc =
			cgroup_locate(CGROUP_PIDS, rows[i].groups,
		                      strlen(rows[i].groups), rows[i].mounts,
		                      strlen(rows[i].mounts), &place);

		print_message("%s%s", rows[i].groups, rows[i].mounts);
		assert_int_equal(rc, rows[i].rc);
		if (rc)
			continue;
		assert_int_equal(place.v2, rows[i].v2);
		assert_string_equal(place.dir, rows[i].dir);
		assert_int_equal(place.mount_len, rows[i].mount_len);
	}
}

static void a_path_that_is_too_long(void **state)
{
	/* "/sys/fs/cgroup" and the path must stay below CGROUP_PATH_MAX */
	enum { FITS = CGROUP_PATH_MAX - 1 - 14 };
	struct cgroup_place place;
	char groups[CGROUP_PATH_MAX + 16] = "0::/";

	(void)state;
	memset(groups + 4, 'a', FITS - 1);
	assert_int_equal(cgroup_locate(CGROUP_MEMORY, groups, strlen(groups),
	                               V2_MOUNT, strlen(V2_MOUNT), &place),
	                 0);
	assert_int_equal(strlen(place.dir), CGROUP_PATH_MAX - 1);
	groups[4 + FITS - 1] = 'a';
	assert_int_equal(cgroup_locate(CGROUP_MEMORY, groups, strlen(groups),
	                               V2_MOUNT, strlen(V2_MOUNT), &place),
	                 -ENAMETOOLONG);
}

/* ---- hosts made of files ---- */

static void write_file(int root_fd, const char *path, const char *text)
{
	char part[256];
	int fd;

	for (const char *p = path; (p = strchr(p, '/')); p++) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(p - path),
		               path);
		(void)mkdirat(root_fd, part, 0700);
	}
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int remove_one(const char *path, const struct stat *stat, int type,
                      struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

struct file {
	const char *path, *text;
};

#define FILES_MAX 12

static struct cgroup_facts read_host(enum cgroup_controller controller,
                                     const struct file files[static FILES_MAX])
{
	char dir[] = "/tmp/cgroup-XXXXXX";
	struct cgroup_facts facts;
	int root_fd;

	assert_non_null(mkdtemp(dir));
	root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < FILES_MAX && files[i].path; i++)
		write_file(root_fd, files[i].path, files[i].text);
	facts = cgroup_read(root_fd, controller);
	close(root_fd);
	assert_int_equal(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	return facts;
}

#define SELF(groups, mounts)                                                   \
	{ "proc/self/cgroup", groups },                                        \
	{                                                                      \
		"proc/self/mountinfo", mounts                                  \
	}
#define V2(path) "sys/fs/cgroup/" path
#define PIDS(path) "sys/fs/cgroup/pids/" path
#define MEMORY(path) "sys/fs/cgroup/memory/" path

static void tightest(void **state)
{
	static const struct {
		const char *name;
		enum cgroup_controller controller;
		struct file files[FILES_MAX];
		struct fact_u64 max, current;
	} rows[] = {
		{ "its own group's",
		  CGROUP_PIDS,
		  { SELF("0::/a/b\n", V2_MOUNT),
		    { V2("a/b/pids.max"), "100\n" },
		    { V2("a/b/pids.current"), "7\n" },
		    { V2("a/pids.max"), "max\n" },
		    { V2("a/pids.current"), "50\n" } },
		  { 100, FACT_KNOWN },
		  { 7, FACT_KNOWN } },
		{ "one above, because less is left",
		  CGROUP_PIDS,
		  { SELF("0::/a/b\n", V2_MOUNT),
		    { V2("a/b/pids.max"), "100\n" },
		    { V2("a/b/pids.current"), "7\n" },
		    { V2("a/pids.max"), "1000\n" },
		    { V2("a/pids.current"), "908\n" } },
		  { 1000, FACT_KNOWN },
		  { 908, FACT_KNOWN } },
		{ "its own, as much being left above",
		  CGROUP_PIDS,
		  { SELF("0::/a/b\n", V2_MOUNT),
		    { V2("a/b/pids.max"), "100\n" },
		    { V2("a/b/pids.current"), "7\n" },
		    { V2("a/pids.max"), "1000\n" },
		    { V2("a/pids.current"), "907\n" } },
		  { 100, FACT_KNOWN },
		  { 7, FACT_KNOWN } },
		{ "one above, over its limit",
		  CGROUP_PIDS,
		  { SELF("0::/a/b\n", V2_MOUNT),
		    { V2("a/b/pids.max"), "100\n" },
		    { V2("a/b/pids.current"), "7\n" },
		    { V2("a/pids.max"), "5\n" },
		    { V2("a/pids.current"), "9\n" } },
		  { 5, FACT_KNOWN },
		  { 9, FACT_KNOWN } },
		{ "no limit anywhere",
		  CGROUP_PIDS,
		  { SELF("0::/a\n", V2_MOUNT),
		    { V2("a/pids.max"), "max\n" },
		    { V2("a/pids.current"), "7\n" } },
		  { UINT64_MAX, FACT_KNOWN },
		  { 7, FACT_KNOWN } },
		{ "the controller is off: no limit",
		  CGROUP_PIDS,
		  { SELF("0::/a\n", V2_MOUNT) },
		  { UINT64_MAX, FACT_KNOWN },
		  { 0, FACT_ABSENT } },
		{ "only above; the root group has no file",
		  CGROUP_MEMORY,
		  { SELF("0::/a/b/c\n", V2_MOUNT),
		    { V2("a/memory.max"), "1048576\n" },
		    { V2("a/memory.current"), "4096\n" } },
		  { 1048576, FACT_KNOWN },
		  { 4096, FACT_KNOWN } },
		{ "v1",
		  CGROUP_PIDS,
		  { SELF("8:pids:/a\n0::/\n", V1_MOUNTS V2_MOUNT),
		    { PIDS("a/pids.max"), "33\n" },
		    { PIDS("a/pids.current"), "3\n" },
		    { V2("pids.max"), "1\n" } },
		  { 33, FACT_KNOWN },
		  { 3, FACT_KNOWN } },
		{ "v1, memory without a limit",
		  CGROUP_MEMORY,
		  { SELF("4:memory:/a\n", V1_MOUNTS),
		    { MEMORY("a/memory.limit_in_bytes"),
		      "9223372036854771712\n" },
		    { MEMORY("a/memory.usage_in_bytes"), "3\n" },
		    { MEMORY("memory.limit_in_bytes"),
		      "9223372036854710272\n" },
		    { MEMORY("memory.usage_in_bytes"), "9\n" } },
		  { UINT64_MAX, FACT_KNOWN },
		  { 3, FACT_KNOWN } },
		{ "v1, memory with a limit in the mount's root",
		  CGROUP_MEMORY,
		  { SELF("4:memory:/\n", V1_MOUNTS),
		    { MEMORY("memory.limit_in_bytes"),
		      "9223372036854710271\n" },
		    { MEMORY("memory.usage_in_bytes"), "9\n" } },
		  { UINT64_C(9223372036854710271), FACT_KNOWN },
		  { 9, FACT_KNOWN } },
		{ "only in the mount's root, from a group below",
		  CGROUP_PIDS,
		  { SELF("0::/a\n", V2_MOUNT),
		    { V2("a/pids.current"), "1\n" },
		    { V2("pids.max"), "8\n" },
		    { V2("pids.current"), "2\n" } },
		  { 8, FACT_KNOWN },
		  { 2, FACT_KNOWN } },
		{ "one that makes no sense, whatever the others say",
		  CGROUP_PIDS,
		  { SELF("0::/a/b/c\n", V2_MOUNT),
		    { V2("a/b/c/pids.max"), "10\n" },
		    { V2("a/b/pids.max"), "many\n" },
		    { V2("a/pids.max"), "1\n" } },
		  { 0, FACT_BROKEN },
		  { 0, FACT_ABSENT } },
		{ "not mounted",
		  CGROUP_PIDS,
		  { SELF("0::/a\n", "") },
		  { 0, FACT_ABSENT },
		  { 0, FACT_ABSENT } },
		{ "no /proc",
		  CGROUP_PIDS,
		  { { NULL, NULL } },
		  { 0, FACT_ABSENT },
		  { 0, FACT_ABSENT } },
		{ "no mountinfo",
		  CGROUP_PIDS,
		  { { "proc/self/cgroup", "0::/a\n" } },
		  { 0, FACT_ABSENT },
		  { 0, FACT_ABSENT } },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct cgroup_facts facts =
			read_host(rows[i].controller, rows[i].files);

		print_message("%s\n", rows[i].name);
		assert_int_equal(facts.max.state, rows[i].max.state);
		assert_int_equal(facts.max.value, rows[i].max.value);
		assert_int_equal(facts.current.state, rows[i].current.state);
		assert_int_equal(facts.current.value, rows[i].current.value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locate),
		cmocka_unit_test(a_path_that_is_too_long),
		cmocka_unit_test(tightest),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
