/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fdcheck - fails a test group that leaves a descriptor open.
 *
 *	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
 *
 * No analyzer here finds a leaked descriptor, so every group is compared with
 * itself: what /proc/self/fd shows before it and after it must be the same.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_FDCHECK_H
#define KILOFLOW_TESTS_SUPPORT_FDCHECK_H

/** fdcheck_setup - group setup: remember which descriptors are open */
int fdcheck_setup(void **state);

/**
 * fdcheck_teardown - group teardown: compare
 *
 * Return: 0; -1, after naming each difference, to fail the group.
 */
int fdcheck_teardown(void **state);

#endif
