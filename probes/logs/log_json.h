/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_json - the members of JSON objects, one after another as they come.
 * Pure.
 *
 * What is inside of a member is jansson's to read; only where one ends is
 * found here, so that of hours of intervals one is in memory at a time. What
 * stands between two objects is passed over.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_JSON_H
#define KILOFLOW_PROBES_LOGS_LOG_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct err;

/* Longer than any name that is asked for. */
#define LOG_JSON_NAME 16

struct log_json {
	/* Set by the caller: */
	const char *array; /* the member whose items come one by one */
	/* @value: borrowed. Return: 0, or the negative errno that
	 * log_json_feed() is to return. */
	int (*member)(void *to, const char *name, const json_t *value,
	              struct err *err);
	void *to;

	/* Internal: */
	char name[LOG_JSON_NAME];
	char *text; /* what was read of the value */
	size_t len, room;
	uint64_t line, depth;
	bool in_string, is_escaped, in_array, has_name;
};

/**
 * log_json_feed - the next bytes
 *
 * Return: 0; -EBADMSG for what is no JSON; -EFBIG for a member, or an item of
 * the array, of more than 16 MiB; -ENOMEM; all with words; or from member().
 * It must not be fed further.
 */
int log_json_feed(struct log_json *json, const char *bytes, size_t len,
                  struct err *err);

/** log_json_is_open - an object has begun that has not ended */
static inline bool log_json_is_open(const struct log_json *json)
{
	return json->depth;
}

/** log_json_done - free what it holds */
void log_json_done(struct log_json *json);

#endif
