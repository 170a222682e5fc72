// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal_json - an entry of the journal as JSON.
 *
 * Read back, it is a list of things to write as root. So nothing is believed
 * of it but what a plan could have said: every member is there and in its
 * range; sysctls are those of the table, with values that they can have; files
 * are those of /etc/sysctl.d; no two steps are about the same. Whether
 * namespaces, processes and sockets are still the same is asked of the kernel,
 * by their cookies and start times.
 *
 * A text is any bytes, as in a snapshot: each is the character of its number.
 */
#include "checker/fix/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <jansson.h>

#include "checker/fix/act.h"
#include "probes/base/err.h"
#include "probes/base/span.h"
#include "probes/base/text.h"
#include "probes/snapshot_field.h"
#include "probes/sysctl.h"

#define SCHEMA_PREFIX "kiloflow.journal/"
#define SCHEMA SCHEMA_PREFIX "1"
#define STEPS_MAX 4096

/* What the document is called where a place in it is named. */
#define ROOT "fix"

/* --- members ----------------------------------------------------------- */

static int kind_write(const struct snapshot_field *field, const void *base,
                      json_t *object)
{
	const enum fix_kind *kind = snapshot_member(field, base);

	return snapshot_put(object, field->key,
	                    json_string(fix_kind_name(*kind)));
}

static int kind_read(const struct snapshot_field *field, const json_t *value,
                     void *base, struct snapshot_reader *reader)
{
	enum fix_kind *kind = snapshot_member_to_set(field, base);
	const char *name = json_string_value(value);

	if (!name)
		return snapshot_refuse_type(reader, value, "a string");
	for (*kind = 0; *kind < FIX_KIND_COUNT; ++*kind) {
		if (!strcmp(fix_kind_name(*kind), name))
			return 0;
	}
	return snapshot_refuse(reader, "is none of the words that belong here");
}

static const struct snapshot_kind journal_kind = { kind_write, kind_read,
	                                           NULL };

/* An allocated text, or NULL. */
static int value_write(const struct snapshot_field *field, const void *base,
                       json_t *object)
{
	char *const *at = snapshot_member(field, base);

	return snapshot_put(object, field->key,
	                    *at ? snapshot_bytes(*at, strlen(*at))
	                        : json_null());
}

static int value_read(const struct snapshot_field *field, const json_t *value,
                      void *base, struct snapshot_reader *reader)
{
	char **at = snapshot_member_to_set(field, base);
	const size_t size = json_string_length(value) + 1;

	if (json_is_null(value))
		return 0;
	/* Whoever owns @base frees it, also when it is not read whole. */
	*at = malloc(size);
	if (!*at)
		return err_set(reader->err, -ENOMEM, "%s: not enough memory",
		               reader->name);
	return snapshot_read_bytes(value, *at, size, reader);
}

static const struct snapshot_kind journal_value = { value_write, value_read,
	                                            NULL };

#define AT(type, member)                                                       \
	.at = offsetof(struct type, member),                                   \
	.size = sizeof(((struct type *)0)->member), .needed = true

/* clang-format off */
#define NUMBER(key_, type, member) \
	.key = (key_), .kind = &snapshot_number, AT(type, member)
#define TEXT(key_, type, member) \
	.key = (key_), .kind = &snapshot_text, AT(type, member)
#define BOOL(key_, type, member) \
	.key = (key_), .kind = &snapshot_bool, AT(type, member)
#define VALUE(key_, type, member) \
	.key = (key_), .kind = &journal_value, AT(type, member)
#define OBJECT(key_, type, member, table_) \
	.key = (key_), .kind = &snapshot_object, AT(type, member), .table = (table_)

static const struct snapshot_field place_fields[] = {
	{ NUMBER("inode", fix_place, inode) },
	{ NUMBER("cookie", fix_place, cookie) },
	{ TEXT("name", fix_place, name) },
	{ TEXT("enter", fix_place, enter) },
	{ .key = NULL },
};

static const struct snapshot_field process_fields[] = {
	{ NUMBER("pid", fix_process, pid), .max = INT32_MAX },
	{ NUMBER("start_ticks", fix_process, start_ticks) },
	{ TEXT("comm", fix_process, comm) },
	{ .key = NULL },
};

static const struct snapshot_field socket_fields[] = {
	{ NUMBER("family", fix_socket, family), .max = INT32_MAX },
	{ NUMBER("port", fix_socket, port) },
	{ NUMBER("inode", fix_socket, inode) },
	{ NUMBER("cookie", fix_socket, cookie) },
	{ NUMBER("fd", fix_socket, fd), .max = INT32_MAX },
	{ .key = NULL },
};

static const struct snapshot_field step_fields[] = {
	{ .key = "kind", .kind = &journal_kind, AT(fix_step, kind) },
	{ OBJECT("place", fix_step, place, place_fields) },
	{ OBJECT("process", fix_step, process, process_fields) },
	{ OBJECT("socket", fix_step, socket, socket_fields) },
	{ TEXT("key", fix_step, key) },
	{ VALUE("from", fix_step, from) },
	{ VALUE("to", fix_step, to) },
	{ BOOL("live", fix_step, live) },
	{ .key = NULL },
};

