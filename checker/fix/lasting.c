// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lasting - see lasting.h.
 *
 * Who started a process tells its control group, not its parent: the limit
 * was set by systemd for the service, by an engine for the container, else by
 * PAM when the user logged in.
 */
#include "checker/fix/lasting.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/world.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/text.h"
#include "probes/container.h"
#include "probes/threads.h"

/* A process may be in many groups of cgroup v1, each with a long path. */
#define CGROUP_BYTES_MAX 65536

static size_t span_len(struct span span)
{
	return (size_t)(span.end - span.at);
}

/* The part up to the next @mark, which is taken too; the last has none. */
static struct span take_part(struct span *rest, char mark)
{
	struct span part = *rest;
	const char *end = memchr(rest->at, mark, span_len(*rest));

	part.end = end ? end : rest->end;
	rest->at = end ? end + 1 : rest->end;
	return part;
}

/* Groups have any name; what systemd calls a service needs no quotes but for
 * a backslash.
 */
static bool is_service(struct span name)
{
	static const char suffix[] = ".service";
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789:_.@\\-";
	const size_t len = span_len(name);

	if (len < sizeof(suffix) ||
	    memcmp(name.end - strlen(suffix), suffix, strlen(suffix)) != 0)
		return false;
	for (const char *p = name.at; p < name.end; p++) {
		if (!*p || !strchr(plain, *p))
			return false;
	}
	return len < sizeof(((struct lasting_unit *)0)->name);
}

/* The innermost: "/user.slice/user@1000.service/app.slice/web.service". */
static bool parse_path(struct span path, struct lasting_unit *ret)
{
	static const char manager[] = "user@";
	bool found = false;

	*ret = (struct lasting_unit){ .of_user = false };
	while (path.at < path.end) {
		const struct span part = take_part(&path, '/');

		if (!is_service(part))
			continue;
		ret->of_user = found && !strncmp(ret->name, manager,
		                                 sizeof(manager) - 1);
		(void)snprintf(ret->name, sizeof(ret->name), "%.*s",
		               (int)span_len(part), part.at);
		found = true;
	}
	return found;
}

/* "0::/path" is cgroup v2, "1:name=systemd:/path" systemd's own of v1. */
bool lasting_unit_parse(const char *bytes, size_t len, struct lasting_unit *ret)
{
	struct span rest = span_of(bytes, len);
	struct span line;

	while (span_line(&rest, "", &line)) {
		struct span groups;

		(void)take_part(&line, ':');
		groups = take_part(&line, ':');
		if ((groups.at == groups.end ||
		     span_is(groups, "name=systemd")) &&
		    parse_path(line, ret))
			return true;
	}
	return false;
}

static void for_unit(const struct lasting_unit *unit, const char *limit,
                     char *buf, size_t size)
{
	const char *quote = strchr(unit->name, '\\') ? "\"" : "";

	(void)snprintf(
		buf, size,
		"systemctl %sedit %s%s%s, [Service] LimitNOFILE=%s, and restart it",
		unit->of_user ? "--user " : "", quote, unit->name, quote,
		limit);
}

/* pam_limits takes ":1000" for user 1000. */
static void name_user(uint64_t uid, char *buf, size_t size)
{
	struct passwd user;
	struct passwd *found = NULL;
	char strings[4096];

	(void)getpwuid_r((uid_t)uid, &user, strings, sizeof(strings), &found);
	if (found)
		(void)text_escape(buf, size, found->pw_name,
		                  strlen(found->pw_name));
	else
		(void)snprintf(buf, size, ":%" PRIu64, uid);
}

static void for_user(struct fix_world *world, pid_t pid, uint64_t soft,
                     uint64_t hard, char *buf, size_t size)
{
	struct threads_status status;
	char user[40] = "USER";

	if (!fix_process_status(world, pid, &status))
		name_user(status.uid, user, sizeof(user));
	if (soft == hard)
		(void)snprintf(
			buf, size,
			"\"%s - nofile %" PRIu64
			"\" in /etc/security/limits.d/kiloflow.conf, and log in anew",
			user, soft);
	else
		(void)snprintf(
			buf, size,
			"\"%s soft nofile %" PRIu64
			"\" and \"%s hard nofile %" PRIu64
			"\" in /etc/security/limits.d/kiloflow.conf, and log in anew",
			user, soft, user, hard);
}

static bool read_cgroup(struct fix_world *world, pid_t pid, char **ret,
                        size_t *ret_len)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "proc/%d/cgroup", (int)pid);
	return !file_read_alloc(world->root_fd, path, CGROUP_BYTES_MAX, ret,
	                        ret_len, NULL);
}

void lasting_nofile(struct fix_world *world, pid_t pid, uint64_t soft,
                    uint64_t hard, char *buf, size_t size)
{
	char container[CONTAINER_ID_SIZE];
	struct lasting_unit unit;
	char *bytes = NULL;
	char limit[48];
	size_t len = 0;

	(void)snprintf(limit, sizeof(limit), "%" PRIu64 ":%" PRIu64, soft,
	               hard);
	(void)read_cgroup(world, pid, &bytes, &len);
	if (bytes && container_parse(bytes, len, container))
		(void)snprintf(
			buf, size,
			"docker run --ulimit nofile=%s, or the like, where the container is started",
			limit);
	else if (bytes && lasting_unit_parse(bytes, len, &unit))
		for_unit(&unit, limit, buf, size);
	else
		for_user(world, pid, soft, hard, buf, size);
	free(bytes);
}
