// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_threads - /proc/loadavg, /proc/PID/status, /proc/self/uid_map. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/threads.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct threads_status status;

	assert(threads_parse_loadavg(text, size).state != FACT_UNREAD);
	(void)threads_parse_status(text, size, &status);
	(void)threads_parse_uid_map(text, size);
	return 0;
}
