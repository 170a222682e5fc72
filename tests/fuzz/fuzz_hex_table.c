// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_hex_table - a file of /proc/net/stat. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/base/hex_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hex_column column;

	if (!hex_table_column((const char *)data, size, "drop", &column))
		assert(column.first <= column.sum);
	(void)hex_table_column((const char *)data, size, "entries", &column);
	return 0;
}
