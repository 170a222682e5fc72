// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_kmsg - records of the kernel's log. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/kmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kmsg_facts facts = { 0 };
	uint64_t messages = 0;

	kmsg_parse((const char *)data, size, &facts);
	assert(facts.n_events <= KMSG_EVENTS_MAX);
	for (size_t i = 0; i < facts.n_events; i++) {
		assert(facts.events[i].kind < KMSG_KIND_COUNT);
		messages += facts.events[i].count;
	}
	assert(messages + facts.n_more <= facts.records.value);
	return 0;
}
