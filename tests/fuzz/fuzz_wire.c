// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_wire - a line of a control connection, and a flow's header.
 *
 * What could be decoded can be said again, and is understood as the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/load/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header(const uint8_t *data)
{
	uint8_t token[WIRE_TOKEN_BYTES];
	uint8_t again[WIRE_HEADER_BYTES];
	uint64_t index;

	if (wire_header_decode(data, &index, token))
		return;
	wire_header_encode(index, token, again);
	assert(!memcmp(again, data, sizeof(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_message message;
	static struct wire_message again;
	char line[WIRE_LINE_MAX];
	char second[WIRE_LINE_MAX];
	size_t len;
	size_t len_again;

	if (size >= WIRE_HEADER_BYTES)
		check_header(data);
	if (wire_decode((const char *)data, size, &message))
		return 0;
	/* Escapes make a finding longer: then it cannot be said again. */
	if (wire_encode(&message, line, &len))
		return 0;
	assert(len <= WIRE_LINE_MAX && line[len - 1] == '\n');
	assert(!memchr(line, '\n', len - 1));
	assert(!wire_decode(line, len - 1, &again));
	assert(!wire_encode(&again, second, &len_again));
	assert(len == len_again && !memcmp(line, second, len));
	return 0;
}
