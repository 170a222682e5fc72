/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tool_words - the versions that have a defect, as a person writes them. Pure.
 */
#ifndef KILOFLOW_CHECKER_CLI_TOOL_WORDS_H
#define KILOFLOW_CHECKER_CLI_TOOL_WORDS_H

#include <stddef.h>

struct tool_defect;

/** tool_words_versions - "every version", "up to 2.0.12", "2.1.0 and later"
 * @size: 48 is enough
 */
void tool_words_versions(const struct tool_defect *defect, char *buf,
                         size_t size);

#endif
