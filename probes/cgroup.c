// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cgroup - see cgroup.h. A controller is in v1 when a v1 hierarchy lists it;
 * otherwise it can only be in v2 (hybrid hosts have both mounted).
 *
 * A group without the file has no limit of its own: the root group never
 * has, and others have it only where the controller is switched on.
 */
#include "probes/cgroup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/number.h"

#define GROUPS_BYTES_MAX 65536
#define MOUNTS_BYTES_MAX 4194304

/*
 * v1 writes "no limit" as the largest multiple of a page
 * (mm/page_counter.c, PAGE_COUNTER_MAX); pages have at most 64 KiB.
 */
#define V1_UNLIMITED_LEAST ((uint64_t)INT64_MAX - 65535)

static const struct controller {
	const char *name;
	const char *max[2], *current[2]; /* file names of v1 and v2 */
} controllers[CGROUP_CONTROLLER_COUNT] = {
	[CGROUP_PIDS] = {
		.name = "pids",
		.max = { "pids.max", "pids.max" },
		.current = { "pids.current", "pids.current" },
	},
	[CGROUP_MEMORY] = {
		.name = "memory",
		.max = { "memory.limit_in_bytes", "memory.max" },
		.current = { "memory.usage_in_bytes", "memory.current" },
	},
};

/* What stands before the next @stop, which is taken too; else all of it. */
static struct span take_until(struct span *rest, char stop)
{
	const char *end =
		memchr(rest->at, stop, (size_t)(rest->end - rest->at));
	struct span taken = *rest;

	taken.end = end ? end : rest->end;
	rest->at = end ? end + 1 : rest->end;
	return taken;
}

/* "rw,pids" has "pids" */
static bool lists(struct span list, const char *name)
{
	while (list.at < list.end) {
		if (span_is(take_until(&list, ','), name))
			return true;
	}
	return false;
}

/* The group's path, as the kernel knows it. */
static bool find_group(const char *name, struct span groups, struct span *ret,
                       bool *ret_v2)
{
	struct span line;
	bool found = false;

	while (span_line(&groups, "", &line)) {
		const struct span id = take_until(&line, ':');
		const struct span list = take_until(&line, ':');
		const bool v2 = span_is(id, "0") && list.at == list.end;

		if (line.at == line.end || *line.at != '/')
			continue;
		if (!v2 && !lists(list, name))
			continue;
		if (v2 && found)
			continue;
		*ret = line;
		*ret_v2 = v2;
		found = true;
	}
	return found;
}

struct mount {
	struct span root, point;
};

/*
 * "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime shared:5 - cgroup cgroup
 * rw,pids": proc(5). What comes before the hyphen has no fixed number.
 */
static bool is_mount(struct span line, const char *name, bool v2,
                     struct mount *ret)
{
	struct span word;
	struct span type;

	for (int i = 0; i < 3; i++) {
		if (!span_word(&line, &word))
			return false;
	}
	if (!span_word(&line, &ret->root) || !span_word(&line, &ret->point))
		return false;
	do {
		if (!span_word(&line, &word))
			return false;
	} while (!span_is(word, "-"));
	if (!span_word(&line, &type) || !span_word(&line, &word))
		return false;
	if (v2)
		return span_is(type, "cgroup2");
	return span_is(type, "cgroup") && span_word(&line, &word) &&
	       lists(word, name);
}

/* Is @dir @path, or above it? Takes it away from @path. */
static bool take_dir(struct span *path, struct span dir)
{
	const size_t len = (size_t)(dir.end - dir.at);

	if (span_is(dir, "/"))
		return true;
	if ((size_t)(path->end - path->at) < len ||
	    memcmp(path->at, dir.at, len) != 0)
		return false;
	path->at += len;
	return path->at == path->end || *path->at == '/';
}

static int set_place(struct span point, struct span path,
                     struct cgroup_place *ret)
{
	const size_t point_len = (size_t)(point.end - point.at);
	size_t path_len = (size_t)(path.end - path.at);

	if (span_is(path, "/"))
		path_len = 0;
	if (point_len + path_len >= sizeof(ret->dir))
		return -ENAMETOOLONG;
	memcpy(ret->dir, point.at, point_len);
	memcpy(ret->dir + point_len, path.at, path_len);
	ret->dir[point_len + path_len] = '\0';
	ret->mount_len = point_len;
	return 0;
}

