// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot_fact - facts in a snapshot: one by one, sysctls by their keys and
 * counters by their names.
 *
 * A known fact is its value; any other is {"state": "denied"}, and one that
 * is unread is not there. So no reader can take an unknown for a number.
 */
#include "probes/snapshot_field.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/facts.h"
#include "probes/sysctl.h"

/* --- facts ------------------------------------------------------------- */

static json_t *state_json(enum fact_state state)
{
	return json_pack("{s:s}", "state", fact_state_name(state));
}

int snapshot_put_fact(json_t *object, const char *key, struct fact_u64 fact)
{
	if (fact.state == FACT_UNREAD)
		return 0;
	return snapshot_put(object, key,
	                    fact.state == FACT_KNOWN ? snapshot_u64(fact.value)
	                                             : state_json(fact.state));
}

/* Is it a fact without a value? Then @ret is its state. */
int snapshot_read_state(const json_t *value, enum fact_state *ret,
                        const struct snapshot_reader *reader)
{
	const json_t *state = json_object_get(value, "state");
	const char *name = json_string_value(state);

	if (!name)
		return snapshot_refuse(reader, "has no state");
	for (enum fact_state i = FACT_UNREAD; i <= FACT_BROKEN; i++) {
		if (i != FACT_KNOWN && !strcmp(fact_state_name(i), name)) {
			*ret = i;
			return 0;
		}
	}
	return snapshot_refuse(
		reader, "has a state that is none of absent, denied, broken");
}

static int read_fact(const json_t *value, struct fact_u64 *ret,
                     struct snapshot_reader *reader)
{
	int rc;

	if (json_is_object(value))
		return snapshot_read_state(value, &ret->state, reader);
	rc = snapshot_read_u64(value, UINT64_MAX, &ret->value, reader);
	if (!rc)
		ret->state = FACT_KNOWN;
	return rc;
}

static int fact_write(const struct snapshot_field *field, const void *base,
                      json_t *object)
{
	const struct fact_u64 *at = snapshot_member(field, base);

	return snapshot_put_fact(object, field->key, *at);
}

static int fact_read(const struct snapshot_field *field, const json_t *value,
                     void *base, struct snapshot_reader *reader)
{
	return read_fact(value, snapshot_member_to_set(field, base), reader);
}

const struct snapshot_kind snapshot_fact = { fact_write, fact_read, NULL };

/* "TcpExtListenOverflows", as nstat names it. */
struct counter_key {
	char text[64];
};

static struct counter_key counter_key(enum counter_id id)
{
	const struct counter_desc *desc = counter_desc(id);
	struct counter_key key;

	(void)snprintf(key.text, sizeof(key.text), "%s%s", desc->group,
	               desc->name);
	return key;
}

static int counters_write(const struct snapshot_field *field, const void *base,
                          json_t *object)
{
	const struct fact_u64 *counter = snapshot_member(field, base);
	json_t *counters = json_object();
	int rc = snapshot_put(object, field->key, counters);

	for (enum counter_id id = 0; !rc && id < COUNTER_COUNT; id++)
		rc = snapshot_put_fact(counters, counter_key(id).text,
		                       counter[id]);
	return rc;
}

static int counters_read(const struct snapshot_field *field,
                         const json_t *value, void *base,
                         struct snapshot_reader *reader)
{
	struct fact_u64 *counter = snapshot_member_to_set(field, base);
	int rc = 0;

	if (!json_is_object(value))
		return snapshot_refuse_type(reader, value, "an object");
	for (enum counter_id id = 0; !rc && id < COUNTER_COUNT; id++) {
		const struct counter_key key = counter_key(id);
		const json_t *fact = json_object_get(value, key.text);
		const size_t back = snapshot_at(reader, ".%s", key.text);

		if (fact)
			rc = read_fact(fact, &counter[id], reader);
		snapshot_back(reader, back);
	}
	return rc;
}

const struct snapshot_kind snapshot_counters = { counters_write, counters_read,
	                                         NULL };

/* --- sysctls ----------------------------------------------------------- */

