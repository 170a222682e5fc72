// SPDX-License-Identifier: GPL-2.0-or-later
/* tree - see tree.h. */
#include "tests/support/tree.h"

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
#include <sys/stat.h>
#include <unistd.h>

void tree_make(struct tree *tree)
{
	(void)snprintf(tree->path, sizeof(tree->path), "%s",
	               P_tmpdir "/kiloflow-test-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	tree->fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree->fd >= 0);
}

void tree_dir(const struct tree *tree, const char *path)
{
	char part[256];

	(void)snprintf(part, sizeof(part), "%s/", path);
	for (char *slash = strchr(part, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(!mkdirat(tree->fd, part, 0700) || errno == EEXIST);
		*slash = '/';
	}
}

static void make_parent(const struct tree *tree, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[256];

	if (!slash)
		return;
	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path),
	               path);
	tree_dir(tree, parent);
}

void tree_file(const struct tree *tree, const char *path, const char *content)
{
	const ssize_t len = (ssize_t)strlen(content);
	int fd;

	make_parent(tree, path);
	fd = openat(tree->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	            0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, (size_t)len), len);
	close(fd);
}

void tree_link(const struct tree *tree, const char *path, const char *target)
{
	make_parent(tree, path);
	assert_int_equal(symlinkat(target, tree->fd, path), 0);
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void tree_remove(struct tree *tree)
{
	close(tree->fd);
	assert_int_equal(nftw(tree->path, remove_one, 8, FTW_DEPTH | FTW_PHYS),
	                 0);
	*tree = (struct tree){ .path = "" };
}
