/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden - compares a text byte for byte with a file of tests/golden.
 *
 * With KILOFLOW_GOLDEN_UPDATE=1 in the environment the files are written
 * instead: look at the difference before you commit it.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_GOLDEN_H
#define KILOFLOW_TESTS_SUPPORT_GOLDEN_H

#include <stddef.h>

/**
 * golden_check - Return: 0 when @text is what the file @name holds; -1,
 * after naming the first line that differs on stderr
 */
int golden_check(const char *name, const char *text, size_t size);

#endif
