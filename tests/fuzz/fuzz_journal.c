// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_journal - what is taken can be shown, names only what a fix may touch,
 * and is written so that it is read as the same again.
 */
#include <stddef.h>
#include <stdint.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/act.h"
#include "checker/fix/journal.h"
#include "probes/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct fix_step *step)
{
	char name[512];

	fix_step_name(step, name, sizeof(name));
	assert(step->kind < FIX_KIND_COUNT);
	if (step->kind == FIX_FILE)
		assert(fix_file_name(step->key) && (step->from || step->to));
	else
		assert(step->from && step->to);
}

static void write_twice(const struct journal_entry *entry)
{
	char *text = journal_format(entry);
	struct journal_entry again;
	char *same;

	assert(text);
	assert(!journal_parse(text, strlen(text), "", &again, NULL));
	same = journal_format(&again);
	assert(same && !strcmp(text, same));
	free(text);
	free(same);
	journal_entry_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_entry entry;
	struct err err = { 0 };

	if (journal_parse((const char *)data, size, "", &entry, &err)) {
		assert(err.code && err.what[0]);
	} else {
		for (size_t i = 0; i < entry.steps.n; i++)
			look_at(&entry.steps.list[i]);
		write_twice(&entry);
	}
	journal_entry_free(&entry);
	return 0;
}
