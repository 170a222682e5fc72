/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixture - saved files below tests/fixtures. Tests run in the top folder of
 * the source tree. A fixture that is missing ends the test program.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_FIXTURE_H
#define KILOFLOW_TESTS_SUPPORT_FIXTURE_H

#include <stddef.h>

/**
 * fixture_root - a saved host: a descriptor that stands for its "/"
 * @name: a folder in tests/fixtures/proc
 */
int fixture_root(const char *name);

/**
 * fixture_bytes - what one file holds
 * @path: below tests/fixtures
 *
 * Return: allocated; the caller frees it.
 */
char *fixture_bytes(const char *path, size_t *ret_len);

#endif
