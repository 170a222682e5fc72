// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wire - see wire.h. Which fields a message has is told by one table, from
 * which both directions follow; a field that is missing, of another kind or
 * out of its range makes the whole line worthless.
 */
#include "probes/load/wire.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "probes/goal.h"
#include "probes/load/load.h"

static const char *const type_names[] = {
	[WIRE_HELLO] = "hello",
	[WIRE_CHALLENGE] = "challenge",
	[WIRE_PROOF] = "proof",
	[WIRE_WELCOME] = "welcome",
	[WIRE_PLAN] = "plan",
	[WIRE_READY] = "ready",
	[WIRE_REFUSED] = "refused",
	[WIRE_WAVE] = "wave",
	[WIRE_CONNECTED] = "connected",
	[WIRE_OPENED] = "opened",
	[WIRE_GO] = "go",
	[WIRE_STOP] = "stop",
	[WIRE_DONE] = "done",
	[WIRE_FLOWS] = "flows",
	[WIRE_INTERVALS] = "intervals",
	[WIRE_RESULT] = "result",
	[WIRE_FINDING] = "finding",
	[WIRE_END] = "end",
};

const char *wire_type_name(enum wire_type type)
{
	return type_names[type];
}

enum kind {
	NUMBER,   /* uint64_t within [min, max] */
	FACT,     /* struct fact_u64; null: it is not known */
	HEX,      /* max bytes */
	TEXT,     /* at most max bytes, NUL included */
	ROWS,     /* n_rows of max numbers each */
	COUNTERS, /* by name; those that are known */
	OBJECT,   /* JSON, which somebody else reads */
};

struct field {
	enum wire_type type;
	enum kind kind;
	const char *key;
	size_t at;
	uint64_t min, max;
};

#define AT(member) offsetof(struct wire_message, member)
#define SIZE(member) sizeof(((struct wire_message *)0)->member)

#define NUMBER_MAX INT64_MAX /* of JSON's */

/* clang-format off */
static const struct field fields[] = {
	{ WIRE_HELLO, NUMBER, "version", AT(version), 1, NUMBER_MAX },
	{ WIRE_HELLO, HEX, "nonce", AT(nonce), 0, SIZE(nonce) },
	{ WIRE_CHALLENGE, NUMBER, "version", AT(version), 1, NUMBER_MAX },
	{ WIRE_CHALLENGE, HEX, "nonce", AT(nonce), 0, SIZE(nonce) },
	{ WIRE_PROOF, HEX, "mac", AT(mac), 0, SIZE(mac) },
	{ WIRE_WELCOME, HEX, "mac", AT(mac), 0, SIZE(mac) },
	{ WIRE_WELCOME, TEXT, "host", AT(host), 0, SIZE(host) },
	{ WIRE_WELCOME, TEXT, "kernel", AT(kernel), 0, SIZE(kernel) },
	{ WIRE_PLAN, NUMBER, "flows", AT(plan.flows), 1, GOAL_FLOWS_MAX },
	{ WIRE_PLAN, NUMBER, "burst", AT(plan.burst), 1, GOAL_FLOWS_MAX },
	{ WIRE_PLAN, NUMBER, "backlog", AT(plan.backlog), 0, LOAD_BACKLOG_MAX },
	{ WIRE_PLAN, NUMBER, "direction", AT(plan.direction), LOAD_UP, LOAD_BOTH },
	{ WIRE_PLAN, NUMBER, "accept", AT(plan.accept), 0, LOAD_ACCEPT_SLOW },
	{ WIRE_PLAN, NUMBER, "accept_per_s", AT(plan.accept_per_s), 0, 1000000000 },
	{ WIRE_PLAN, NUMBER, "bytes_per_flow", AT(plan.bytes_per_flow), 0, NUMBER_MAX },
	{ WIRE_PLAN, NUMBER, "time_ns", AT(plan.time_ns), 1, NUMBER_MAX },
	{ WIRE_READY, NUMBER, "port", AT(port), 1, UINT16_MAX },
	{ WIRE_REFUSED, TEXT, "resource", AT(resource), 0, SIZE(resource) },
	{ WIRE_REFUSED, NUMBER, "have", AT(have), 0, NUMBER_MAX },
	{ WIRE_REFUSED, NUMBER, "need", AT(need), 0, NUMBER_MAX },
	{ WIRE_WAVE, NUMBER, "n", AT(n), 1, GOAL_FLOWS_MAX },
	{ WIRE_CONNECTED, NUMBER, "n", AT(n), 0, GOAL_FLOWS_MAX },
	{ WIRE_OPENED, NUMBER, "n", AT(n), 0, GOAL_FLOWS_MAX },
	{ WIRE_FLOWS, ROWS, "rows", AT(rows), 0, WIRE_FLOW_COLUMNS },
	{ WIRE_INTERVALS, ROWS, "rows", AT(rows), 0, WIRE_INTERVAL_COLUMNS },
	{ WIRE_RESULT, NUMBER, "transfer_ns", AT(transfer_ns), 0, NUMBER_MAX },
	{ WIRE_RESULT, FACT, "queue_limit", AT(queue_limit), 0, UINT32_MAX },
	{ WIRE_RESULT, FACT, "queue_peak", AT(queue_peak), 0, UINT32_MAX },
	{ WIRE_RESULT, FACT, "queue_drops", AT(queue_drops), 0, UINT32_MAX },
	{ WIRE_RESULT, FACT, "syn_queue_peak", AT(syn_queue_peak), 0, UINT32_MAX },
	{ WIRE_RESULT, COUNTERS, "counters", AT(counter), 0, NUMBER_MAX },
	{ WIRE_FINDING, OBJECT, "finding", AT(finding), 0, SIZE(finding) },
	{ WIRE_END, TEXT, "verdict", AT(verdict), 0, SIZE(verdict) },
};
/* clang-format on */

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* ---- encoding ---- */

