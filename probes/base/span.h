/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span - lines and words of a bounded text. Pure.
 *
 * Most /proc files are "prefix: word word ..." lines. A span borrows its
 * bytes and need not end in NUL; a NUL in it is a byte like any other.
 */
#ifndef KILOFLOW_PROBES_BASE_SPAN_H
#define KILOFLOW_PROBES_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *at;
	const char *end; /* one past the last byte */
};

static inline struct span span_of(const char *bytes, size_t len)
{
	return (struct span){ .at = bytes, .end = bytes + len };
}

/**
 * span_line - take the next line that starts with @prefix
 * @rest: advanced past that line, or to its end when there is none
 * @ret: what follows the prefix, without the newline; set only on success
 *
 * Return: true when there was one.
 */
bool span_line(struct span *rest, const char *prefix, struct span *ret);

/**
 * span_word - take the next word; words are separated by spaces and tabs
 * @rest: advanced past the word
 * @ret: set only on success
 *
 * Return: true when there was one.
 */
bool span_word(struct span *rest, struct span *ret);

/** span_is - @span is exactly @text */
bool span_is(struct span span, const char *text);

/**
 * span_i64 - all of @span is one decimal number
 * @ret: set only on success
 *
 * Return: 0, -EINVAL, or -ERANGE on overflow.
 */
int span_i64(struct span span, int64_t *ret);

/** span_u64 - as span_i64(), for counters that use all 64 bits */
int span_u64(struct span span, uint64_t *ret);

#endif
