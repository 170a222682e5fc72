// SPDX-License-Identifier: GPL-2.0-or-later
/* port_set - see port_set.h. */
#include "probes/port_set.h"

#include <errno.h>

#include "probes/base/num.h"

uint32_t port_set_count(const struct port_set *set)
{
	uint32_t n = 0;

	for (size_t i = 0; i < sizeof(set->word) / sizeof(set->word[0]); i++)
		n += (uint32_t)__builtin_popcountll(set->word[i]);
	return n;
}

/* "80" or "80-90", from *cursor on. */
static int parse_range(const char **cursor, const char *end, uint64_t *ret_low,
                       uint64_t *ret_high)
{
	if (num_scan_u64(cursor, end, ret_low))
		return -EINVAL;
	*ret_high = *ret_low;
	if (*cursor < end && **cursor == '-') {
		++*cursor;
		if (num_scan_u64(cursor, end, ret_high))
			return -EINVAL;
	}
	return *ret_low <= *ret_high && *ret_high <= PORT_MAX ? 0 : -EINVAL;
}

int port_set_parse(const char *bytes, size_t len, struct port_set *ret)
{
	const char *cursor = bytes;
	const char *end = bytes + len;

	*ret = (struct port_set){ 0 };
	if (len && end[-1] == '\n')
		end--;
	while (cursor < end) {
		uint64_t low;
		uint64_t high;

		if (parse_range(&cursor, end, &low, &high))
			return -EINVAL;
		for (; low <= high; low++)
			port_set_add(ret, (uint16_t)low);
		if (cursor == end)
			break;
		/* A comma, and something after it. */
		if (*cursor++ != ',' || cursor == end)
			return -EINVAL;
	}
	return 0;
}