static json_t *hex_out(const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * WIRE_MAC_BYTES];

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	return json_stringn(text, 2 * n);
}

static json_t *number_out(uint64_t value)
{
	return json_integer(value < NUMBER_MAX ? (json_int_t)value
	                                       : (json_int_t)NUMBER_MAX);
}

static json_t *rows_out(const struct wire_message *message, size_t columns)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < message->n_rows; i++) {
		json_t *row = json_array();

		for (size_t j = 0; j < columns; j++)
			(void)json_array_append_new(
				row, number_out(message->rows[i][j]));
		(void)json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *counters_out(const struct wire_message *message)
{
	json_t *object = json_object();

	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		const struct fact_u64 *fact = &message->counter[id];

		if (fact->state == FACT_KNOWN)
			(void)json_object_set_new(object,
			                          counter_desc(id)->name,
			                          number_out(fact->value));
	}
	return object;
}

static json_t *field_out(const struct field *field,
                         const struct wire_message *message)
{
	const void *at = (const char *)message + field->at;
	const struct fact_u64 *fact = at;

	switch (field->kind) {
	case NUMBER:
		return number_out(*(const uint64_t *)at);
	case FACT:
		return fact->state == FACT_KNOWN ? number_out(fact->value)
		                                 : json_null();
	case HEX:
		return hex_out(at, field->max);
	case TEXT:
		return json_string(at);
	case ROWS:
		return rows_out(message, field->max);
	case COUNTERS:
		return counters_out(message);
	case OBJECT:
	default:
		return json_loads(at, 0, NULL);
	}
}

int wire_encode(const struct wire_message *message,
                char line[static WIRE_LINE_MAX], size_t *ret_len)
{
	json_t *object = json_object();
	int rc = json_object_set_new(
		object, "type", json_string(wire_type_name(message->type)));

	for (size_t i = 0; !rc && i < FIELDS; i++) {
		if (fields[i].type == message->type)
			rc = json_object_set_new(object, fields[i].key,
			                         field_out(&fields[i],
			                                   message));
	}
	/* A size of its own for what did not fit: it is not written then. */
	*ret_len = rc ? 0
	              : json_dumpb(object, line, WIRE_LINE_MAX,
	                           JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	if (!*ret_len)
		return -ENOMEM;
	if (*ret_len >= WIRE_LINE_MAX)
		return -EMSGSIZE;
	line[(*ret_len)++] = '\n';
	return 0;
}

/* ---- decoding ---- */

static int number_in(const json_t *value, uint64_t min, uint64_t max,
                     uint64_t *ret)
{
	const json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || (uint64_t)number < min ||
	    (uint64_t)number > max)
		return -EPROTO;
	*ret = (uint64_t)number;
	return 0;
}

