/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page - what the parts of the text report share: where they write, and how
 * text from outside gets there.
 */
#ifndef KILOFLOW_CHECKER_REPORT_PAGE_H
#define KILOFLOW_CHECKER_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "rules/finding.h"

struct err;
struct report;
struct report_style;

/* Room for any text of a finding, every byte of it escaped. */
#define PAGE_TEXT_MAX 2048

struct page {
	const struct report *report;
	const struct report_style *style;
	FILE *out;
};

/** page_escape - text_escape() of a string into room for any of ours */
const char *page_escape(const char *text, char buf[static PAGE_TEXT_MAX]);

/**
 * page_safe - the same for a finding's texts, in which names are escaped
 * already: a backslash stays one
 */
const char *page_safe(const char *text, char buf[static PAGE_TEXT_MAX]);

/** page_header - program, host, kernel, goal */
void page_header(const struct page *page);

/** page_headline - a verdict's word, and @text, which is safe to show */
void page_headline(const struct page *page, enum verdict verdict,
                   const char *text);

/**
 * page_finding - one finding and what belongs to it
 * @where: a line about the namespaces that it is about, NULL: none
 */
void page_finding(const struct page *page, const struct finding *finding,
                  const char *where);

/** page_detail - a line that belongs to the finding or step above it
 * @label: what it begins with, not wrapped
 * @text: safe to show
 */
void page_detail(const struct page *page, const char *label, const char *text);

/** page_wrap - text from @column on; further lines stand below a finding's
 * text
 */
void page_wrap(const struct page *page, const char *text, size_t column);

/** page_folded - how many checks are ok, unless all of them are shown
 * @elsewhere: in the other namespaces, or in the first and on the host
 */
void page_folded(const struct page *page, bool elsewhere);

/** page_is_elsewhere - is it about a namespace other than the first? */
bool page_is_elsewhere(const struct page *page, const struct finding *finding);

/** page_netns_name - what a namespace is called, escaped */
const char *page_netns_name(const struct netns_facts *ns,
                            char buf[static PAGE_TEXT_MAX]);

/* A list of namespaces that does not become long, unless --verbose. */
struct page_names {
	char text[8192]; /* "blue, green and 7 more" */
	size_t n, more;  /* all of them; those not named */
};

/** page_names_add - one more */
void page_names_add(struct page_names *names, const struct page *page,
                    const struct netns_facts *ns);

/** page_names_end - that was all */
void page_names_end(struct page_names *names);

/** page_others - what was found in the namespaces other than the first
 * Return: 0 or -ENOMEM, with words.
 */
int page_others(const struct page *page, struct err *err);

/** page_color - switch to the color of @verdict; a no-op without colors */
void page_color(const struct page *page, enum verdict verdict);

/** page_plain - and back */
void page_plain(const struct page *page);

/** page_capacity - what the host carries at most, in one sentence */
void page_capacity(const struct page *page);

/** page_fix - what was, or would be, changed; nothing when no fix was asked for
 */
void page_fix(const struct page *page);

/** page_sum - all of a report about a log's sum */
void page_sum(const struct page *page);

/** page_load - the load test's block, its findings included */
void page_load(const struct page *page);

/** page_peer - the far end of a test between hosts; nothing when there was
 * none
 */
void page_peer(const struct page *page);

/** page_observed - what was seen while a command ran; nothing when nobody
 * watched
 */
void page_observed(const struct page *page);

/** page_remedy - the command that mends it; nothing when there is none */
void page_remedy(const struct page *page, const struct remedy *remedy);

/** page_incident - all of a report on what failed, and why */
void page_incident(const struct page *page);

/** page_listeners - every listener of every namespace, worst first
 * Return: 0 or -ENOMEM, with words.
 */
int page_listeners(const struct page *page, struct err *err);

#endif
