// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_netstat - all groups from the same bytes; each counter gets a state. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/netstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fact_u64 counter[COUNTER_COUNT] = { 0 };

	netstat_parse("Ip", (const char *)data, size, counter);
	netstat_parse("Icmp", (const char *)data, size, counter);
	netstat_parse("Tcp", (const char *)data, size, counter);
	netstat_parse("TcpExt", (const char *)data, size, counter);
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		assert(counter[id].state != FACT_UNREAD);
	return 0;
}
