/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree - a root directory made for one test: files, links, and nothing else.
 * What cannot be made aborts the test.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_TREE_H
#define KILOFLOW_TESTS_SUPPORT_TREE_H

/* All zero: none. */
struct tree {
	char path[64];
	int fd; /* stands for "/" */
};

/** tree_make - an empty one, below the directory for temporary files */
void tree_make(struct tree *tree);

/** tree_dir - a directory, and those above it. @path: "etc/sysctl.d" */
void tree_dir(const struct tree *tree, const char *path);

/** tree_file - a file with @content, and the directories above it */
void tree_file(const struct tree *tree, const char *path, const char *content);

/** tree_link - a symbolic link, and the directories above it */
void tree_link(const struct tree *tree, const char *path, const char *target);

/** tree_remove - the tree with all that is in it */
void tree_remove(struct tree *tree);

#endif
