// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_sysctl - the same bytes as the content of every sysctl. */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/sysctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);
		const struct sysctl_fact fact =
			sysctl_parse(desc, (const char *)data, size);

		assert(fact.state == FACT_KNOWN || fact.state == FACT_BROKEN);
		assert(memchr(fact.text, 0, sizeof(fact.text)));
		if (fact.state == FACT_KNOWN && desc->type == SYSCTL_TYPE_INT)
			assert(fact.v[0] >= desc->min &&
			       fact.v[0] <= desc->max);
	}
	return 0;
}
