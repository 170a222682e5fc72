/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy - reads a policy file into what rules/policy.h describes.
 *
 * One statement a line; '#' begins a comment:
 *
 *	ignore ID "REASON"
 *	severity ID fail|warn|note ["REASON"]
 *	threshold ID NUMBER ["REASON"]
 *	KEY[INDEX] >=|<=|==|!= VALUE [fail|warn|note] ["REASON"]
 *
 * An error names the file, the line and the column.
 */
#ifndef KILOFLOW_CHECKER_POLICY_H
#define KILOFLOW_CHECKER_POLICY_H

#include <stddef.h>

#include "rules/policy.h"

struct err;

#define POLICY_FILE_MAX (UINT32_C(1) << 18)

/* A policy and the memory that it stands in. Must not move: rules point in. */
struct policy_file {
	struct policy policy;
	struct policy_change *changes;
	struct requirement *requirements;
};

/**
 * policy_init - a policy of what --ignore named, and nothing else
 * @ignored: @n ids of rules; they must stay
 *
 * Return: 0; -ENOMEM. policy_done() it either way.
 */
int policy_init(struct policy_file *ret, const char *const *ignored, size_t n,
                struct err *err);

/**
 * policy_parse - add what a policy file holds, at most once. Pure but for
 * memory.
 * @name: of the file, for messages
 * @bytes: @len bytes
 *
 * Return: 0; -EINVAL with file, line and column; -ENOMEM.
 */
int policy_parse(struct policy_file *policy, const char *name,
                 const char *bytes, size_t len, struct err *err);

/**
 * policy_read - policy_parse() the file at @path
 * Return: the same, and negative errno when it cannot be read.
 */
int policy_read(struct policy_file *policy, const char *path, struct err *err);

/** policy_done - free it */
void policy_done(struct policy_file *policy);

#endif
