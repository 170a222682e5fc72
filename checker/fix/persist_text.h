/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * persist_text - what stands in kiloflow's own file of sysctl.d. Pure.
 *
 * People may edit it: what is changed is a value, and all around it stays.
 */
#ifndef KILOFLOW_CHECKER_FIX_PERSIST_TEXT_H
#define KILOFLOW_CHECKER_FIX_PERSIST_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/span.h"
#include "probes/sysctl_table.h"

/* What a new one begins with: who wrote it, and how to take it back. */
extern const char persist_head[];

/**
 * persist_text_is_ours - kiloflow wrote it, and may write it again
 *
 * Return: false, too, for what could not be put back from the journal's JSON:
 * a NUL, or what is no UTF-8.
 */
bool persist_text_is_ours(const char *bytes, size_t len);

/**
 * persist_text_is_plain - only sysctls of sysctl_table.h are set in it, each
 * by its name: the simulation sees all that it does
 */
bool persist_text_is_plain(const char *text);

/**
 * persist_text_find - where the value of a sysctl stands in @text
 * @ret: of the last line that sets it; set only on success
 *
 * Return: false when none does in a way that both loaders understand.
 */
bool persist_text_find(const char *text, const struct sysctl_desc *desc,
                       struct span *ret);

/**
 * persist_text_set - set a sysctl to @value: in the line that sets it, or in
 * one more
 * @text: allocated; it may move
 *
 * Return: 0 or -ENOMEM, and then @text is as it was.
 */
int persist_text_set(char **text, const struct sysctl_desc *desc,
                     const char *value);

/**
 * persist_text_join - append another file of ours, without its head
 * @text, return: as in persist_text_set()
 */
int persist_text_join(char **text, const char *more);

#endif
