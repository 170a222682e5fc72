// SPDX-License-Identifier: GPL-2.0-or-later
/* log_json - see log_json.h. */
#include "probes/logs/log_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/base/vec.h"

#define VALUE_MAX ((size_t)16 << 20)

static int refuse(const struct log_json *json, const char *why, struct err *err)
{
	err_hint(err, "give it what iperf3 wrote, and nothing else");
	return err_set(err, -EBADMSG,
	               "JSON that cannot be read, at line %llu: %s",
	               (unsigned long long)json->line + 1, why);
}

static int keep(struct log_json *json, char c, struct err *err)
{
	char *text;

	if (json->len == VALUE_MAX) {
		err_hint(err, "iperf3 itself writes none so long");
		return err_set(err, -EFBIG,
		               "a member of its JSON has more than %zu MiB",
		               VALUE_MAX >> 20);
	}
	text = vec_grow(json->text, json->len, &json->room, 1);
	if (!text)
		return err_set(err, -ENOMEM,
		               "not enough memory for a member of its JSON");
	json->text = text;
	json->text[json->len++] = c;
	return 0;
}

/* A value, or an item of the array, is complete. Of an empty array none is. */
static int flush(struct log_json *json, struct err *err)
{
	json_error_t error;
	json_t *value;
	int rc;

	if (!json->has_name && json->len)
		return refuse(json, "a name without a value", err);
	if (!json->len)
		return 0;
	value = json_loadb(json->text, json->len, JSON_DECODE_ANY, &error);
	json->len = 0;
	if (!value)
		return refuse(json, error.text, err);
	rc = json->member(json->to, json->name, value, err);
	json_decref(value);
	return rc;
}

/* What was kept is "name"; one that is too long is none that is asked for. */
static int take_name(struct log_json *json, struct err *err)
{
	if (json->len < 2 || json->text[0] != '"')
		return refuse(json, "a member without a name", err);
	json->name[0] = '\0';
	if (json->len - 2 < sizeof(json->name)) {
		(void)memcpy(json->name, json->text + 1, json->len - 2);
		json->name[json->len - 2] = '\0';
	}
	json->has_name = true;
	json->len = 0;
	return 0;
}

/* Of the object, or of the array. */
static bool is_top(const struct log_json *json)
{
	return json->depth == 1 + (uint64_t)json->in_array;
}

static int open_bracket(struct log_json *json, char c, struct err *err)
{
	json->depth++;
	if (json->depth == 1)
		return 0;
	if (json->depth == 2 && c == '[' && !json->len && json->has_name &&
	    !strcmp(json->name, json->array)) {
		json->in_array = true;
		return 0;
	}
	return keep(json, c, err);
}

static int close_bracket(struct log_json *json, char c, struct err *err)
{
	const bool is_end = is_top(json);
	int rc;

	if (is_end && c != (json->in_array ? ']' : '}'))
		return refuse(json, "a bracket that none opened", err);
	rc = is_end ? flush(json, err) : keep(json, c, err);
	json->depth--;
	if (is_end && json->in_array)
		json->in_array = false;
	else if (is_end)
		json->has_name = false;
	return rc;
}

static int comma(struct log_json *json, struct err *err)
{
	int rc;

	if (!is_top(json))
		return keep(json, ',', err);
	rc = flush(json, err);
	if (!json->in_array)
		json->has_name = false;
	return rc;
}

static int quoted(struct log_json *json, char c, struct err *err)
{
	if (json->is_escaped)
		json->is_escaped = false;
	else if (c == '\\')
		json->is_escaped = true;
	else if (c == '"')
		json->in_string = false;
	return keep(json, c, err);
}

static int feed(struct log_json *json, char c, struct err *err)
{
	if (json->in_string)
		return quoted(json, c, err);
	if (!json->depth && c != '{')
		return 0;
	switch (c) {
	case '{':
	case '[':
		return open_bracket(json, c, err);
	case '}':
	case ']':
		return close_bracket(json, c, err);
	case ',':
		return comma(json, err);
	case ':':
		return json->depth == 1 && !json->has_name
		               ? take_name(json, err)
		               : keep(json, c, err);
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return 0; /* no two words of JSON need one between them */
	default:
		json->in_string = c == '"';
		return keep(json, c, err);
	}
}

int log_json_feed(struct log_json *json, const char *bytes, size_t len,
                  struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < len; i++) {
		rc = feed(json, bytes[i], err);
		json->line += bytes[i] == '\n';
	}
	return rc;
}

void log_json_done(struct log_json *json)
{
	free(json->text);
	json->text = NULL;
	json->len = json->room = 0;
}
