// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netstat - see netstat.h. A column is found by its name, because kernels
 * add and drop columns in the middle; the group's names are sorted first, so
 * that a line of a hundred and more columns costs one binary search each.
 */
#include "probes/netstat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/registry.h"

/* The longest seen is 6 KiB. */
#define FILE_BYTES_MAX 262144

static const struct source {
	const char *group;
	const char *path;
} sources[] = {
	{ "Ip", "proc/thread-self/net/snmp" },
	{ "Icmp", "proc/thread-self/net/snmp" },
	{ "Tcp", "proc/thread-self/net/snmp" },
	{ "TcpExt", "proc/thread-self/net/netstat" },
};

struct column {
	const char *name;
	enum counter_id id;
};

static int column_order(const void *a, const void *b)
{
	const struct column *left = a;
	const struct column *right = b;

	return strcmp(left->name, right->name);
}

/* Order of a word of the file and a column's name. */
static int word_order(const void *key, const void *member)
{
	const struct span *word = key;
	const struct column *column = member;
	const size_t word_len = (size_t)(word->end - word->at);
	const size_t name_len = strlen(column->name);
	const int order = memcmp(word->at, column->name,
	                         word_len < name_len ? word_len : name_len);

	if (order)
		return order;
	return (word_len > name_len) - (word_len < name_len);
}

/* The group's counters, by name. */
static size_t columns_of(const char *group,
                         struct column columns[static COUNTER_COUNT])
{
	size_t n = 0;

	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		const struct counter_desc *desc = counter_desc(id);

		if (strcmp(desc->group, group) != 0)
			continue;
		columns[n++] = (struct column){ desc->name, id };
	}
	qsort(columns, n, sizeof(columns[0]), column_order);
	return n;
}

static size_t count_words(struct span line)
{
	struct span word;
	size_t n = 0;

	while (span_word(&line, &word))
		n++;
	return n;
}

static void set_group(const char *group, enum fact_state state,
                      struct fact_u64 counter[static COUNTER_COUNT])
{
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		if (!strcmp(counter_desc(id)->group, group))
			counter[id] = (struct fact_u64){ .state = state };
	}
}

static struct fact_u64 parse_value(struct span word)
{
	uint64_t value;

	if (span_u64(word, &value))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(value);
}

/* "Tcp:" for the group "Tcp"; the colon tells it from "TcpExt". */
static bool take_line(struct span *rest, const char *group, struct span *ret)
{
	while (span_line(rest, group, ret)) {
		if (ret->at < ret->end && *ret->at == ':') {
			ret->at++;
			return true;
		}
	}
	return false;
}

void netstat_parse(const char *group, const char *bytes, size_t len,
                   struct fact_u64 counter[static COUNTER_COUNT])
{
	struct column columns[COUNTER_COUNT];
	const size_t n = columns_of(group, columns);
	struct span rest = span_of(bytes, len);
	struct span names;
	struct span values = span_of(bytes, 0);
	struct span word;
	bool matching;

	set_group(group, FACT_ABSENT, counter);
	if (!take_line(&rest, group, &names))
		return;
	(void)take_line(&rest, group, &values);
	matching = count_words(names) == count_words(values);
	while (span_word(&names, &word)) {
		const struct column *column = bsearch(
			&word, columns, n, sizeof(columns[0]), word_order);
		struct span value = word;

		(void)span_word(&values, &value);
		if (!column)
			continue;
		counter[column->id] =
			matching ? parse_value(value)
				 : (struct fact_u64){ .state = FACT_BROKEN };
	}
}

int netstat_read(int root_fd, struct fact_u64 counter[static COUNTER_COUNT])
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct source *source = &sources[i];
		char *bytes;
		size_t len;
		const int rc =
			file_read_alloc(root_fd, source->path, FILE_BYTES_MAX,
		                        &bytes, &len, NULL);

		if (rc == -ENOMEM)
			return rc;
		if (rc) {
			set_group(source->group, fact_state_from_errno(rc),
			          counter);
			continue;
		}
		netstat_parse(source->group, bytes, len, counter);
		free(bytes);
	}
	return 0;
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	const int rc = netstat_read(env->root_fd, ns->counter);

	(void)host;
	if (rc)
		return err_set(err, rc, "cannot read the counters: no memory");
	return 0;
}

const struct probe probe_netstat = {
	.name = "netstat",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LOAD,
	.run = run,
};