static const struct snapshot_field entry_fields[] = {
	{ TEXT("boot_id", journal_entry, boot_id) },
	{ NUMBER("made_at_ns", journal_entry, made_at_ns) },
	/* entries without it are from before it was written */
	{ .key = "pid_ns", .kind = &snapshot_number,
	  .at = offsetof(struct journal_entry, pid_ns),
	  .size = sizeof(uint64_t) },
	{ TEXT("version", journal_entry, version) },
	{ TEXT("what", journal_entry, what) },
	{ BOOL("complete", journal_entry, complete) },
	{ .key = "steps", .kind = &snapshot_list, .needed = true,
	  .at = offsetof(struct journal_entry, steps.list),
	  .n_at = offsetof(struct journal_entry, steps.n),
	  .size = sizeof(struct fix_step), .max = STEPS_MAX,
	  .table = step_fields },
	{ .key = NULL },
};
/* clang-format on */

/* --- what a step of each kind must be ---------------------------------- */

static const struct sysctl_desc *sysctl_of(const char *key)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (!strcmp(sysctl_desc(id)->key, key))
			return sysctl_desc(id);
	}
	return NULL;
}

static bool is_sysctl_value(const struct sysctl_desc *desc, const char *text)
{
	return text && !strchr(text, '\n') &&
	       sysctl_parse(desc, text, strlen(text)).state == FACT_KNOWN;
}

static const char *sysctl_fault(const struct fix_step *step)
{
	const struct sysctl_desc *desc = sysctl_of(step->key);

	if (!desc || desc->live == SYSCTL_READ_ONLY)
		return ".key is no sysctl that a fix sets";
	if (!is_sysctl_value(desc, step->from))
		return ".from is no value of that sysctl";
	if (!is_sysctl_value(desc, step->to))
		return ".to is no value of that sysctl";
	return NULL;
}

/* "1024 524288", "1024 unlimited" */
static bool is_limits(const char *text)
{
	struct span rest = span_of(text, text ? strlen(text) : 0);
	struct span word;
	uint64_t number;
	size_t n = 0;

	for (; span_word(&rest, &word); n++) {
		if (!span_is(word, "unlimited") && span_u64(word, &number))
			return false;
	}
	return n == 2;
}

static const char *prlimit_fault(const struct fix_step *step)
{
	static const char prefix[] = "RLIMIT_NOFILE of ";

	if (strncmp(step->key, prefix, sizeof(prefix) - 1) != 0)
		return ".key is no limit that a fix sets";
	if (!step->process.pid || !step->process.start_ticks)
		return ".process is none";
	if (!is_limits(step->from))
		return ".from is no soft and hard limit";
	if (!is_limits(step->to))
		return ".to is no soft and hard limit";
	return NULL;
}

static bool is_backlog(const char *text)
{
	uint64_t number;

	return text && !span_u64(span_of(text, strlen(text)), &number) &&
	       number <= INT32_MAX;
}

static const char *relisten_fault(const struct fix_step *step)
{
	const struct fix_socket *socket = &step->socket;

	/* which process held it does not matter: any that holds it will do */
	if ((socket->family != AF_INET && socket->family != AF_INET6) ||
	    !socket->port || !socket->inode || !socket->cookie)
		return ".socket is no listener";
	if (!is_backlog(step->from))
		return ".from is no limit of a listener";
	if (!is_backlog(step->to))
		return ".to is no limit of a listener";
	return NULL;
}

static const char *file_fault(const struct fix_step *step)
{
	if (!fix_file_name(step->key))
		return ".key is no file of /etc/sysctl.d";
	if (!step->from && !step->to)
		return " has neither content";
	return NULL;
}

/* NULL when there is none; else what follows the step's place. */
static const char *step_fault(const struct fix_step *step)
{
	static const char *(*const faults[FIX_KIND_COUNT])(
		const struct fix_step *) = {
		[FIX_SYSCTL] = sysctl_fault,
		[FIX_PRLIMIT] = prlimit_fault,
		[FIX_RELISTEN] = relisten_fault,
		[FIX_FILE] = file_fault,
	};

	return faults[step->kind](step);
}

static bool is_same_place(const struct fix_place *a, const struct fix_place *b)
{
	return a->inode == b->inode && a->cookie == b->cookie;
}

static bool is_about_same(const struct fix_step *a, const struct fix_step *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case FIX_PRLIMIT:
		return a->process.pid == b->process.pid;
	case FIX_RELISTEN:
		return is_same_place(&a->place, &b->place) &&
		       a->socket.cookie == b->socket.cookie;
	case FIX_FILE:
		return !strcmp(a->key, b->key);
	case FIX_SYSCTL:
	case FIX_KIND_COUNT:
	default:
		return is_same_place(&a->place, &b->place) &&
		       !strcmp(a->key, b->key);
	}
}

