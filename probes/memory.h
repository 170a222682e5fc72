/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory - how much memory flows could still take.
 */
#ifndef KILOFLOW_PROBES_MEMORY_H
#define KILOFLOW_PROBES_MEMORY_H

#include <stddef.h>

#include "probes/facts.h"

/**
 * memory_parse - MemAvailable of /proc/meminfo, in bytes. Pure.
 * @bytes: @len bytes of that file
 *
 * Return: absent before Linux 3.14, which brought it.
 */
struct fact_u64 memory_parse(const char *bytes, size_t len);

#endif
