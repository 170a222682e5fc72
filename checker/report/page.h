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

/** page_finding - one finding and what belongs to it */
void page_finding(const struct page *page, const struct finding *finding);

/** page_color - switch to the color of @verdict; a no-op without colors */
void page_color(const struct page *page, enum verdict verdict);

/** page_plain - and back */
void page_plain(const struct page *page);

/** page_load - the load test's block, its findings included */
void page_load(const struct page *page);

/** page_listeners - every listener of every namespace, worst first
 * Return: 0 or -ENOMEM, with words.
 */
int page_listeners(const struct page *page, struct err *err);

#endif
