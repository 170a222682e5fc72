/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot_field - how a member of facts.h stands in a snapshot: one row that
 * writes it, reads it and makes it anonymous. The rows are snapshot_table.c.
 *
 * Of an object's keys those that no row names are ignored: a later kiloflow
 * may know more. A fact whose key is missing stays unread.
 */
#ifndef KILOFLOW_PROBES_SNAPSHOT_FIELD_H
#define KILOFLOW_PROBES_SNAPSHOT_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "probes/facts.h"

struct err;
struct snapshot_field;

/* Where in a document the reader stands. */
struct snapshot_reader {
	const char *name; /* the document's, for words; safe to show */
	bool other_goal;  /* the facts were read for another goal */
	char path[160];   /* "namespaces[0].listeners[3].port"; cut */
	struct err *err;
};

/* What --redact has replaced so far. */
struct snapshot_secrets {
	json_t *seen;   /* "process nginx": 1 */
	json_t *counts; /* "process": 1 */
};

/* How members of one C type are treated. @base: the struct they are in. */
struct snapshot_kind {
	/* Add the member to @object, unless it is unread; 0 or -ENOMEM. */
	int (*write)(const struct snapshot_field *field, const void *base,
	             json_t *object);
	/* Set the member; 0, or negative errno with words. */
	int (*read)(const struct snapshot_field *field, const json_t *value,
	            void *base, struct snapshot_reader *reader);
	/* 0 or -ENOMEM. NULL: it never has a secret. */
	int (*redact)(const struct snapshot_field *field, void *base,
	              struct snapshot_secrets *secrets);
};

extern const struct snapshot_kind snapshot_number; /* uint16_t .. uint64_t;
                                                      int, if not negative */
extern const struct snapshot_kind snapshot_bool;
extern const struct snapshot_kind snapshot_text;     /* char[]; any bytes */
extern const struct snapshot_kind snapshot_names;    /* an enum */
extern const struct snapshot_kind snapshot_address;  /* uint8_t[16], family */
extern const struct snapshot_kind snapshot_fact;     /* struct fact_u64 */
extern const struct snapshot_kind snapshot_sysctls;  /* [SYSCTL_COUNT] */
extern const struct snapshot_kind snapshot_counters; /* [COUNTER_COUNT] */
extern const struct snapshot_kind snapshot_integers; /* int64_t[] */
extern const struct snapshot_kind snapshot_object;   /* a struct in it */
extern const struct snapshot_kind snapshot_owned;    /* a pointer to one,
                                                        or NULL */
extern const struct snapshot_kind snapshot_map;      /* an array of structs, by
                                                        name; what is all zero is
                                                        left out */
extern const struct snapshot_kind snapshot_list;     /* a pointer to structs */
extern const struct snapshot_kind snapshot_few;      /* an array of structs, of
                                                        which not all are used */

struct snapshot_field {
	const char *key; /* NULL ends a table */
	const struct snapshot_kind *kind;
	size_t at;      /* of the member */
	size_t size;    /* of the member, of what it points to, of an item */
	uint64_t max;   /* of a number; items of a list; 0: what there is room
	                   for */
	bool needed;    /* without it the document is refused: nothing else
	                   would tell that it is not known */
	bool of_goal;   /* it is about the goal for which it was read */
	size_t n_at;    /* of a list or few: their size_t; of an address: its
	                   family */
	bool has_state; /* of a list: @state_at is the fact that says whether
	                   it was read */
	size_t state_at;
	const struct snapshot_field *table; /* of an object or of items */
	const char *(*name_of)(size_t i);   /* of a map's items; NULL ends it */
	const char *const *names; /* of an enum, by value; ends with NULL */
	const char *secret;       /* of a text: its stand-in, with a number */
};

/** snapshot_write_fields - the members of @base, as an object
 * Return: NULL when memory ran out.
 */
json_t *snapshot_write_fields(const struct snapshot_field *table,
                              const void *base);

/** snapshot_read_fields - set the members of @base
 * Return: 0; -EINVAL with words, that name the place; -ENOMEM.
 */
int snapshot_read_fields(const struct snapshot_field *table,
                         const json_t *object, void *base,
                         struct snapshot_reader *reader);

/** snapshot_redact_fields - Return: 0 or -ENOMEM */
int snapshot_redact_fields(const struct snapshot_field *table, void *base,
                           struct snapshot_secrets *secrets);

/** snapshot_host - struct host, and through it everything */
extern const struct snapshot_field snapshot_host[];

/* --- what the kinds share ---------------------------------------------- */

static inline const void *snapshot_member(const struct snapshot_field *field,
                                          const void *base)
{
	return (const char *)base + field->at;
}

static inline void *snapshot_member_to_set(const struct snapshot_field *field,
                                           void *base)
{
	return (char *)base + field->at;
}

/** snapshot_put - add @value, which it takes over; 0 or -ENOMEM */
int snapshot_put(json_t *object, const char *key, json_t *value);

/** snapshot_put_fact - the same for a fact, unless it is unread */
int snapshot_put_fact(json_t *object, const char *key, struct fact_u64 fact);

/** snapshot_read_state - the state of a fact that is not known, from
 * {"state": "denied"}
 */
int snapshot_read_state(const json_t *value, enum fact_state *ret,
                        const struct snapshot_reader *reader);

/** snapshot_u64 - a number; as a string of digits beyond 2^63 - 1, where
 * jansson's integers and those of many readers end
 */
json_t *snapshot_u64(uint64_t value);

/** snapshot_read_u64 - either form; @max is the largest that is taken */
int snapshot_read_u64(const json_t *value, uint64_t max, uint64_t *ret,
                      const struct snapshot_reader *reader);

/** snapshot_bytes - any bytes as a JSON string: each as the character of its
 * number (ISO 8859-1), so that none is lost
 */
json_t *snapshot_bytes(const char *bytes, size_t len);

/** snapshot_read_bytes - and back; @dst is padded with NUL */
int snapshot_read_bytes(const json_t *value, char *dst, size_t size,
                        const struct snapshot_reader *reader);

/**
 * snapshot_at - go down to a part of the document
 * Return: to be passed to snapshot_back().
 */
__attribute__((format(printf, 2, 3))) size_t
snapshot_at(struct snapshot_reader *reader, const char *fmt, ...);

/** snapshot_back - and up again */
void snapshot_back(struct snapshot_reader *reader, size_t at);

/** snapshot_refuse - say what is wrong at the reader's place
 * Return: -EINVAL.
 */
__attribute__((format(printf, 2, 3))) int
snapshot_refuse(const struct snapshot_reader *reader, const char *fmt, ...);

/** snapshot_refuse_type - say that @value is of another type than @wanted
 * Return: -EINVAL.
 */
int snapshot_refuse_type(const struct snapshot_reader *reader,
                         const json_t *value, const char *wanted);

#endif
