// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_kmsg - the kernel's log, as records and as dmesg writes it. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/kmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct kmsg_facts *facts)
{
	uint64_t messages = 0;

	assert(facts->n_events <= KMSG_EVENTS_MAX);
	for (size_t i = 0; i < facts->n_events; i++) {
		assert(facts->events[i].kind < KMSG_KIND_COUNT);
		messages += facts->events[i].count;
	}
	assert(messages + facts->n_more <= facts->records.value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kmsg_facts records = { 0 };
	struct kmsg_facts lines = { 0 };

	kmsg_parse((const char *)data, size, &records);
	look_at(&records);
	kmsg_parse_dmesg((const char *)data, size, &lines);
	look_at(&lines);
	return 0;
}
