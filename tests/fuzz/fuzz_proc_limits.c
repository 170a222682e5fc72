// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_proc_limits - /proc/PID/limits. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/proc_limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proc_limits_facts facts = { 0 };

	proc_limits_parse((const char *)data, size, &facts);
	assert(facts.nofile_soft.state != FACT_UNREAD);
	assert(facts.nproc_hard.state != FACT_UNREAD);
	return 0;
}
