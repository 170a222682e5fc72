// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_text - escaping: never too long, never a control character. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *src = (const char *)data;
	const size_t out_size = size ? data[0] % 64U + 1 : 1;
	char out[64];
	char again[64];
	size_t n = text_escape(out, out_size, src, size);

	assert(n < out_size && out[n] == 0);
	for (size_t i = 0; i < n; i++)
		assert((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
	/* What text_utf8() made is UTF-8: a second time changes nothing. */
	n = text_utf8(out, out_size, src, size);
	assert(n < out_size && out[n] == 0);
	assert(text_utf8(again, sizeof(again), out, n) == n);
	assert(!memcmp(out, again, n + 1));
	return 0;
}
