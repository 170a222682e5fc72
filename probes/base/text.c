// SPDX-License-Identifier: GPL-2.0-or-later
/* text - see text.h. One UTF-8 decoder serves both forms of escaping. */
#include "probes/base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * Decode one character; overlong forms, surrogates and values above
 * U+10FFFF are invalid (RFC 3629).
 *
 * Return: its length in bytes, or 0 when the bytes at @src are not UTF-8.
 */
static size_t utf8_decode(const char *src, size_t len, uint32_t *ret_char)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t first = (uint8_t)src[0];
	uint32_t c;
	size_t n;

	if (first < 0x80) {
		*ret_char = first;
		return 1;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		n = 2;
		c = first & 0x1fU;
	} else if (first >= 0xe0 && first <= 0xef) {
		n = 3;
		c = first & 0x0fU;
	} else if (first >= 0xf0 && first <= 0xf4) {
		n = 4;
		c = first & 0x07U;
	} else {
		return 0;
	}
	if (len < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((uint8_t)src[i] & 0xc0U) != 0x80)
			return 0;
		c = c << 6 | ((uint8_t)src[i] & 0x3fU);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret_char = c;
	return n;
}

/* Characters that reorder the line they stand in (Unicode UAX 9). */
static bool is_bidi_control(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
	       c == 0x2029;
}

/* Append @n bytes only if they fit whole, with room for the NUL. */
static bool put(char *dst, size_t size, size_t *used, const char *src, size_t n)
{
	if (n >= size - *used)
		return false;
	memcpy(dst + *used, src, n);
	*used += n;
	return true;
}

static size_t escape_bytes(char *dst, size_t size, const char *src, size_t len,
                           bool escape_backslash)
{
	size_t used = 0;
	size_t at = 0;

	while (at < len) {
		char escape[16];
		const char *out = src + at;
		uint32_t c = 0;
		size_t step = utf8_decode(src + at, len - at, &c);
		size_t n = step;

		if (!step || (is_control(c) && c < 0x80)) {
			step = 1;
			n = (size_t)snprintf(escape, sizeof(escape), "\\x%02x",
			                     (uint8_t)src[at]);
			out = escape;
		} else if (c == '\\' && escape_backslash) {
			n = 2;
			out = "\\\\";
		} else if (is_control(c) || is_bidi_control(c)) {
			n = (size_t)snprintf(escape, sizeof(escape),
			                     "\\u{%04x}", c);
			out = escape;
		}
		if (!put(dst, size, &used, out, n))
			break;
		at += step;
	}
	dst[used] = '\0';
	return used;
}

size_t text_escape(char *dst, size_t size, const char *src, size_t len)
{
	return escape_bytes(dst, size, src, len, true);
}

size_t text_safe(char *dst, size_t size, const char *src, size_t len)
{
	return escape_bytes(dst, size, src, len, false);
}

size_t text_utf8(char *dst, size_t size, const char *src, size_t len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t used = 0;
	size_t at = 0;

	while (at < len) {
		uint32_t c;
		const size_t n = utf8_decode(src + at, len - at, &c);

		if (!put(dst, size, &used, n ? src + at : replacement,
		         n ? n : sizeof(replacement) - 1))
			break;
		at += n ? n : 1;
	}
	dst[used] = '\0';
	return used;
}

bool text_is_utf8(const char *src, size_t len)
{
	size_t at = 0;

	while (at < len) {
		uint32_t c;
		const size_t n = utf8_decode(src + at, len - at, &c);

		if (!n)
			return false;
		at += n;
	}
	return true;
}

void text_join(char *dst, size_t size, const char *sep, const char *item)
{
	static const char more[] = "...";
	const size_t used = strlen(dst);
	const size_t sep_len = used ? strlen(sep) : 0;
	const size_t item_len = strlen(item);

	if (used >= sizeof(more) - 1 &&
	    !strcmp(dst + used - (sizeof(more) - 1), more))
		return;
	if (used + sep_len + item_len + sizeof(more) + strlen(sep) <= size) {
		(void)snprintf(dst + used, size - used, "%s%s", used ? sep : "",
		               item);
		return;
	}
	if (used + sep_len + sizeof(more) <= size)
		(void)snprintf(dst + used, size - used, "%s%s", used ? sep : "",
		               more);
}
