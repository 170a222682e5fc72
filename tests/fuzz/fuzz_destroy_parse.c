// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as what sock_diag tells of a socket that ends. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "probes/observe/destroy_parse.h"
#include "probes/observe/observed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_end(void *to, const struct seen_end *end)
{
	(void)to;
	if (end->tuple.family != AF_INET && end->tuple.family != AF_INET6)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)destroy_parse(data, size, 1, check_end, NULL);
	return 0;
}
