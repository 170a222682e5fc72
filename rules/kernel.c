// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel - see kernel.h. */
#include "rules/kernel.h"

#include <string.h>

#include "probes/base/num.h"

uint32_t kernel_version(const char *release)
{
	const char *at = release;
	const char *end = release + strlen(release);
	uint64_t major;
	uint64_t minor;

	if (num_scan_u64(&at, end, &major) || *at++ != '.' ||
	    num_scan_u64(&at, end, &minor))
		return 0;
	if (major > UINT16_MAX || minor > UINT16_MAX)
		return 0;
	return KERNEL(major, minor);
}
