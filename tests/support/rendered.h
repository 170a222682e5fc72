/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rendered - the report that every rule together makes of a host, as it is
 * shown; without a load test.
 */
#ifndef KILOFLOW_TESTS_SUPPORT_RENDERED_H
#define KILOFLOW_TESTS_SUPPORT_RENDERED_H

#include <stddef.h>

struct goal;
struct host;

/**
 * rendered - judge @host and show it
 * @format: "text" (80 columns, everything) or "json"
 * @ret_size: bytes without the closing NUL
 *
 * Return: free() it; when memory runs out the test is aborted.
 */
char *rendered(const struct host *host, const struct goal *goal,
               const char *format, size_t *ret_size);

#endif