static int fact_in(const json_t *value, uint64_t max, struct fact_u64 *ret)
{
	*ret = (struct fact_u64){ .state = FACT_ABSENT };
	if (json_is_null(value))
		return 0;
	ret->state = FACT_KNOWN;
	return number_in(value, 0, max, &ret->value);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex_in(const json_t *value, uint8_t *ret, size_t n)
{
	const char *text = json_string_value(value);

	if (!text || json_string_length(value) != 2 * n)
		return -EPROTO;
	for (size_t i = 0; i < n; i++) {
		const int high = digit_of(text[2 * i]);
		const int low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EPROTO;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

static int text_in(const json_t *value, char *ret, size_t size)
{
	const char *text = json_string_value(value);
	const size_t len = json_string_length(value);

	if (!text || len >= size || memchr(text, '\0', len))
		return -EPROTO;
	(void)memcpy(ret, text, len + 1);
	return 0;
}

static int rows_in(const json_t *value, size_t columns,
                   struct wire_message *ret)
{
	if (!json_is_array(value) || json_array_size(value) > WIRE_ROWS_MAX)
		return -EPROTO;
	ret->n_rows = json_array_size(value);
	for (size_t i = 0; i < ret->n_rows; i++) {
		const json_t *row = json_array_get(value, i);

		if (json_array_size(row) != columns)
			return -EPROTO;
		for (size_t j = 0; j < columns; j++) {
			if (number_in(json_array_get(row, j), 0, NUMBER_MAX,
			              &ret->rows[i][j]))
				return -EPROTO;
		}
	}
	return 0;
}

static int counters_in(const json_t *value, struct wire_message *ret)
{
	if (!json_is_object(value))
		return -EPROTO;
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		const json_t *number =
			json_object_get(value, counter_desc(id)->name);

		if (fact_in(number ? number : json_null(), NUMBER_MAX,
		            &ret->counter[id]))
			return -EPROTO;
	}
	return 0;
}

static int object_in(const json_t *value, char *ret, size_t size)
{
	size_t len;

	if (!json_is_object(value))
		return -EPROTO;
	len = json_dumpb(value, ret, size - 1,
	                 JSON_COMPACT | JSON_ENSURE_ASCII);
	if (!len || len > size - 1)
		return -EPROTO;
	ret[len] = '\0';
	return 0;
}

static int field_in(const struct field *field, const json_t *value,
                    struct wire_message *ret)
{
	void *at = (char *)ret + field->at;

	switch (field->kind) {
	case NUMBER:
		return number_in(value, field->min, field->max, at);
	case FACT:
		return fact_in(value, field->max, at);
	case HEX:
		return hex_in(value, at, field->max);
	case TEXT:
		return text_in(value, at, field->max);
	case ROWS:
		return rows_in(value, field->max, ret);
	case COUNTERS:
		return counters_in(value, ret);
	case OBJECT:
	default:
		return object_in(value, at, field->max);
	}
}

static bool type_of(const json_t *object, enum wire_type *ret)
{
	const char *name = json_string_value(json_object_get(object, "type"));

	for (enum wire_type type = 0; name && type < WIRE_TYPES; type++) {
		if (!strcmp(name, type_names[type])) {
			*ret = type;
			return true;
		}
	}
	return false;
}

static int message_in(const json_t *object, struct wire_message *ret)
{
	(void)memset(ret, 0, sizeof(*ret));
	if (!type_of(object, &ret->type))
		return -EPROTO;
	for (size_t i = 0; i < FIELDS; i++) {
		if (fields[i].type == ret->type &&
		    field_in(&fields[i], json_object_get(object, fields[i].key),
		             ret))
			return -EPROTO;
	}
	return 0;
}

int wire_decode(const char *line, size_t len, struct wire_message *ret)
{
	json_t *object =
		len < WIRE_LINE_MAX
			? json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL)
			: NULL;
	const int rc = object ? message_in(object, ret) : -EPROTO;

	json_decref(object);
	return rc;
}

/* ---- the header of a flow ---- */

struct header {
	char magic[4];
	uint16_t version; /* the network's byte order */
	uint16_t zero;
	uint64_t index;
	uint8_t token[WIRE_TOKEN_BYTES];
};

_Static_assert(sizeof(struct header) == WIRE_HEADER_BYTES,
               "a header has no padding");

static const char magic[4] = { 'k', 'f', 'l', 'o' };

void wire_header_encode(uint64_t index,
                        const uint8_t token[static WIRE_TOKEN_BYTES],
                        uint8_t ret[static WIRE_HEADER_BYTES])
{
	struct header header = {
		.version = htobe16(WIRE_VERSION),
		.index = htobe64(index),
	};

	(void)memcpy(header.magic, magic, sizeof(magic));
	(void)memcpy(header.token, token, sizeof(header.token));
	(void)memcpy(ret, &header, sizeof(header));
}

int wire_header_decode(const uint8_t bytes[static WIRE_HEADER_BYTES],
                       uint64_t *ret_index,
                       uint8_t ret_token[static WIRE_TOKEN_BYTES])
{
	struct header header;

	(void)memcpy(&header, bytes, sizeof(header));
	if (memcmp(header.magic, magic, sizeof(magic)) != 0 ||
	    header.version != htobe16(WIRE_VERSION) || header.zero)
		return -EPROTO;
	*ret_index = be64toh(header.index);
	(void)memcpy(ret_token, header.token, sizeof(header.token));
	return 0;
}
