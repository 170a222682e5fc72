// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_incident - what failed, and why, for a person: the cause that explains
 * most first, what was delayed and what is not explained last.
 */
#include "checker/report/page.h"

#include <inttypes.h>
#include <string.h>

#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/text.h"
#include "rules/incident/found.h"
#include "rules/listener.h"

#define NOTE_AT 8

static bool is_unexplained(const struct cause_found *found)
{
	return !strcmp(found->cause->id, "unexplained");
}

static enum verdict color_of(const struct cause_found *found)
{
	if (found->confidence == CONFIDENCE_POSSIBLE)
		return VERDICT_UNKNOWN;
	return found->max ? VERDICT_FAIL : VERDICT_WARN;
}

/* "accept-queue-overflow   436 connections, certain" */
static void put_title(const struct page *page, const struct cause_found *found)
{
	const struct count_range n = { found->min, found->max };
	char count[64] = "none failed, some were late or stuck";

	if (found->max == UINT64_MAX)
		(void)snprintf(count, sizeof(count), "not known");
	else if (found->max)
		found_count_text(n, count, sizeof(count));
	(void)fputs("\n   ", page->out);
	page_color(page, color_of(found));
	(void)fputs(found->cause->id, page->out);
	page_plain(page);
	(void)fprintf(page->out, "   %s", count);
	if (!is_unexplained(found))
		(void)fprintf(page->out, ", %s",
		              confidence_name(found->confidence));
	(void)fputc('\n', page->out);
}

/* "0.0.0.0:5001 iperf[4242] in blue" */
static void put_who(const struct page *page, const struct cause_found *found)
{
	const struct host *host = page->report->host;
	char text[PAGE_TEXT_MAX] = "";
	char part[PAGE_TEXT_MAX];
	char name[PAGE_TEXT_MAX];

	text_join(text, sizeof(text), " ", found->listener);
	if (found->pid) {
		process_name(found->comm, found->pid, part, sizeof(part));
		text_join(text, sizeof(text), " ", part);
	}
	if (found->ns && found->ns != &host->ns[0]) {
		(void)snprintf(part, sizeof(part), "in %.1024s",
		               page_netns_name(found->ns, name));
		text_join(text, sizeof(text), " ", part);
	}
	if (text[0])
		page_detail(page, "", text);
}

static void put_evidence(const struct page *page,
                         const struct cause_found *found)
{
	char text[PAGE_TEXT_MAX] = "";
	char part[128];

	for (size_t i = 0; i < found->n_evidence; i++) {
		(void)snprintf(part, sizeof(part), "%s %" PRIu64,
		               found->evidence[i].name,
		               found->evidence[i].count);
		text_join(text, sizeof(text), ", ", part);
	}
	if (text[0])
		page_detail(page, "evidence: ", text);
}

static void put_cause(const struct page *page, const struct cause_found *found)
{
	char text[PAGE_TEXT_MAX];

	put_title(page, found);
	put_who(page, found);
	page_detail(page, "", page_safe(found->what, text));
	if (found->why[0])
		page_detail(page, "", page_safe(found->why, text));
	if (!is_unexplained(found))
		page_detail(page, "client: ", page_safe(found->sees, text));
	put_evidence(page, found);
	if (found->remedy.kind != REMEDY_NONE)
		page_remedy(page, &found->remedy);
	else if (!is_unexplained(found))
		page_detail(page, "mend: ", found->cause->mend);
}

static void put_notes(const struct page *page)
{
	const struct report_incident *incident = page->report->incident;

	for (size_t i = 0;
	     i < sizeof(incident->notes) / sizeof(incident->notes[0]) &&
	     incident->notes[i];
	     i++) {
		(void)fputs("  note  ", page->out);
		human_wrap(page->out, incident->notes[i],
		           &(struct human_at){ NOTE_AT, NOTE_AT,
		                               page->style->width });
	}
}

/* "436 connections failed", "2 to 5 connections failed" */
static void failed_text(const struct report *report, char *buf, size_t size)
{
	const struct count_range failed = report->incident->failed;
	char count[64];

	if (failed.max == UINT64_MAX)
		(void)snprintf(count, sizeof(count),
		               "%" PRIu64 " connections or more", failed.min);
	else
		found_count_text(failed, count, sizeof(count));
	(void)snprintf(buf, size, "%s failed", count);
}

static void put_last_line(const struct page *page)
{
	static const struct {
		const char *words;
		enum verdict color;
	} rows[] = {
		[0] = { "NOTHING FAILED", VERDICT_OK },
		[1] = { "EXPLAINED", VERDICT_FAIL },
		[2] = { "NOT ALL IS KNOWN", VERDICT_UNKNOWN },
	};
	const struct report *report = page->report;
	const struct count_range failed = report->incident->failed;
	const size_t row = failed.max ? report->explained ? 1 : 2 : 0;
	char text[128];

	if (!page->style->quiet)
		(void)fputc('\n', page->out);
	page_color(page, rows[row].color);
	(void)fputs(rows[row].words, page->out);
	page_plain(page);
	failed_text(report, text, sizeof(text));
	if (failed.max)
		(void)fprintf(page->out, "   %s", text);
	(void)fprintf(page->out, "   in %.1f s\n",
	              (double)report->elapsed_ns / 1e9);
}

void page_incident(const struct page *page)
{
	const struct report *report = page->report;

	if (!page->style->quiet) {
		page_header(page);
		put_notes(page);
		for (size_t i = 0; i < report->n_causes; i++)
			put_cause(page, &report->causes[i]);
		page_observed(page);
	}
	put_last_line(page);
}
