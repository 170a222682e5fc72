// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot_nested - structures within structures: a member, one that is
 * pointed to, arrays by name, and lists.
 *
 * What a document claims is in it is never believed: a list has as many items
 * as are there.
 */
#include "probes/snapshot_field.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/facts.h"

static int no_memory(const struct snapshot_reader *reader)
{
	return err_set(reader->err, -ENOMEM, "%s: not enough memory for %s",
	               reader->name, reader->path);
}

/* --- structures -------------------------------------------------------- */

static int object_write(const struct snapshot_field *field, const void *base,
                        json_t *object)
{
	return snapshot_put(
		object, field->key,
		snapshot_write_fields(field->table,
	                              snapshot_member(field, base)));
}

static int object_read(const struct snapshot_field *field, const json_t *value,
                       void *base, struct snapshot_reader *reader)
{
	return snapshot_read_fields(field->table, value,
	                            snapshot_member_to_set(field, base),
	                            reader);
}

static int object_redact(const struct snapshot_field *field, void *base,
                         struct snapshot_secrets *secrets)
{
	return snapshot_redact_fields(
		field->table, snapshot_member_to_set(field, base), secrets);
}

const struct snapshot_kind snapshot_object = { object_write, object_read,
	                                       object_redact };

static void *owned(const struct snapshot_field *field, const void *base)
{
	void *at;

	memcpy(&at, snapshot_member(field, base), sizeof(at));
	return at;
}

static int owned_write(const struct snapshot_field *field, const void *base,
                       json_t *object)
{
	const void *at = owned(field, base);

	if (!at)
		return 0;
	return snapshot_put(object, field->key,
	                    snapshot_write_fields(field->table, at));
}

static int owned_read(const struct snapshot_field *field, const json_t *value,
                      void *base, struct snapshot_reader *reader)
{
	void *at = calloc(1, field->size);

	if (!at)
		return no_memory(reader);
	/* Whoever owns @base frees it, also when it is not read whole. */
	memcpy(snapshot_member_to_set(field, base), &at, sizeof(at));
	return snapshot_read_fields(field->table, value, at, reader);
}

static int owned_redact(const struct snapshot_field *field, void *base,
                        struct snapshot_secrets *secrets)
{
	void *at = owned(field, base);

	return at ? snapshot_redact_fields(field->table, at, secrets) : 0;
}

const struct snapshot_kind snapshot_owned = { owned_write, owned_read,
	                                      owned_redact };

/* --- maps -------------------------------------------------------------- */

static bool is_zero(const char *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

static int map_write(const struct snapshot_field *field, const void *base,
                     json_t *object)
{
	const char *item = snapshot_member(field, base);
	json_t *map = json_object();
	int rc = snapshot_put(object, field->key, map);

	for (size_t i = 0; !rc && field->name_of(i); i++, item += field->size) {
		if (!is_zero(item, field->size))
			rc = snapshot_put(map, field->name_of(i),
			                  snapshot_write_fields(field->table,
			                                        item));
	}
	return rc;
}

static int map_read(const struct snapshot_field *field, const json_t *value,
                    void *base, struct snapshot_reader *reader)
{
	char *item = snapshot_member_to_set(field, base);
	int rc = 0;

	if (!json_is_object(value))
		return snapshot_refuse_type(reader, value, "an object");
	for (size_t i = 0; !rc && field->name_of(i); i++, item += field->size) {
		const char *name = field->name_of(i);
		const json_t *found = json_object_get(value, name);
		const size_t back = snapshot_at(reader, "[%s]", name);

		if (found)
			rc = snapshot_read_fields(field->table, found, item,
			                          reader);
		snapshot_back(reader, back);
	}
	return rc;
}

static int map_redact(const struct snapshot_field *field, void *base,
                      struct snapshot_secrets *secrets)
{
	char *item = snapshot_member_to_set(field, base);
	int rc = 0;

	for (size_t i = 0; !rc && field->name_of(i); i++, item += field->size)
		rc = snapshot_redact_fields(field->table, item, secrets);
	return rc;
}

const struct snapshot_kind snapshot_map = { map_write, map_read, map_redact };

/* --- lists ------------------------------------------------------------- */

/* A list's items, their number, and whether they were read. */
struct list {
	char *items;
	size_t n;
	struct fact_u64 read;
};

static struct list list_of(const struct snapshot_field *field, const void *base)
{
	const char *at = base;
	struct list list = { .read = { .state = FACT_KNOWN } };

	memcpy(&list.items, at + field->at, sizeof(list.items));
	memcpy(&list.n, at + field->n_at, sizeof(list.n));
	if (field->has_state)
		memcpy(&list.read, at + field->state_at, sizeof(list.read));
	return list;
}

static void set_list(const struct snapshot_field *field, void *base,
                     const struct list *list)
{
	char *at = base;

	memcpy(at + field->at, &list->items, sizeof(list->items));
	memcpy(at + field->n_at, &list->n, sizeof(list->n));
	if (field->has_state)
		memcpy(at + field->state_at, &list->read, sizeof(list->read));
}

static int write_items(const struct snapshot_field *field, const char *items,
                       size_t n, json_t *object)
{
	json_t *array = json_array();
	int rc = snapshot_put(object, field->key, array);

	for (size_t i = 0; !rc && i < n; i++) {
		json_t *item = snapshot_write_fields(field->table,
		                                     items + i * field->size);

		rc = json_array_append_new(array, item) ? -ENOMEM : 0;
	}
	return rc;
}

static int list_write(const struct snapshot_field *field, const void *base,
                      json_t *object)
{
	const struct list list = list_of(field, base);

	if (list.read.state != FACT_KNOWN)
		return snapshot_put_fact(object, field->key, list.read);
	return write_items(field, list.items, list.n, object);
}

/* How many there are in the document. */
static int read_number(const struct snapshot_field *field, const json_t *value,
                       size_t *ret, const struct snapshot_reader *reader)
{
	if (!json_is_array(value))
		return snapshot_refuse_type(reader, value, "an array");
	*ret = json_array_size(value);
	if (field->max && *ret > field->max)
		return snapshot_refuse(reader,
		                       "has %zu items: more than %" PRIu64,
		                       *ret, field->max);
	return 0;
}

static int read_items(const struct snapshot_field *field, const json_t *value,
                      const struct list *list, struct snapshot_reader *reader)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < list->n; i++) {
		const size_t back = snapshot_at(reader, "[%zu]", i);

		rc = snapshot_read_fields(field->table,
		                          json_array_get(value, i),
		                          list->items + i * field->size,
		                          reader);
		snapshot_back(reader, back);
	}
	return rc;
}

