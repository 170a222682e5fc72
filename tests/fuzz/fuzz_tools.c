// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_tools - what a tool answers to -v. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/tools.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tool_facts facts = { 0 };

	tools_parse((const char *)data, size, &facts);
	assert(facts.version.state != FACT_UNREAD);
	assert(facts.kind < TOOL_KIND_COUNT);
	for (size_t i = 0; i < strlen(facts.text); i++)
		assert(facts.text[i] > ' ' && facts.text[i] <= '~');
	return 0;
}
