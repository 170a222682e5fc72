// SPDX-License-Identifier: GPL-2.0-or-later
/* human - see human.h. */
#include "checker/report/human.h"

#include <stdbool.h>
#include <string.h>

void human_bytes(uint64_t bytes, char buf[static HUMAN_MAX])
{
	static const char *const units[] = { "KiB", "MiB", "GiB",
		                             "TiB", "PiB", "EiB" };
	double value = (double)bytes;
	size_t unit = 0;

	if (bytes < 1024) {
		(void)snprintf(buf, HUMAN_MAX, "%u B", (unsigned int)bytes);
		return;
	}
	/* 1023.95 would be printed as 1024.0 */
	value /= 1024;
	while (value >= 1023.95) {
		value /= 1024;
		unit++;
	}
	(void)snprintf(buf, HUMAN_MAX, "%.1f %s", value, units[unit]);
}

void human_us(uint64_t us, char buf[static HUMAN_MAX])
{
	if (us < 1000)
		(void)snprintf(buf, HUMAN_MAX, "%u us", (unsigned int)us);
	else if (us < 999950)
		(void)snprintf(buf, HUMAN_MAX, "%.1f ms", (double)us / 1e3);
	else
		(void)snprintf(buf, HUMAN_MAX, "%.2f s", (double)us / 1e6);
}

void human_bitrate(double gbit_per_s, char buf[static HUMAN_MAX])
{
	if (gbit_per_s < 0.1)
		(void)snprintf(buf, HUMAN_MAX, "%.3g Mbit/s", gbit_per_s * 1e3);
	else
		(void)snprintf(buf, HUMAN_MAX, "%.1f Gbit/s", gbit_per_s);
}

/* Bytes 10xxxxxx continue a character. */
static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0U) == 0x80;
}

static unsigned int columns(const char *text, size_t len)
{
	unsigned int n = 0;

	for (size_t i = 0; i < len; i++)
		n += !continues(text[i]);
	return n;
}

unsigned int human_columns(const char *text)
{
	return columns(text, strlen(text));
}

void human_cut(char *text, unsigned int wide)
{
	static const char mark[] = "...";
	char *end = text;

	if (human_columns(text) <= wide)
		return;
	for (unsigned int n = 0; n + sizeof(mark) - 1 < wide; n++) {
		do
			end++;
		while (continues(*end));
	}
	memcpy(end, mark, sizeof(mark));
}

/*
 * Write @len bytes of text, broken after @sep, and a line feed. @sep ends in
 * a blank, which a broken line does not keep.
 */
static void wrap(FILE *out, const char *text, size_t len, const char *sep,
                 const struct human_at *at)
{
	const size_t sep_len = strlen(sep);
	const char *end = text + len;
	unsigned int column = at->column;
	bool first = true;

	while (text < end) {
		const char *stop =
			memmem(text, (size_t)(end - text), sep, sep_len);
		const size_t item = (size_t)((stop ? stop : end) - text);
		const unsigned int wide = columns(text, item);
		/* what stands behind the item counts, but for the blank */
		const unsigned int needed =
			wide + (stop ? (unsigned int)sep_len - 1 : 0);

		if (!first && column + needed + 1 > at->width) {
			(void)fprintf(out, "\n%*s", (int)at->indent, "");
			column = at->indent;
		} else if (!first) {
			(void)fputc(' ', out);
			column++;
		}
		(void)fprintf(out, "%.*s%.*s", (int)item, text,
		              stop ? (int)sep_len - 1 : 0, sep);
		column += needed;
		first = false;
		text += item + (stop ? sep_len : 0);
	}
	(void)fputc('\n', out);
}

void human_wrap(FILE *out, const char *text, const struct human_at *at)
{
	wrap(out, text, strlen(text), " ", at);
}

void human_wrap_list(FILE *out, const char *text, const struct human_at *at)
{
	wrap(out, text, strlen(text), ", ", at);
}

void human_paragraphs(FILE *out, const char *text, unsigned int width)
{
	static const char gap[] = "\n\n";
	const struct human_at at = { .width = width };

	while (*text) {
		const char *end = strstr(text, gap);
		const size_t len = end ? (size_t)(end - text) : strlen(text);

		(void)fputc('\n', out);
		wrap(out, text, len, " ", &at);
		text += len + (end ? sizeof(gap) - 1 : 0);
	}
}
