// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * number - see number.h. A sysctl that has a row in sysctl_table.c is not
 * read here.
 */
#include "probes/number.h"

#include "probes/base/file.h"
#include "probes/base/span.h"

struct fact_u64 number_parse(const char *bytes, size_t len)
{
	struct span text = span_of(bytes, len);
	uint64_t value;

	if (len && bytes[len - 1] == '\n')
		text.end--;
	if (span_is(text, "max"))
		return fact_known(UINT64_MAX);
	if (span_u64(text, &value))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(value);
}

struct fact_u64 number_read(int root_fd, const char *path)
{
	char bytes[64];
	size_t len;
	const int rc =
		file_read(root_fd, path, bytes, sizeof(bytes), &len, NULL);

	if (rc)
		return (struct fact_u64){ .state = fact_state_from_errno(rc) };
	return number_parse(bytes, len);
}
