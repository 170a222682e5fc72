// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot - see snapshot.h.
 *
 * A document is believed only as far as a host could have produced it; the
 * groups of listeners are counted anew, because others index by them. What
 * makes a small file take much memory (an item of JSON takes some hundred
 * bytes) is counted before jansson sees it.
 */
#include "probes/snapshot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/num.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/listeners.h"
#include "probes/ports.h"
#include "probes/snapshot_field.h"

#define SCHEMA_PREFIX "kiloflow.snapshot/"
#define SCHEMA_NUMBER 1

/* --- the goal that facts were read for --------------------------------- */

struct target {
	int peer_family; /* 0: there is no peer */
	uint8_t peer[16];
	uint16_t port;
	uint32_t family;
};

static const struct snapshot_field target_fields[] = {
	{ .key = "peer",
	  .kind = &snapshot_address,
	  .at = offsetof(struct target, peer),
	  .n_at = offsetof(struct target, peer_family) },
	{ .key = "port",
	  .kind = &snapshot_number,
	  .at = offsetof(struct target, port),
	  .size = sizeof(uint16_t) },
	{ .key = "family",
	  .kind = &snapshot_number,
	  .at = offsetof(struct target, family),
	  .size = sizeof(uint32_t) },
	{ .key = NULL },
};

static struct target target_of(const struct goal *goal)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct target target = {
		.port = goal->port,
		.family = goal->family,
	};

	for (size_t i = 0; goal->peer && i < 2; i++) {
		if (inet_pton(families[i], goal->peer, target.peer) == 1)
			target.peer_family = families[i];
	}
	return target;
}

static bool same_target(const struct target *a, const struct target *b)
{
	return a->port == b->port && a->family == b->family &&
	       a->peer_family == b->peer_family &&
	       !memcmp(a->peer, b->peer, sizeof(a->peer));
}

/* --- writing ----------------------------------------------------------- */

static bool is_too_large(const char *bytes, size_t len)
{
	size_t values = 0;

	for (size_t i = 0; i < len; i++)
		values += bytes[i] == ',' || bytes[i] == '[' || bytes[i] == '{';
	return len > SNAPSHOT_BYTES_MAX || values > SNAPSHOT_VALUES_MAX;
}

static json_t *document_json(const struct host *host,
                             const struct target *target, bool redacted)
{
	return json_pack("{s:s, s:{s:s, s:s}, s:b, s:o, s:o}", "schema",
	                 SNAPSHOT_SCHEMA, "tool", "name", "kiloflow", "version",
	                 KILOFLOW_VERSION, "redacted", redacted, "goal",
	                 snapshot_write_fields(target_fields, target), "host",
	                 snapshot_write_fields(snapshot_host, host));
}

static char *with_newline(char *text)
{
	const size_t len = strlen(text);
	char *longer = realloc(text, len + 2);

	if (!longer) {
		free(text);
		return NULL;
	}
	memcpy(longer + len, "\n", 2);
	return longer;
}

static int redact(struct host *host, struct target *target)
{
	struct snapshot_secrets secrets = { json_object(), json_object() };
	int rc;

	rc = snapshot_redact_fields(snapshot_host, host, &secrets);
	if (!rc)
		rc = snapshot_redact_fields(target_fields, target, &secrets);
	json_decref(secrets.seen);
	json_decref(secrets.counts);
	return rc;
}

static char *dump(const struct host *host, const struct target *target,
                  bool redacted)
{
	json_t *document = document_json(host, target, redacted);
	char *text = NULL;

	if (document)
		text = json_dumps(document, JSON_SORT_KEYS | JSON_INDENT(1) |
		                                    JSON_ENSURE_ASCII);
	json_decref(document);
	return text ? with_newline(text) : NULL;
}

char *snapshot_format(struct host *host, const struct goal *goal, bool redacted,
                      struct err *err)
{
	struct target target = target_of(goal);
	char *text = NULL;

	if (!redacted || !redact(host, &target))
		text = dump(host, &target, redacted);
	if (!text) {
		(void)err_set(err, -ENOMEM,
		              "not enough memory for the snapshot");
		return NULL;
	}
	if (!is_too_large(text, strlen(text)))
		return text;
	free(text);
	(void)err_set(
		err, -EFBIG,
		"the snapshot would have more than %u values: there are too many listeners",
		SNAPSHOT_VALUES_MAX);
	return NULL;
}

/* --- reading ----------------------------------------------------------- */

static int refuse_syntax(const json_error_t *error, const char *name,
                         struct err *err)
{
	char why[2 * JSON_ERROR_TEXT_LENGTH];

	if (json_error_code(error) == json_error_out_of_memory)
		return err_set(err, -ENOMEM, "%s: not enough memory", name);
	(void)text_escape(why, sizeof(why), error->text, strlen(error->text));
	err_hint(err, "it may be cut short; take the snapshot again");
	return err_set(err, -EINVAL, "%s: line %d, column %d: %s", name,
	               error->line, error->column, why);
}

/* The number in "kiloflow.snapshot/1"; 0: it is none of ours. */
static uint64_t schema_number(const json_t *schema)
{
	const char *text = json_string_value(schema);
	const size_t prefix = sizeof(SCHEMA_PREFIX) - 1;
	uint64_t number = 0;

	if (!text || strncmp(text, SCHEMA_PREFIX, prefix) != 0)
		return 0;
	(void)num_parse_u64(text + prefix, NUM_COUNT, &number);
	return number;
}