static int list_read(const struct snapshot_field *field, const json_t *value,
                     void *base, struct snapshot_reader *reader)
{
	struct list list = list_of(field, base);
	int rc;

	if (field->has_state && json_is_object(value)) {
		rc = snapshot_read_state(value, &list.read.state, reader);
		set_list(field, base, &list);
		return rc;
	}
	rc = read_number(field, value, &list.n, reader);
	if (rc)
		return rc;
	list.read = fact_known(list.n);
	free(list.items);
	list.items = calloc(list.n ? list.n : 1, field->size);
	if (!list.items)
		list.n = 0;
	/* Whoever owns @base frees them, also when they are not all read. */
	set_list(field, base, &list);
	return list.items ? read_items(field, value, &list, reader)
	                  : no_memory(reader);
}

static int redact_items(const struct snapshot_field *field,
                        const struct list *list,
                        struct snapshot_secrets *secrets)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < list->n; i++)
		rc = snapshot_redact_fields(
			field->table, list->items + i * field->size, secrets);
	return rc;
}

static int list_redact(const struct snapshot_field *field, void *base,
                       struct snapshot_secrets *secrets)
{
	const struct list list = list_of(field, base);

	return redact_items(field, &list, secrets);
}

const struct snapshot_kind snapshot_list = { list_write, list_read,
	                                     list_redact };

/* --- few --------------------------------------------------------------- */

static size_t few_number(const struct snapshot_field *field, const void *base)
{
	size_t n;

	memcpy(&n, (const char *)base + field->n_at, sizeof(n));
	return n;
}

static struct list few_of(const struct snapshot_field *field, void *base)
{
	return (struct list){
		.items = snapshot_member_to_set(field, base),
		.n = few_number(field, base),
	};
}

static int few_write(const struct snapshot_field *field, const void *base,
                     json_t *object)
{
	return write_items(field, snapshot_member(field, base),
	                   few_number(field, base), object);
}

static int few_read(const struct snapshot_field *field, const json_t *value,
                    void *base, struct snapshot_reader *reader)
{
	struct list few = few_of(field, base);
	const int rc = read_number(field, value, &few.n, reader);

	if (rc)
		return rc;
	memcpy((char *)base + field->n_at, &few.n, sizeof(few.n));
	return read_items(field, value, &few, reader);
}

static int few_redact(const struct snapshot_field *field, void *base,
                      struct snapshot_secrets *secrets)
{
	const struct list few = few_of(field, base);

	return redact_items(field, &few, secrets);
}

const struct snapshot_kind snapshot_few = { few_write, few_read, few_redact };
