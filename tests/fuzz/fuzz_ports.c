// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_ports - lists of ports. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>

#include "probes/port_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct port_set set;

	(void)port_set_parse((const char *)data, size, &set);
	assert(port_set_count(&set) <= PORT_MAX + 1);
	return 0;
}
