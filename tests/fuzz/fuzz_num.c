// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_num - numbers, bounded and not. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "probes/base/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *cursor = (const char *)data;
	const char *end = cursor + size;
	char text[64];
	int64_t i64;
	uint64_t u64;

	while (cursor < end && num_scan_i64(&cursor, end, &i64))
		cursor++;
	cursor = (const char *)data;
	while (cursor < end && num_scan_u64(&cursor, end, &u64))
		cursor++;
	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	(void)num_parse_u64(text, NUM_COUNT, &u64);
	(void)num_parse_u64(text, NUM_BYTES, &u64);
	(void)num_parse_duration_ns(text, &u64);
	return 0;
}
