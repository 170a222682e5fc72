/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text - making text from outside safe to show. Pure.
 *
 * Process and host names, file contents and logs are chosen by others: a
 * process may call itself ESC [2J. Nothing of that reaches a terminal or a
 * JSON document unescaped.
 */
#ifndef KILOFLOW_PROBES_BASE_TEXT_H
#define KILOFLOW_PROBES_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * text_escape - copy @src so that it is one line of printable UTF-8
 *
 * C0 control characters, DEL and invalid UTF-8 bytes become \xNN, the
 * backslash becomes \\; C1 control characters, line and paragraph separators
 * (U+2028, U+2029) and bidirectional control characters (U+202A..202E,
 * U+2066..2069) become \u{NNNN}. Never cuts within an escape or a character.
 *
 * @dst: always NUL-terminated
 * @size: bytes of @dst, at least 1
 * @src: @len bytes; NUL bytes among them are escaped
 *
 * Return: bytes written without the NUL.
 */
size_t text_escape(char *dst, size_t size, const char *src, size_t len);

/**
 * text_safe - the same for a text of ours, in which what is from outside is
 * escaped already: a backslash stays one
 */
size_t text_safe(char *dst, size_t size, const char *src, size_t len);

/**
 * text_utf8 - copy @src with each invalid UTF-8 sequence replaced by U+FFFD
 *
 * For JSON, whose writer escapes control characters itself.
 */
size_t text_utf8(char *dst, size_t size, const char *src, size_t len);

/** text_is_utf8 - there is no invalid sequence in @len bytes at @src */
bool text_is_utf8(const char *src, size_t len);

/**
 * text_join - "a, b and c" and the like: append @item to @dst, separated
 * by @sep when @dst is not empty; cut with "..." when full
 */
void text_join(char *dst, size_t size, const char *sep, const char *item);

#endif
