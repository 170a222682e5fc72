// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_qdisc - payload of an RTM_NEWQDISC message. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/qdisc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qdisc_facts facts = { 0 };
	struct qdisc_device device = { .facts = &facts };
	struct qdisc_row row;

	if (qdisc_parse(data, size, &row))
		return 0;
	assert(strnlen(row.kind, sizeof(row.kind)) < sizeof(row.kind));
	assert(row.limit_packets.state != FACT_UNREAD);
	device.ifindex = row.ifindex;
	qdisc_add(&device, &row);
	return 0;
}
