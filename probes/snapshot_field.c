// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot_field - see snapshot_field.h.
 *
 * JSON's integers end at 2^63 - 1 for jansson, as for many readers: a larger
 * one, such as "unlimited" (2^64 - 1), is a string of digits.
 */
#include "probes/snapshot_field.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/base/span.h"

/* --- where the reader stands ------------------------------------------- */

size_t snapshot_at(struct snapshot_reader *reader, const char *fmt, ...)
{
	const size_t at = strlen(reader->path);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(reader->path + at, sizeof(reader->path) - at, fmt,
	                args);
	va_end(args);
	return at;
}

void snapshot_back(struct snapshot_reader *reader, size_t at)
{
	reader->path[at] = '\0';
}

int snapshot_refuse(const struct snapshot_reader *reader, const char *fmt, ...)
{
	char reason[128];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	return err_set(reader->err, -EINVAL, "%s: %s %s", reader->name,
	               reader->path, reason);
}

static const char *type_name(const json_t *value)
{
	if (!value)
		return "missing";
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a fraction";
	case JSON_NULL:
		return "null";
	case JSON_TRUE:
	case JSON_FALSE:
	default:
		return "true or false";
	}
}

int snapshot_refuse_type(const struct snapshot_reader *reader,
                         const json_t *value, const char *wanted)
{
	return snapshot_refuse(reader, "is %s, not %s", type_name(value),
	                       wanted);
}

/* --- numbers ----------------------------------------------------------- */

int snapshot_put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) ? -ENOMEM : 0;
}

json_t *snapshot_u64(uint64_t value)
{
	if (value > INT64_MAX)
		return json_sprintf("%" PRIu64, value);
	return json_integer((json_int_t)value);
}

static int read_digits(const json_t *value, uint64_t *ret,
                       const struct snapshot_reader *reader)
{
	const struct span digits =
		span_of(json_string_value(value), json_string_length(value));
	const int rc = span_u64(digits, ret);

	if (rc == -ERANGE)
		return snapshot_refuse(reader, "is a number beyond 64 bits");
	if (rc)
		return snapshot_refuse_type(reader, value, "a number");
	return 0;
}

int snapshot_read_u64(const json_t *value, uint64_t max, uint64_t *ret,
                      const struct snapshot_reader *reader)
{
	if (json_is_string(value)) {
		const int rc = read_digits(value, ret, reader);

		if (rc)
			return rc;
	} else if (!json_is_integer(value)) {
		return snapshot_refuse_type(reader, value, "a number");
	} else if (json_integer_value(value) < 0) {
		return snapshot_refuse(reader,
		                       "is %" JSON_INTEGER_FORMAT
		                       ": less than 0",
		                       json_integer_value(value));
	} else {
		*ret = (uint64_t)json_integer_value(value);
	}
	if (*ret > max)
		return snapshot_refuse(reader,
		                       "is %" PRIu64 ": more than %" PRIu64,
		                       *ret, max);
	return 0;
}

static uint64_t number_max(const struct snapshot_field *field)
{
	if (field->max)
		return field->max;
	return UINT64_MAX >> (64 - 8 * field->size);
}

static int number_write(const struct snapshot_field *field, const void *base,
                        json_t *object)
{
	const void *at = snapshot_member(field, base);
	uint64_t value = 0;

	if (field->size == sizeof(uint16_t))
		value = *(const uint16_t *)at;
	else if (field->size == sizeof(uint32_t))
		value = *(const uint32_t *)at;
	else
		value = *(const uint64_t *)at;
	return snapshot_put(object, field->key, snapshot_u64(value));
}

static int number_read(const struct snapshot_field *field, const json_t *value,
                       void *base, struct snapshot_reader *reader)
{
	void *at = snapshot_member_to_set(field, base);
	uint64_t number = 0;
	const int rc =
		snapshot_read_u64(value, number_max(field), &number, reader);

	if (rc)
		return rc;
	if (field->size == sizeof(uint16_t))
		*(uint16_t *)at = (uint16_t)number;
	else if (field->size == sizeof(uint32_t))
		*(uint32_t *)at = (uint32_t)number;
	else
		*(uint64_t *)at = number;
	return 0;
}

const struct snapshot_kind snapshot_number = { number_write, number_read,
	                                       NULL };