static int check_step(const struct fix_steps *steps, size_t at,
                      const struct snapshot_reader *reader)
{
	const char *fault = step_fault(&steps->list[at]);

	if (fault)
		return err_set(reader->err, -EINVAL,
		               "%s: " ROOT ".steps[%zu]%s", reader->name, at,
		               fault);
	for (size_t i = 0; i < at; i++) {
		if (is_about_same(&steps->list[i], &steps->list[at]))
			return err_set(reader->err, -EINVAL,
			               "%s: " ROOT
			               ".steps[%zu] is about the same as " ROOT
			               ".steps[%zu]",
			               reader->name, at, i);
	}
	return 0;
}

/* As the kernel shows it: drivers/char/random.c:proc_do_uuid() */
static bool is_boot_id(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		const bool fits =
			form[i] == '-' ? text[i] == '-'
				       : text[i] && strchr("0123456789abcdef",
		                                           text[i]);

		if (!fits)
			return false;
	}
	return true;
}

static int check_entry(const struct journal_entry *entry,
                       const struct snapshot_reader *reader)
{
	int rc = 0;

	if (!is_boot_id(entry->boot_id))
		return err_set(reader->err, -EINVAL,
		               "%s: " ROOT ".boot_id is none", reader->name);
	for (size_t i = 0; !rc && i < entry->steps.n; i++)
		rc = check_step(&entry->steps, i, reader);
	return rc;
}

/* --- reading ----------------------------------------------------------- */

static int check_schema(const json_t *document, const char *name,
                        struct err *err)
{
	const char *schema =
		json_string_value(json_object_get(document, "schema"));
	char shown[64] = "missing";

	if (schema && !strcmp(schema, SCHEMA))
		return 0;
	if (schema)
		(void)text_escape(shown, sizeof(shown), schema, strlen(schema));
	if (schema &&
	    !strncmp(schema, SCHEMA_PREFIX, sizeof(SCHEMA_PREFIX) - 1)) {
		err_hint(err, "take it back with the kiloflow that wrote it");
		return err_set(
			err, -EPROTONOSUPPORT,
			"%s: was written by another version: its schema is %s, this one reads %s",
			name, shown, SCHEMA);
	}
	return err_set(err, -EINVAL,
	               "%s: is no entry of a journal: its schema is %s, not %s",
	               name, shown, SCHEMA);
}

static int refuse_syntax(const json_error_t *error, const char *name,
                         struct err *err)
{
	char why[2 * JSON_ERROR_TEXT_LENGTH];

	if (json_error_code(error) == json_error_out_of_memory)
		return err_set(err, -ENOMEM, "%s: not enough memory", name);
	(void)text_escape(why, sizeof(why), error->text, strlen(error->text));
	return err_set(err, -EINVAL, "%s: line %d, column %d: %s", name,
	               error->line, error->column, why);
}

static int read_document(const json_t *document, struct journal_entry *ret,
                         struct snapshot_reader *reader)
{
	int rc;

	rc = check_schema(document, reader->name, reader->err);
	if (!rc)
		rc = snapshot_read_fields(entry_fields, document, ret, reader);
	if (!rc)
		rc = check_entry(ret, reader);
	return rc;
}

int journal_parse(const char *bytes, size_t len, const char *name,
                  struct journal_entry *ret, struct err *err)
{
	struct snapshot_reader reader = { .name = name,
		                          .path = ROOT,
		                          .err = err };
	json_error_t error;
	json_t *document;
	int rc;

	*ret = (struct journal_entry){ .id = 0 };
	if (len > JOURNAL_ENTRY_BYTES_MAX)
		return err_set(err, -EFBIG, "%s: has more than %u bytes", name,
		               JOURNAL_ENTRY_BYTES_MAX);
	document = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
	if (!document)
		return refuse_syntax(&error, name, err);
	rc = read_document(document, ret, &reader);
	ret->steps.max = ret->steps.n;
	json_decref(document);
	return rc;
}

/* --- writing ----------------------------------------------------------- */

static json_t *entry_json(const struct journal_entry *entry)
{
	json_t *object = snapshot_write_fields(entry_fields, entry);

	if (object &&
	    !json_object_set_new(object, "schema", json_string(SCHEMA)))
		return object;
	json_decref(object);
	return NULL;
}

/* Those that are made; they borrow what they hold. */
static int made_steps(const struct fix_steps *steps, struct fix_steps *ret)
{
	*ret = (struct fix_steps){ .n = 0 };
	ret->list = calloc(steps->n ? steps->n : 1, sizeof(*ret->list));
	if (!ret->list)
		return -ENOMEM;
	for (size_t i = 0; i < steps->n; i++) {
		if (!steps->list[i].skipped[0])
			ret->list[ret->n++] = steps->list[i];
	}
	return 0;
}

char *journal_format(const struct journal_entry *entry)
{
	struct journal_entry made = *entry;
	json_t *object;
	char *text = NULL;

	if (made_steps(&entry->steps, &made.steps))
		return NULL;
	object = entry_json(&made);
	if (object)
		text = json_dumps(object, JSON_SORT_KEYS | JSON_INDENT(1) |
		                                  JSON_ENSURE_ASCII);
	json_decref(object);
	free(made.steps.list);
	return text;
}
