// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sockstat - see sockstat.h. The numbers are those of
 * net/ipv4/proc.c:sockstat_seq_show() and net/ipv6/proc.c:
 * sockstat6_seq_show(); listeners are in use like any other socket.
 */
#include "probes/sockstat.h"

#include <string.h>

#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/registry.h"

/* Six lines in current kernels. */
#define FILE_BYTES_MAX 4096

static const struct source {
	const char *prefix;
	const char *path;
} sources[] = {
	{ "TCP:", "proc/thread-self/net/sockstat" },
	{ "TCP6:", "proc/thread-self/net/sockstat6" },
};

static const struct field {
	const char *prefix;
	const char *name;
	size_t at; /* of a struct fact_u64 in struct sockstat_facts */
} fields[] = {
	{ "TCP:", "inuse", offsetof(struct sockstat_facts, inuse) },
	{ "TCP:", "orphan", offsetof(struct sockstat_facts, orphan) },
	{ "TCP:", "tw", offsetof(struct sockstat_facts, time_wait) },
	{ "TCP:", "mem", offsetof(struct sockstat_facts, mem_pages) },
	{ "TCP6:", "inuse", offsetof(struct sockstat_facts, inuse6) },
};

/* "name value name value ...": the value of @name. */
static struct fact_u64 value_of(struct span line, const char *name)
{
	struct span word;
	struct span value;
	uint64_t number;

	while (span_word(&line, &word)) {
		const bool paired = span_word(&line, &value);

		if (!span_is(word, name))
			continue;
		if (!paired || span_u64(value, &number))
			return (struct fact_u64){ .state = FACT_BROKEN };
		return fact_known(number);
	}
	return (struct fact_u64){ .state = FACT_ABSENT };
}

static void set_fact(const struct field *field, struct fact_u64 fact,
                     struct sockstat_facts *ret)
{
	memcpy((char *)ret + field->at, &fact, sizeof(fact));
}

static void set_all(const char *prefix, enum fact_state state,
                    struct sockstat_facts *ret)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!strcmp(fields[i].prefix, prefix))
			set_fact(&fields[i],
			         (struct fact_u64){ .state = state }, ret);
	}
}

void sockstat_parse(const char *prefix, const char *bytes, size_t len,
                    struct sockstat_facts *ret)
{
	struct span rest = span_of(bytes, len);
	struct span line;

	if (!span_line(&rest, prefix, &line)) {
		set_all(prefix, FACT_ABSENT, ret);
		return;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!strcmp(fields[i].prefix, prefix))
			set_fact(&fields[i], value_of(line, fields[i].name),
			         ret);
	}
}

void sockstat_read(int root_fd, struct sockstat_facts *ret)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct source *source = &sources[i];
		char bytes[FILE_BYTES_MAX];
		size_t len;
		const int rc = file_read(root_fd, source->path, bytes,
		                         sizeof(bytes), &len, NULL);

		if (rc)
			set_all(source->prefix, fact_state_from_errno(rc), ret);
		else
			sockstat_parse(source->prefix, bytes, len, ret);
	}
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	(void)host;
	(void)err;
	sockstat_read(env->root_fd, &ns->sockstat);
	return 0;
}

const struct probe probe_sockstat = {
	.name = "sockstat",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LOAD,
	.run = run,
};
