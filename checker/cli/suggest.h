/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suggest - what a mistyped name may have meant. Pure.
 *
 *	struct suggest s = suggest_for("exlpain", "");
 *	suggest_offer(&s, "explain");	(each name that there is)
 *	suggest_words(&s, buf, sizeof(buf));
 */
#ifndef KILOFLOW_CHECKER_CLI_SUGGEST_H
#define KILOFLOW_CHECKER_CLI_SUGGEST_H

#include <stddef.h>

#define SUGGEST_MAX 3

struct suggest {
	const char *word;
	const char *prefix;            /* put before each name: "--" */
	const char *near[SUGGEST_MAX]; /* nearest first; NULL: none */
	size_t distance[SUGGEST_MAX];
};

/** suggest_for - begin; the texts and all names offered must stay */
struct suggest suggest_for(const char *word, const char *prefix);

/** suggest_offer - keep @name if it is near enough */
void suggest_offer(struct suggest *suggest, const char *name);

/**
 * suggest_words - "did you mean a, b or c?", or @otherwise when nothing is
 * near
 */
const char *suggest_words(const struct suggest *suggest, char *buf, size_t size,
                          const char *otherwise);

#endif
