// SPDX-License-Identifier: GPL-2.0-or-later
/* log_row - see log_row.h. */
#include "probes/logs/log_row.h"

#include <stddef.h>
#include <string.h>

bool log_span_has(struct span span, const char *text)
{
	return memmem(span.at, (size_t)(span.end - span.at), text,
	              strlen(text)) != NULL;
}

static void skip_blanks(struct span *rest)
{
	while (rest->at < rest->end && (*rest->at == ' ' || *rest->at == '\t'))
		rest->at++;
}

/* What is up to @stop, which is passed over. */
static bool take_until(struct span *rest, char stop, struct span *ret)
{
	const char *at = memchr(rest->at, stop, (size_t)(rest->end - rest->at));

	if (!at)
		return false;
	*ret = (struct span){ rest->at, at };
	rest->at = at + 1;
	return true;
}

static bool take_brackets(struct span *rest, struct span *ret)
{
	struct span inner = *rest;

	if (inner.at == inner.end || *inner.at != '[')
		return false;
	inner.at++;
	if (!take_until(&inner, ']', ret))
		return false;
	*rest = inner;
	return true;
}

static bool starts(struct span *rest, const char *text)
{
	const size_t len = strlen(text);

	if ((size_t)(rest->end - rest->at) < len ||
	    memcmp(rest->at, text, len) != 0)
		return false;
	rest->at += len;
	return true;
}

bool log_row_tag(struct span *rest, struct log_row *ret)
{
	struct span after = *rest;
	struct span tag;

	if (!take_brackets(&after, &tag))
		return false;
	skip_blanks(&tag);
	ret->id = 0;
	ret->is_sum = starts(&tag, "SUM");
	ret->is_back = !ret->is_sum && starts(&tag, "*");
	if (ret->is_sum && tag.at != tag.end && !starts(&tag, "-"))
		return false;
	if (!(ret->is_sum && tag.at == tag.end) && span_u64(tag, &ret->id))
		return false;
	*rest = after;
	return true;
}

/* "0.0-10.0", "0.0- 1.0" */
static bool take_times(struct span *rest, struct log_row *ret)
{
	struct span start, end;

	skip_blanks(rest);
	if (!take_until(rest, '-', &start))
		return false;
	skip_blanks(rest);
	return take_until(rest, ' ', &end) &&
	       !log_time_us(start, &ret->start_us) &&
	       !log_time_us(end, &ret->end_us);
}

bool log_row_parse(struct span line, struct log_row *ret)
{
	struct span rest = line;
	struct span word, number, unit;

	rest.at = memchr(line.at, '[', (size_t)(line.end - line.at));
	if (!rest.at || !log_row_tag(&rest, ret))
		return false;
	ret->role = (struct span){ rest.at, rest.at };
	(void)take_brackets(&rest, &ret->role);
	if (!take_times(&rest, ret))
		return false;
	ret->is_iperf3 = rest.at < rest.end && *rest.at == ' ';
	if (!span_word(&rest, &word) || !span_is(word, "sec") ||
	    !span_word(&rest, &number) || !span_word(&rest, &unit) ||
	    log_bytes_parse(number, unit, &ret->bytes))
		return false;
	ret->rest = rest;
	return true;
}
