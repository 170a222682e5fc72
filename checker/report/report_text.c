// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_text - the report for a person: findings by group, worst first,
 * the load test, and the verdict on the last line.
 *
 * What is fine is a count, unless --verbose: a reader looks for what is not.
 */
#include "checker/report/report.h"

#include <string.h>

#include "checker/report/human.h"
#include "checker/report/page.h"
#include "probes/base/text.h"
#include "rules/rule.h"

/* A host may have hundreds of listeners with the same small note. */
#define NOTES_SHOWN 5

static bool is_shown(const struct page *page, const struct finding *finding)
{
	return finding->rule->group != GROUP_LOAD &&
	       !page_is_elsewhere(page, finding) &&
	       (finding->verdict != VERDICT_OK || page->style->verbose);
}

/* Is findings[@at] a note of the same rule and place as the one before it? */
static bool is_further_note(const struct report *report, size_t at)
{
	const struct finding *finding = &report->findings[at];

	return at > 0 && at < report->n_findings &&
	       finding->verdict == VERDICT_NOTE &&
	       finding[-1].verdict == VERDICT_NOTE &&
	       finding[-1].rule == finding->rule &&
	       finding[-1].ns == finding->ns;
}

/* @before: notes of its rule that stand before it */
static void put_finding(const struct page *page, size_t at, size_t before)
{
	const struct finding *finding = &page->report->findings[at];

	if (before < NOTES_SHOWN || page->style->verbose)
		page_finding(page, finding, NULL);
	else if (!is_further_note(page->report, at + 1))
		(void)fprintf(page->out, "         and %zu more: %s\n",
		              before + 1 - NOTES_SHOWN,
		              finding->rule->scope == SCOPE_LISTENER
		                      ? "kiloflow listeners"
		                      : "kiloflow --verbose");
}

static void put_groups(const struct page *page)
{
	enum group group = GROUP_COUNT;
	size_t before = 0;

	for (size_t i = 0; i < page->report->n_findings; i++) {
		const struct finding *finding = &page->report->findings[i];

		before = is_further_note(page->report, i) ? before + 1 : 0;
		if (!is_shown(page, finding))
			continue;
		if (finding->rule->group != group) {
			group = finding->rule->group;
			(void)fprintf(page->out, "\n  %s\n", group_name(group));
		}
		put_finding(page, i, before);
	}
}

/* "  9 checks ok in: path, SYN queue, ports" */
void page_folded(const struct page *page, bool elsewhere)
{
	enum group last = GROUP_COUNT;
	char groups[256] = "";
	char line[320];
	size_t n = 0;

	for (size_t i = 0; i < page->report->n_findings; i++) {
		const struct finding *finding = &page->report->findings[i];

		if (finding->verdict != VERDICT_OK ||
		    page_is_elsewhere(page, finding) != elsewhere ||
		    (finding->rule->group == GROUP_LOAD && !elsewhere))
			continue;
		n++;
		if (finding->rule->group == last)
			continue;
		last = finding->rule->group;
		text_join(groups, sizeof(groups), ", ", group_name(last));
	}
	if (!n || page->style->verbose)
		return;
	(void)snprintf(line, sizeof(line), "%zu check%s ok in: %s", n,
	               n == 1 ? "" : "s", groups);
	(void)fputs("\n  ", page->out);
	human_wrap(page->out, line,
	           &(struct human_at){ 2, 2, page->style->width });
}

/* The words of a verdict, and the color they stand in. */
static void verdict_words(enum report_verdict verdict, const char **ret_words,
                          enum verdict *ret_color)
{
	static const struct {
		const char *words;
		enum verdict color;
	} rows[] = {
		[REPORT_READY] = { "READY", VERDICT_OK },
		[REPORT_READY_WITH_WARNINGS] = { "READY, WITH WARNINGS",
		                                 VERDICT_WARN },
		[REPORT_NOT_READY] = { "NOT READY", VERDICT_FAIL },
		[REPORT_UNKNOWN] = { "UNKNOWN", VERDICT_UNKNOWN },
	};

	*ret_words = rows[verdict].words;
	*ret_color = rows[verdict].color;
}

/* "2 failed, 1 note, 14 ok" */
static void counts_text(const struct report *report, char *buf, size_t size)
{
	static const struct {
		enum verdict verdict;
		const char *one, *many;
	} rows[] = {
		{ VERDICT_FAIL, "failed", "failed" },
		{ VERDICT_UNKNOWN, "unknown", "unknown" },
		{ VERDICT_WARN, "warning", "warnings" },
		{ VERDICT_NOTE, "note", "notes" },
		{ VERDICT_OK, "ok", "ok" },
	};
	size_t n[VERDICT_FAIL + 1] = { 0 };

	buf[0] = '\0';
	for (size_t i = 0; i < report->n_findings; i++)
		n[report->findings[i].verdict]++;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t count = n[rows[i].verdict];
		char part[48];

		if (!count)
			continue;
		(void)snprintf(part, sizeof(part), "%zu %s", count,
		               count == 1 ? rows[i].one : rows[i].many);
		text_join(buf, size, ", ", part);
	}
}

/*
 * The verdict stays on one line of its own: what does not fit beside it
 * goes above.
 */
static void put_verdict(const struct page *page)
{
	const struct report *report = page->report;
	const struct finding *reason = report_reason(report);
	enum verdict color;
	const char *words;
	char counts[128];
	char details[128] = "";
	char line[256];
	bool fits;

	verdict_words(report->verdict, &words, &color);
	counts_text(report, counts, sizeof(counts));
	(void)snprintf(line, sizeof(line), "%s%s   in %.1f s",
	               counts[0] ? "   " : "", counts,
	               (double)report->elapsed_ns / 1e9);
	if (reason && !page->style->quiet)
		(void)snprintf(details, sizeof(details),
		               "details: kiloflow explain %s",
		               reason->rule->id);
	fits = strlen(words) + strlen(line) + 3 + strlen(details) <=
	       page->style->width;

	if (!page->style->quiet)
		(void)fputc('\n', page->out);
	if (details[0] && !fits)
		(void)fprintf(page->out, "%s\n", details);
	page_color(page, color);
	(void)fputs(words, page->out);
	page_plain(page);
	(void)fprintf(page->out, "%s%s%s\n", line,
	              details[0] && fits ? "   " : "", fits ? details : "");
}

static int text_write(const struct report *report,
                      const struct report_style *style, FILE *out,
                      struct err *err)
{
	const struct page page = { report, style, out };
	int rc = 0;

	if (report->sum) {
		page_sum(&page);
		return 0;
	}
	if (report->incident) {
		page_incident(&page);
		return 0;
	}
	if (!report->judged)
		return page_listeners(&page, err);
	if (!style->quiet) {
		page_header(&page);
		put_groups(&page);
		page_folded(&page, false);
		page_capacity(&page);
		page_fix(&page);
		page_load(&page);
		page_peer(&page);
		rc = page_others(&page, err);
	}
	put_verdict(&page);
	return rc;
}

const struct report_format report_text = {
	.name = "text",
	.write = text_write,
};
