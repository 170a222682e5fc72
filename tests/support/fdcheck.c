// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fdcheck - see fdcheck.h.
 *
 * A descriptor is known by its number and by what it refers to, so that one
 * that was closed and replaced is seen as well. Numbers from FDCHECK_MAX on
 * are not looked at: no unit test opens that many.
 */
#include "tests/support/fdcheck.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FDCHECK_MAX 256
#define FDCHECK_TARGET 128

static char before[FDCHECK_MAX][FDCHECK_TARGET];

static int fdcheck_read(char targets[static FDCHECK_MAX][FDCHECK_TARGET])
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!dir)
		return -1;
	memset(targets, 0, FDCHECK_MAX * sizeof(targets[0]));
	while ((entry = readdir(dir))) {
		const int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(dir) ||
		    fd >= FDCHECK_MAX)
			continue;
		if (readlinkat(dirfd(dir), entry->d_name, targets[fd],
		               FDCHECK_TARGET - 1) < 0)
			snprintf(targets[fd], FDCHECK_TARGET, "unreadable");
	}
	closedir(dir);
	return 0;
}

int fdcheck_setup(void **state)
{
	(void)state;
	return fdcheck_read(before);
}

int fdcheck_teardown(void **state)
{
	static char after[FDCHECK_MAX][FDCHECK_TARGET];
	int result = 0;

	(void)state;
	if (fdcheck_read(after))
		return -1;
	for (int fd = 0; fd < FDCHECK_MAX; fd++) {
		if (!strcmp(before[fd], after[fd]))
			continue;
		printf("# descriptor %d: \"%s\" before, \"%s\" after\n", fd,
		       before[fd], after[fd]);
		result = -1;
	}
	return result;
}
