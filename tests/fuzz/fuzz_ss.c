// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_ss - rows and their owners. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/ss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look(void *to, const struct ss_row *row)
{
	struct span users = row->users;
	struct owner owner;

	(void)to;
	assert(row->diag.family == AF_INET || row->diag.family == AF_INET6);
	assert(row->device.at <= row->device.end);
	while (ss_owner(&users, &owner)) {
		assert(owner.pid >= 0 && owner.fd >= 0);
		assert(memchr(owner.comm, 0, sizeof(owner.comm)));
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)ss_parse((const char *)data, size, look, NULL);
	return 0;
}