static json_t *numbers_json(const int64_t *v, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		if (json_array_append_new(array, json_integer(v[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *sysctl_json(const struct sysctl_desc *desc,
                           const struct sysctl_fact *fact)
{
	const size_t n = sysctl_numbers(desc->type);

	if (fact->state != FACT_KNOWN)
		return state_json(fact->state);
	if (desc->type == SYSCTL_TYPE_PORTS)
		return json_pack(
			"{s:I, s:o}", "count", (json_int_t)fact->v[0], "list",
			snapshot_bytes(fact->text, strlen(fact->text)));
	if (n == 1)
		return json_integer(fact->v[0]);
	if (n)
		return numbers_json(fact->v, n);
	return snapshot_bytes(fact->text, strlen(fact->text));
}

/* The numbers of @value as the kernel shows them. */
static int numbers_text(const json_t *value, size_t n, char *buf, size_t size,
                        const struct snapshot_reader *reader)
{
	size_t len = 0;

	if (n > 1 && json_array_size(value) != n)
		return snapshot_refuse(reader, "is not an array of %zu numbers",
		                       n);
	for (size_t i = 0; i < n; i++) {
		const json_t *number = n > 1 ? json_array_get(value, i) : value;

		if (!json_is_integer(number))
			return snapshot_refuse_type(reader, number, "a number");
		len += (size_t)snprintf(buf + len, size - len,
		                        "%" JSON_INTEGER_FORMAT " ",
		                        json_integer_value(number));
	}
	return 0;
}

/*
 * What the kernel would show is parsed like what it shows, so a sysctl has no
 * value here that it cannot have there.
 */
static int read_as_file(const struct sysctl_desc *desc, const json_t *value,
                        struct sysctl_fact *ret,
                        const struct snapshot_reader *reader)
{
	const size_t n = sysctl_numbers(desc->type);
	char file[128];
	struct sysctl_fact fact;
	int rc;

	if (n)
		rc = numbers_text(value, n, file, sizeof(file), reader);
	else
		rc = snapshot_read_bytes(value, file, sizeof(fact.text),
		                         reader);
	if (rc)
		return rc;
	fact = sysctl_parse(desc, file, strlen(file));
	if (fact.state != FACT_KNOWN)
		return snapshot_refuse(
			reader, "is a value that this sysctl cannot have");
	*ret = fact;
	return 0;
}

/* Of a list of ports the text may have been cut; the count is of all. */
static int read_ports(const json_t *value, struct sysctl_fact *ret,
                      struct snapshot_reader *reader)
{
	const json_t *list = json_object_get(value, "list");
	struct sysctl_fact fact = { .state = FACT_KNOWN };
	uint64_t count;
	int rc;

	if (!list)
		return snapshot_refuse(reader, "has no list");
	rc = snapshot_read_u64(json_object_get(value, "count"), UINT16_MAX + 1,
	                       &count, reader);
	if (!rc)
		rc = snapshot_read_bytes(list, fact.text, sizeof(fact.text),
		                         reader);
	if (rc)
		return rc;
	if (fact.text[strspn(fact.text, "0123456789,-.")])
		return snapshot_refuse(reader,
		                       "has a list that is none of ports");
	fact.v[0] = (int64_t)count;
	*ret = fact;
	return 0;
}

static int read_sysctl(const struct sysctl_desc *desc, const json_t *value,
                       struct sysctl_fact *ret, struct snapshot_reader *reader)
{
	if (json_object_get(value, "state"))
		return snapshot_read_state(value, &ret->state, reader);
	if (desc->type == SYSCTL_TYPE_PORTS)
		return read_ports(value, ret, reader);
	return read_as_file(desc, value, ret, reader);
}

static int sysctls_write(const struct snapshot_field *field, const void *base,
                         json_t *object)
{
	const struct sysctl_fact *facts = snapshot_member(field, base);
	json_t *sysctls = json_object();
	int rc = snapshot_put(object, field->key, sysctls);

	for (enum sysctl_id id = 0; !rc && id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);

		if (facts[id].state != FACT_UNREAD)
			rc = snapshot_put(sysctls, desc->key,
			                  sysctl_json(desc, &facts[id]));
	}
	return rc;
}

static int sysctls_read(const struct snapshot_field *field, const json_t *value,
                        void *base, struct snapshot_reader *reader)
{
	struct sysctl_fact *facts = snapshot_member_to_set(field, base);
	int rc = 0;

	if (!json_is_object(value))
		return snapshot_refuse_type(reader, value, "an object");
	for (enum sysctl_id id = 0; !rc && id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);
		const json_t *fact = json_object_get(value, desc->key);
		const size_t back = snapshot_at(reader, "[%s]", desc->key);

		if (fact)
			rc = read_sysctl(desc, fact, &facts[id], reader);
		snapshot_back(reader, back);
	}
	return rc;
}

const struct snapshot_kind snapshot_sysctls = { sysctls_write, sysctls_read,
	                                        NULL };
