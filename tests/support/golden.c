// SPDX-License-Identifier: GPL-2.0-or-later
/* golden - see golden.h. Tests run from the top of the repository. */
#include "tests/support/golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef KILOFLOW_GOLDEN_DIR
#define KILOFLOW_GOLDEN_DIR "tests/golden"
#endif

static int update(const char *path, const char *text, size_t size)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(text, 1, size, file) != size) {
		(void)fprintf(stderr, "%s: cannot write: %s\n", path,
		              strerror(errno));
		if (file)
			(void)fclose(file);
		return -1;
	}
	return fclose(file) ? -1 : 0;
}

/* Which line, counted from 1, is the first that differs? */
static size_t first_difference(const char *a, size_t a_size, const char *b,
                               size_t b_size)
{
	size_t line = 1;

	for (size_t i = 0; i < a_size && i < b_size && a[i] == b[i]; i++)
		line += a[i] == '\n';
	return line;
}

static char *read_all(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	FILE *to;
	int c;

	if (!file)
		return NULL;
	to = open_memstream(&text, ret_size);
	while (to && (c = getc(file)) != EOF)
		(void)putc(c, to);
	if (to)
		(void)fclose(to);
	(void)fclose(file);
	return text;
}

int golden_check(const char *name, const char *text, size_t size)
{
	char path[512];
	char *expected;
	size_t expected_size = 0;
	int rc = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", KILOFLOW_GOLDEN_DIR, name);
	if (getenv("KILOFLOW_GOLDEN_UPDATE"))
		return update(path, text, size);
	expected = read_all(path, &expected_size);
	if (!expected) {
		(void)fprintf(stderr, "%s: cannot read: %s\n", path,
		              strerror(errno));
		return -1;
	}
	if (expected_size != size || memcmp(expected, text, size) != 0) {
		(void)fprintf(stderr, "%s: line %zu differs; got:\n%.*s", path,
		              first_difference(expected, expected_size, text,
		                               size),
		              (int)size, text);
		rc = -1;
	}
	free(expected);
	return rc;
}
