/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hex_table - the files of /proc that have a line for each CPU, in
 * hexadecimal: /proc/net/softnet_stat and those below /proc/net/stat. Pure.
 */
#ifndef KILOFLOW_PROBES_BASE_HEX_TABLE_H
#define KILOFLOW_PROBES_BASE_HEX_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "probes/base/span.h"

/**
 * hex_u64 - all of @word is one hexadecimal number, without a prefix
 * @ret: set only on success
 *
 * Return: 0, -EINVAL, or -ERANGE on overflow.
 */
int hex_u64(struct span word, uint64_t *ret);

/* A column of such a table over all CPUs. */
struct hex_column {
	uint64_t sum;   /* of what is counted on each CPU */
	uint64_t first; /* of what every line repeats */
};

/**
 * hex_table_column - one column of a table that begins with its names
 * @bytes: @len bytes of a file below /proc/net/stat
 *
 * Return: 0; -ENOENT when no column has that name; -EBADMSG when there is no
 * line of numbers, one has not as many words as the names, or the column is
 * no number in one.
 */
int hex_table_column(const char *bytes, size_t len, const char *name,
                     struct hex_column *ret);

#endif
