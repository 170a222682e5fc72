// SPDX-License-Identifier: GPL-2.0-or-later
/* span - see span.h. */
#include "probes/base/span.h"

#include <errno.h>
#include <string.h>

#include "probes/base/num.h"

static size_t span_len(struct span span)
{
	return (size_t)(span.end - span.at);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool span_line(struct span *rest, const char *prefix, struct span *ret)
{
	const size_t prefix_len = strlen(prefix);

	while (rest->at < rest->end) {
		const char *newline = memchr(rest->at, '\n', span_len(*rest));
		struct span line = *rest;

		line.end = newline ? newline : rest->end;
		rest->at = newline ? newline + 1 : rest->end;
		if (span_len(line) >= prefix_len &&
		    !memcmp(line.at, prefix, prefix_len)) {
			line.at += prefix_len;
			*ret = line;
			return true;
		}
	}
	return false;
}

bool span_word(struct span *rest, struct span *ret)
{
	const char *start = rest->at;
	const char *end;

	while (start < rest->end && is_blank(*start))
		start++;
	end = start;
	while (end < rest->end && !is_blank(*end))
		end++;
	rest->at = end;
	if (start == end)
		return false;
	*ret = (struct span){ .at = start, .end = end };
	return true;
}

bool span_is(struct span span, const char *text)
{
	return span_len(span) == strlen(text) &&
	       !memcmp(span.at, text, span_len(span));
}

/* The scanners of num.h pass over leading blanks; here they are junk. */
int span_i64(struct span span, int64_t *ret)
{
	const char *cursor = span.at;
	int64_t value;
	int rc;

	if (cursor < span.end && is_blank(*cursor))
		return -EINVAL;
	rc = num_scan_i64(&cursor, span.end, &value);
	if (rc)
		return rc;
	if (cursor != span.end)
		return -EINVAL;
	*ret = value;
	return 0;
}

int span_u64(struct span span, uint64_t *ret)
{
	const char *cursor = span.at;
	uint64_t value;
	int rc;

	if (cursor < span.end && is_blank(*cursor))
		return -EINVAL;
	rc = num_scan_u64(&cursor, span.end, &value);
	if (rc)
		return rc;
	if (cursor != span.end)
		return -EINVAL;
	*ret = value;
	return 0;
}
