// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory - see memory.h. MemFree is no substitute where MemAvailable is
 * missing: what caches hold can be had, and it would be counted as taken.
 */
#include "probes/memory.h"

#include <unistd.h>

#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/registry.h"

/* Less than 2 KiB in current kernels. */
#define FILE_BYTES_MAX 16384

struct fact_u64 memory_parse(const char *bytes, size_t len)
{
	struct span rest = span_of(bytes, len);
	struct span line;
	struct span number;
	struct span unit;
	uint64_t value;

	if (!span_line(&rest, "MemAvailable:", &line))
		return (struct fact_u64){ .state = FACT_ABSENT };
	if (!span_word(&line, &number) || span_u64(number, &value) ||
	    !span_word(&line, &unit) || !span_is(unit, "kB") ||
	    __builtin_mul_overflow(value, 1024U, &value))
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known(value);
}

static struct fact_u64 read_page_bytes(void)
{
	const long bytes = sysconf(_SC_PAGESIZE);

	if (bytes <= 0)
		return (struct fact_u64){ .state = FACT_BROKEN };
	return fact_known((uint64_t)bytes);
}

static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	char bytes[FILE_BYTES_MAX];
	size_t len;
	const int rc = file_read(env->root_fd, "proc/meminfo", bytes,
	                         sizeof(bytes), &len, NULL);

	(void)ns;
	(void)err;
	host->memory.page_bytes = read_page_bytes();
	if (rc)
		host->memory.available_bytes.state = fact_state_from_errno(rc);
	else
		host->memory.available_bytes = memory_parse(bytes, len);
	return 0;
}

const struct probe probe_memory = {
	.name = "memory",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LOAD,
	.run = run,
};