int cgroup_locate(enum cgroup_controller controller, const char *groups,
                  size_t groups_len, const char *mounts, size_t mounts_len,
                  struct cgroup_place *ret)
{
	const char *name = controllers[controller].name;
	struct span rest = span_of(mounts, mounts_len);
	struct span group = { 0 };
	struct span line;

	if (!find_group(name, span_of(groups, groups_len), &group, &ret->v2))
		return -ENOENT;
	while (span_line(&rest, "", &line)) {
		struct span path = group;
		struct mount mount;

		if (is_mount(line, name, ret->v2, &mount) &&
		    take_dir(&path, mount.root))
			return set_place(mount.point, path, ret);
	}
	return -ENOENT;
}

static struct fact_u64 read_file(int root_fd, const struct cgroup_place *place,
                                 const char *name)
{
	char path[CGROUP_PATH_MAX + 64];
	struct fact_u64 fact;

	(void)snprintf(path, sizeof(path), "%s/%s", place->dir, name);
	fact = number_read(root_fd, path + strspn(path, "/"));
	if (fact.state == FACT_KNOWN && fact.value >= V1_UNLIMITED_LEAST)
		fact.value = UINT64_MAX;
	return fact;
}

static struct cgroup_facts read_group(int root_fd,
                                      const struct controller *controller,
                                      const struct cgroup_place *place)
{
	struct cgroup_facts facts = {
		.max = read_file(root_fd, place, controller->max[place->v2]),
		.current = read_file(root_fd, place,
		                     controller->current[place->v2]),
	};

	if (facts.max.state == FACT_ABSENT)
		facts.max = fact_known(UINT64_MAX);
	return facts;
}

static uint64_t left_of(const struct cgroup_facts *facts)
{
	const uint64_t used =
		facts->current.state == FACT_KNOWN ? facts->current.value : 0;

	return facts->max.value > used ? facts->max.value - used : 0;
}

/*
 * Is @facts of a group further up to be told instead of @tightest? A limit
 * that cannot be read may be the tightest: that is told, and nothing else.
 */
static bool is_tighter(const struct cgroup_facts *facts,
                       const struct cgroup_facts *tightest)
{
	if (tightest->max.state != FACT_KNOWN)
		return false;
	if (facts->max.state != FACT_KNOWN)
		return true;
	return facts->max.value != UINT64_MAX &&
	       (tightest->max.value == UINT64_MAX ||
	        left_of(facts) < left_of(tightest));
}

/* One level up. Return: false when that would leave the mount. */
static bool go_up(struct cgroup_place *place)
{
	char *slash = strrchr(place->dir, '/');

	if (!slash || (size_t)(slash - place->dir) < place->mount_len)
		return false;
	*slash = '\0';
	return true;
}

static int read_place(int root_fd, enum cgroup_controller controller,
                      struct cgroup_place *ret)
{
	char *groups = NULL;
	char *mounts = NULL;
	size_t groups_len;
	size_t mounts_len;
	int rc;

	rc = file_read_alloc(root_fd, "proc/self/cgroup", GROUPS_BYTES_MAX,
	                     &groups, &groups_len, NULL);
	if (!rc)
		rc = file_read_alloc(root_fd, "proc/self/mountinfo",
		                     MOUNTS_BYTES_MAX, &mounts, &mounts_len,
		                     NULL);
	if (!rc)
		rc = cgroup_locate(controller, groups, groups_len, mounts,
		                   mounts_len, ret);
	free(groups);
	free(mounts);
	return rc;
}

struct cgroup_facts cgroup_read(int root_fd, enum cgroup_controller controller)
{
	struct cgroup_place place = { 0 };
	const int rc = read_place(root_fd, controller, &place);
	const struct fact_u64 unread = { .state = fact_state_from_errno(rc) };
	struct cgroup_facts tightest = { .max = unread, .current = unread };

	if (rc)
		return tightest;
	tightest = read_group(root_fd, &controllers[controller], &place);
	while (go_up(&place)) {
		const struct cgroup_facts facts =
			read_group(root_fd, &controllers[controller], &place);

		if (is_tighter(&facts, &tightest))
			tightest = facts;
	}
	return tightest;
}