static int check_schema(const json_t *document, const char *name,
                        struct err *err)
{
	const json_t *schema = json_object_get(document, "schema");
	const uint64_t number = schema_number(schema);
	const char *text = json_string_value(schema);
	char shown[64] = "missing";

	if (number == SCHEMA_NUMBER)
		return 0;
	if (text)
		(void)text_escape(shown, sizeof(shown), text, strlen(text));
	if (number) {
		err_hint(err, "read it with the kiloflow that wrote it");
		return err_set(
			err, -EINVAL,
			"%s: was written by a newer kiloflow: its schema is %s, this one reads %s",
			name, shown, SNAPSHOT_SCHEMA);
	}
	err_hint(err, "`kiloflow snapshot` writes one");
	return err_set(err, -EINVAL,
	               "%s: is not a snapshot: its schema is %s, not %s", name,
	               shown, SNAPSHOT_SCHEMA);
}

/* What was read for another goal may still be enough for this one. */
static void bound_free_ports(struct netns_facts *ns, const struct goal *goal)
{
	struct ports_facts *ports = &ns->ports;
	struct fact_u64 least;

	if (ports->free.state != FACT_UNREAD ||
	    ports->usable.state != FACT_KNOWN)
		return;
	least = ports_free_at_least(&ns->sockstat, ports->usable.value);
	if (least.state != FACT_KNOWN || least.value < goal->flows)
		return;
	ports->free = least;
	ports->free_is_least = true;
}

/* What follows from other facts is not taken from the document. */
static void derive(struct netns_facts *ns, const struct goal *goal)
{
	ns->n_listeners = listeners_arrange(ns->listeners, ns->n_listeners);
	if (ns->listeners_read.state == FACT_KNOWN)
		ns->listeners_read.value = ns->n_listeners;
	bound_free_ports(ns, goal);
}

static int read_target(const json_t *document, struct target *ret,
                       struct snapshot_reader *reader)
{
	const size_t back = snapshot_at(reader, "goal");
	const int rc = snapshot_read_fields(
		target_fields, json_object_get(document, "goal"), ret, reader);

	snapshot_back(reader, back);
	return rc;
}

static int read_host(const json_t *document, struct host *host,
                     struct snapshot_reader *reader)
{
	const size_t back = snapshot_at(reader, "host");
	int rc = snapshot_read_fields(
		snapshot_host, json_object_get(document, "host"), host, reader);

	snapshot_back(reader, back);
	if (!rc && !host->n_ns)
		rc = err_set(reader->err, -EINVAL,
		             "%s: host.namespaces is empty", reader->name);
	return rc;
}

static int read_document(const json_t *document, const char *name,
                         const struct goal *goal, struct host *host,
                         struct err *err)
{
	struct snapshot_reader reader = { .name = name, .err = err };
	const struct target now = target_of(goal);
	struct target then = { .port = 0 };
	int rc;

	rc = check_schema(document, name, err);
	if (!rc)
		rc = read_target(document, &then, &reader);
	reader.other_goal = !same_target(&then, &now);
	if (!rc)
		rc = read_host(document, host, &reader);
	for (size_t i = 0; !rc && i < host->n_ns; i++)
		derive(&host->ns[i], goal);
	return rc;
}

static int parse(const char *bytes, size_t len, const char *name,
                 const struct goal *goal, struct host *host, struct err *err)
{
	json_error_t error;
	json_t *document;
	int rc;

	if (is_too_large(bytes, len))
		return err_set(err, -EINVAL,
		               "%s: has more than %u values, or than %u bytes",
		               name, SNAPSHOT_VALUES_MAX, SNAPSHOT_BYTES_MAX);
	document = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
	if (!document)
		return refuse_syntax(&error, name, err);
	rc = read_document(document, name, goal, host, err);
	json_decref(document);
	return rc;
}

int snapshot_parse(const char *bytes, size_t len, const char *name,
                   const struct goal *goal, struct host **ret, struct err *err)
{
	struct host *host = host_new(0);
	char shown[128];
	int rc;

	if (!host)
		return err_set(err, -ENOMEM, "not enough memory for the facts");
	(void)text_escape(shown, sizeof(shown), name, strlen(name));
	rc = parse(bytes, len, shown, goal, host, err);
	if (rc)
		host_free(host);
	else
		*ret = host;
	return rc;
}

static int refuse_file(const char *path, int code, struct err *err)
{
	char shown[128];

	(void)text_escape(shown, sizeof(shown), path, strlen(path));
	if (code == -EISDIR)
		err_hint(err, "use --sos for an unpacked sosreport");
	else if (code == -ENOENT)
		err_hint(err, "write one with `kiloflow snapshot`");
	return err_set(err, code, "cannot read %s: %s", shown, strerror(-code));
}

static int read_file(const char *path, char **ret, size_t *ret_len)
{
	const bool is_stdin = !strcmp(path, "-");
	const int fd = is_stdin ? STDIN_FILENO
	                        : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0)
		return -errno;
	rc = file_read_fd(fd, SNAPSHOT_BYTES_MAX, ret, ret_len);
	if (!is_stdin)
		(void)close(fd);
	return rc;
}

int snapshot_read(const char *path, const struct goal *goal, struct host **ret,
                  struct err *err)
{
	char *bytes = NULL;
	size_t len = 0;
	int rc;

	rc = read_file(path, &bytes, &len);
	if (rc)
		return refuse_file(path, rc, err);
	rc = snapshot_parse(bytes, len, path, goal, ret, err);
	free(bytes);
	return rc;
}
