// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as /proc/PID/cgroup: an id is twelve digits, whatever stands there.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char id[CONTAINER_ID_SIZE] = "";

	if (container_parse((const char *)data, size, id) &&
	    strspn(id, "0123456789abcdef") != CONTAINER_ID_SIZE - 1)
		abort();
	return 0;
}
