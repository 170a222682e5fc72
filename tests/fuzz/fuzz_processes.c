// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a link of /proc/PID/fd, as a comm, and as a stat. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "probes/processes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint64_t inode;
	char comm[16];

	(void)processes_parse_link("socket", text, size, &inode);
	(void)processes_parse_stat(text, size);
	processes_parse_comm(text, size, comm);
	if (comm[15] != '\0')
		abort();
	return 0;
}
