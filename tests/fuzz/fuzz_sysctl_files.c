// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_sysctl_files - the bytes as files that both loaders read, up to the
 * value of every sysctl. The first byte says where the first file ends.
 */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <string.h>

#include "probes/sysctl_simulate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sysctl_desc *desc,
                  const struct sysctl_outcome *outcome)
{
	char text[64];

	for (size_t i = 0; i < outcome->n_losers && i < SYSCTL_LOSERS_MAX; i++)
		assert(outcome->losers[i].line.number > 0);
	if (!outcome->set)
		return;
	assert(outcome->line.file && outcome->line.number > 0);
	assert(sysctl_value_equal(desc, &outcome->value, &outcome->value));
	for (unsigned int i = 0; i < outcome->value.n; i++)
		assert(desc->type == SYSCTL_TYPE_PORTS ||
		       (outcome->value.v[i] >= desc->min &&
		        outcome->value.v[i] <= desc->max));
	sysctl_value_format(desc, &outcome->value, text, sizeof(text));
	assert(memchr(text, 0, sizeof(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sysctl_desc *wanted[SYSCTL_COUNT];
	struct sysctl_outcome outcomes[SYSCTL_COUNT];
	struct sysctl_files files = { 0 };
	const char *bytes = (const char *)data + 1;
	size_t first;

	if (!size)
		return 0;
	first = (size - 1) * data[0] / UINT8_MAX;
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
		wanted[id] = sysctl_desc(id);
	if (sysctl_files_put(&files, "/etc/sysctl.d/a.conf", bytes, first,
	                     NULL) ||
	    sysctl_files_put(&files, "/etc/sysctl.conf", bytes + first,
	                     size - 1 - first, NULL))
		return 0;
	for (enum sysctl_loader l = 0; l < SYSCTL_LOADER_COUNT; l++) {
		assert(!sysctl_simulate(&files, l, wanted, SYSCTL_COUNT,
		                        outcomes, NULL));
		for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
			check(wanted[id], &outcomes[id]);
	}
	sysctl_files_free(&files);
	return 0;
}
