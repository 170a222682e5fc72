// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a sock_diag answer, and as the payload of one message. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "probes/diag_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_row(void *to, const struct diag_row *row)
{
	(void)to;
	if (row->family != AF_INET && row->family != AF_INET6)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* that of the recorded answers, tests/support/record_diag.c */
	struct diag_answer answer = { .seq = 1, .row = check_row };
	struct diag_row row;

	(void)diag_answer_read(&answer, data, size);
	if (!diag_parse(data, size, &row))
		(void)check_row(NULL, &row);
	return 0;
}
