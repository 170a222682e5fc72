// SPDX-License-Identifier: GPL-2.0-or-later
/* json_value - see json_value.h. */
#include "checker/report/json_value.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "probes/base/num.h"
#include "probes/base/text.h"

/* Longer than any text of a finding, each byte replaced by three. */
#define TEXT_MAX 2048

json_t *jv_u64(uint64_t value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value)
	                          : json_null();
}

json_t *jv_nonzero(uint64_t value)
{
	return value ? jv_u64(value) : json_null();
}

json_t *jv_fact(struct fact_u64 fact)
{
	return fact.state == FACT_KNOWN ? jv_u64(fact.value) : json_null();
}

json_t *jv_real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *jv_seconds(uint64_t ns)
{
	return jv_real((double)ns / 1e9);
}

json_t *jv_bytes(const char *text, size_t len)
{
	char utf8[TEXT_MAX];

	if (!len)
		return json_null();
	return json_stringn(utf8, text_utf8(utf8, sizeof(utf8), text, len));
}

json_t *jv_text(const char *text)
{
	return text ? jv_bytes(text, strlen(text)) : json_null();
}

json_t *jv_number(const char *text)
{
	const char *cursor = text;
	const char *end = text ? text + strlen(text) : NULL;
	int64_t value;

	if (text && text[0] != ' ' && text[0] != '\t' &&
	    !num_scan_i64(&cursor, end, &value) && cursor == end)
		return json_integer(value);
	return jv_text(text);
}

json_t *jv_object(const struct jv_pair *pairs)
{
	json_t *object = json_object();
	bool complete = true;

	for (; pairs->key; pairs++) {
		if (json_object_set_new(object, pairs->key, pairs->value))
			complete = false;
	}
	if (complete)
		return object;
	json_decref(object);
	return NULL;
}

json_t *jv_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value)) {
		json_decref(array);
		return NULL;
	}
	return array;
}
