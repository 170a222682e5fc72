// SPDX-License-Identifier: GPL-2.0-or-later
/* tool_words - see tool_words.h. */
#include "checker/cli/tool_words.h"

#include <stdbool.h>
#include <stdio.h>

#include "rules/tools.h"

/* A row that ends a series says so with a patch that no release has. */
#define PATCH_LAST 0x7fffU

/* iperf3 writes "3.4" for what iperf 2 would call 3.4.0. */
static void version_text(uint64_t version, enum tool_kind tool, char *buf,
                         size_t size)
{
	const unsigned int major = (unsigned int)(version >> 32);
	const unsigned int minor = (unsigned int)(version >> 16 & 0xffff);
	const unsigned int patch = (unsigned int)(version & 0xffff) >> 1;

	if (patch == PATCH_LAST || (!patch && tool == TOOL_IPERF3))
		(void)snprintf(buf, size, "%u.%u", major, minor);
	else
		(void)snprintf(buf, size, "%u.%u.%u", major, minor, patch);
}

void tool_words_versions(const struct tool_defect *defect, char *buf,
                         size_t size)
{
	const bool released = defect->to & 1; /* else just before that */
	char from[20];
	char to[20];

	version_text(defect->from, defect->tool, from, sizeof(from));
	version_text(defect->to, defect->tool, to, sizeof(to));
	if (!defect->from && defect->to == UINT64_MAX)
		(void)snprintf(buf, size, "every version");
	else if (defect->to == UINT64_MAX)
		(void)snprintf(buf, size, "%s and later", from);
	else if (!defect->from)
		(void)snprintf(buf, size, "%s %s",
		               released ? "up to" : "before", to);
	else if (defect->from == defect->to)
		(void)snprintf(buf, size, "%s", from);
	else
		(void)snprintf(buf, size, "%s %s %s", from,
		               released ? "to" : "to before", to);
}
