/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lasting - what makes a process's limit of open files last: the line, and
 * where it belongs.
 */
#ifndef KILOFLOW_CHECKER_FIX_LASTING_H
#define KILOFLOW_CHECKER_FIX_LASTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fix_world;

/* A service as systemctl calls it. */
struct lasting_unit {
	char name[128];
	bool of_user; /* of a user's own manager: systemctl --user */
};

/**
 * lasting_unit_parse - the service that a process belongs to. Pure.
 * @bytes: @len bytes of /proc/PID/cgroup
 *
 * Return: whether there is one, of a name that systemd would give.
 */
bool lasting_unit_parse(const char *bytes, size_t len,
                        struct lasting_unit *ret);

/**
 * lasting_nofile - "systemctl edit redis.service, [Service] LimitNOFILE=N",
 * or the lines for a container or a user
 * @buf: safe to show; 200 bytes are enough
 */
void lasting_nofile(struct fix_world *world, pid_t pid, uint64_t soft,
                    uint64_t hard, char *buf, size_t size);

#endif
