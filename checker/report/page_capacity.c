// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_capacity - what the host carries at most, in one sentence: flows, the
 * tightest bound first, then bursts.
 *
 * Of a resource that each namespace has, the tightest is named. Only few are
 * told, unless --verbose: what lies behind the first is of interest to who
 * raises that.
 */
#include "checker/report/page.h"

#include <inttypes.h>

#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/text.h"

#define TEXT_AT 14
#define FLOWS_SHOWN 3

/* " in NAME", where it is not the namespace that all else is about. */
static void where_text(const struct page *page, const struct netns_facts *ns,
                       char *buf, size_t size)
{
	char name[PAGE_TEXT_MAX];

	buf[0] = '\0';
	if (ns && ns != &page->report->host->ns[0])
		(void)snprintf(buf, size, " in %s", page_netns_name(ns, name));
}

static const char *noun(const struct capacity *capacity)
{
	if (capacity->is_burst)
		return "";
	return capacity->max_flows.value == 1 ? " flow" : " flows";
}

/* "a burst of 129, bound by net.core.somaxconn" */
static void append(const struct page *page, const struct capacity *capacity,
                   char *buf, size_t size)
{
	char where[320];
	char part[512];

	where_text(page, capacity->ns, where, sizeof(where));
	(void)snprintf(part, sizeof(part), "%s%" PRIu64 "%s%s%s, bound by %s%s",
	               capacity->is_burst ? "a burst of " : "",
	               capacity->max_flows.value, noun(capacity),
	               capacity->reach[0] ? " " : "", capacity->reach,
	               capacity->bound_by, where);
	text_join(buf, size, "; ", part);
}

void page_capacity(const struct page *page)
{
	const struct report *report = page->report;
	char text[PAGE_TEXT_MAX] = "";
	size_t flows = 0;

	for (size_t i = 0; i < report->n_capacity; i++) {
		const struct capacity *capacity = &report->capacity[i];

		if (!report_is_tightest(report, i))
			continue;
		if (!capacity->is_burst && flows++ >= FLOWS_SHOWN &&
		    !page->style->verbose)
			continue;
		append(page, capacity, text, sizeof(text));
	}
	if (!text[0])
		return;
	(void)fputs("\n  capacity    at most ", page->out);
	human_wrap(page->out, text,
	           &(struct human_at){ TEXT_AT + sizeof("at most"), TEXT_AT,
	                               page->style->width });
}
