// SPDX-License-Identifier: GPL-2.0-or-later
/* fixture - see fixture.h. */
#include "tests/support/fixture.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "probes/base/err.h"
#include "probes/base/file.h"

int fixture_root(const char *name)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "tests/fixtures/proc/%s", name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

char *fixture_bytes(const char *path, size_t *ret_len)
{
	char full[256];
	struct err err = { 0 };
	char *bytes;

	(void)snprintf(full, sizeof(full), "tests/fixtures/%s", path);
	if (file_read_alloc(AT_FDCWD, full, SIZE_MAX / 4, &bytes, ret_len,
	                    &err)) {
		fprintf(stderr, "%s\n", err.what);
		exit(1);
	}
	return bytes;
}
