// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_cgroup - /proc/self/cgroup, a form feed, and /proc/self/mountinfo. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/cgroup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *feed = size ? memchr(text, '\f', size) : NULL;
	const size_t len = feed ? (size_t)(feed - text) : size;
	static struct cgroup_place place;

	for (enum cgroup_controller i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		if (cgroup_locate(i, text, len, text + len, size - len, &place))
			continue;
		assert(strnlen(place.dir, sizeof(place.dir)) <
		       sizeof(place.dir));
		assert(place.mount_len < sizeof(place.dir));
	}
	return 0;
}