static size_t integers_of(const struct snapshot_field *field)
{
	return field->size / sizeof(int64_t);
}

static int integers_write(const struct snapshot_field *field, const void *base,
                          json_t *object)
{
	const int64_t *at = snapshot_member(field, base);
	json_t *array = json_array();
	int rc = snapshot_put(object, field->key, array);

	for (size_t i = 0; !rc && i < integers_of(field); i++) {
		if (json_array_append_new(array, json_integer(at[i])))
			rc = -ENOMEM;
	}
	return rc;
}

static int integers_read(const struct snapshot_field *field,
                         const json_t *value, void *base,
                         struct snapshot_reader *reader)
{
	int64_t *at = snapshot_member_to_set(field, base);
	const size_t n = integers_of(field);

	if (json_array_size(value) != n)
		return snapshot_refuse(reader, "is not an array of %zu numbers",
		                       n);
	for (size_t i = 0; i < n; i++) {
		const json_t *number = json_array_get(value, i);

		if (!json_is_integer(number))
			return snapshot_refuse_type(reader, number, "a number");
		at[i] = json_integer_value(number);
	}
	return 0;
}

const struct snapshot_kind snapshot_integers = { integers_write, integers_read,
	                                         NULL };

static int bool_write(const struct snapshot_field *field, const void *base,
                      json_t *object)
{
	const bool *at = snapshot_member(field, base);

	return snapshot_put(object, field->key, json_boolean(*at));
}

static int bool_read(const struct snapshot_field *field, const json_t *value,
                     void *base, struct snapshot_reader *reader)
{
	bool *at = snapshot_member_to_set(field, base);

	if (!json_is_boolean(value))
		return snapshot_refuse_type(reader, value, "true or false");
	*at = json_is_true(value);
	return 0;
}

const struct snapshot_kind snapshot_bool = { bool_write, bool_read, NULL };

/* --- enumerations ------------------------------------------------------ */

static int names_write(const struct snapshot_field *field, const void *base,
                       json_t *object)
{
	const unsigned int *at = snapshot_member(field, base);

	return snapshot_put(object, field->key, json_string(field->names[*at]));
}

static int names_read(const struct snapshot_field *field, const json_t *value,
                      void *base, struct snapshot_reader *reader)
{
	unsigned int *at = snapshot_member_to_set(field, base);
	const char *name = json_string_value(value);

	if (!name)
		return snapshot_refuse_type(reader, value, "a string");
	for (unsigned int i = 0; field->names[i]; i++) {
		if (!strcmp(field->names[i], name)) {
			*at = i;
			return 0;
		}
	}
	return snapshot_refuse(reader, "is none of the words that belong here");
}

const struct snapshot_kind snapshot_names = { names_write, names_read, NULL };

/* --- tables ------------------------------------------------------------ */

json_t *snapshot_write_fields(const struct snapshot_field *table,
                              const void *base)
{
	json_t *object = json_object();
	int rc = object ? 0 : -ENOMEM;

	for (const struct snapshot_field *f = table; !rc && f->key; f++)
		rc = f->kind->write(f, base, object);
	if (!rc)
		return object;
	json_decref(object);
	return NULL;
}

static int read_field(const struct snapshot_field *field, const json_t *value,
                      void *base, struct snapshot_reader *reader)
{
	if (!value)
		return field->needed ? snapshot_refuse(reader, "is missing")
		                     : 0;
	if (field->of_goal && reader->other_goal)
		return 0;
	return field->kind->read(field, value, base, reader);
}

int snapshot_read_fields(const struct snapshot_field *table,
                         const json_t *object, void *base,
                         struct snapshot_reader *reader)
{
	int rc = 0;

	if (!json_is_object(object))
		return snapshot_refuse_type(reader, object, "an object");
	for (const struct snapshot_field *f = table; !rc && f->key; f++) {
		const size_t back = snapshot_at(reader, ".%s", f->key);

		rc = read_field(f, json_object_get(object, f->key), base,
		                reader);
		snapshot_back(reader, back);
	}
	return rc;
}

int snapshot_redact_fields(const struct snapshot_field *table, void *base,
                           struct snapshot_secrets *secrets)
{
	int rc = 0;

	for (const struct snapshot_field *f = table; !rc && f->key; f++) {
		if (f->kind->redact)
			rc = f->kind->redact(f, base, secrets);
	}
	return rc;
}
