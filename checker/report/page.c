// SPDX-License-Identifier: GPL-2.0-or-later
/* page - see page.h. Colors stand on verdict words only. */
#include "checker/report/page.h"

#include <string.h>

#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/text.h"
#include "rules/rule.h"

/* Columns before what belongs to a finding's first line. */
#define INDENT 9

const char *page_escape(const char *text, char buf[static PAGE_TEXT_MAX])
{
	(void)text_escape(buf, PAGE_TEXT_MAX, text, strlen(text));
	return buf;
}

const char *page_safe(const char *text, char buf[static PAGE_TEXT_MAX])
{
	(void)text_safe(buf, PAGE_TEXT_MAX, text, strlen(text));
	return buf;
}

void page_color(const struct page *page, enum verdict verdict)
{
	static const char *const colors[] = {
		[VERDICT_OK] = "\033[32m",     [VERDICT_NOTE] = "\033[36m",
		[VERDICT_WARN] = "\033[33m",   [VERDICT_UNKNOWN] = "\033[35m",
		[VERDICT_FAIL] = "\033[1;31m",
	};

	if (page->style->color)
		(void)fputs(colors[verdict], page->out);
}

void page_plain(const struct page *page)
{
	if (page->style->color)
		(void)fputs("\033[0m", page->out);
}

static void goal_text(const struct goal *goal, char *buf, size_t size)
{
	char port[24] = "";
	const char *path = "loopback";

	if (goal->role == ROLE_CLIENT)
		path = "client";
	else if (goal->role == ROLE_SERVER)
		path = "server";
	if (goal->port)
		(void)snprintf(port, sizeof(port), ", port %u", goal->port);
	(void)snprintf(buf, size, "goal: %llu flow%s, burst %llu, %s%s",
	               (unsigned long long)goal->flows,
	               goal->flows == 1 ? "" : "s",
	               (unsigned long long)goal->burst, path, port);
}

/* Append a field, on a line of its own when it does not fit. */
static void header_field(const struct page *page, unsigned int *column,
                         const char *field)
{
	const unsigned int wide = human_columns(field);

	if (*column + 3 + wide > page->style->width) {
		(void)fprintf(page->out, "\n   %s", field);
		*column = 3 + wide;
		return;
	}
	(void)fprintf(page->out, "   %s", field);
	*column += 3 + wide;
}

void page_header(const struct page *page)
{
	const struct report *report = page->report;
	const struct host *host = report->host;
	unsigned int column = sizeof("kiloflow " KILOFLOW_VERSION) - 1;
	char field[PAGE_TEXT_MAX + 16];
	char text[PAGE_TEXT_MAX];

	(void)fputs("kiloflow " KILOFLOW_VERSION, page->out);
	header_field(page, &column, page_escape(host->name, text));
	(void)snprintf(field, sizeof(field), "Linux %s",
	               page_escape(host->kernel, text));
	header_field(page, &column, field);
	if (host->n_ns && host->ns[0].name[0]) {
		(void)snprintf(field, sizeof(field), "namespace %s",
		               page_escape(host->ns[0].name, text));
		header_field(page, &column, field);
	}
	if (report->goal) {
		goal_text(report->goal, field, sizeof(field));
		header_field(page, &column, field);
	}
	(void)fputc('\n', page->out);
}

void page_wrap(const struct page *page, const char *text, size_t column)
{
	human_wrap(page->out, text,
	           &(struct human_at){ (unsigned int)column, INDENT,
	                               page->style->width });
}

void page_detail(const struct page *page, const char *label, const char *text)
{
	(void)fprintf(page->out, "%*s%s", INDENT, "", label);
	page_wrap(page, text, INDENT + strlen(label));
}

/*
 * A command is not wrapped, so that it can be copied; what is said about it
 * is a shell comment, so that copying that too does no harm.
 */
void page_remedy(const struct page *page, const struct remedy *remedy)
{
	char text[PAGE_TEXT_MAX];

	if (remedy->kind == REMEDY_NONE)
		return;
	(void)fprintf(page->out, "%*sfix: ", INDENT, "");
	if (remedy->command[0])
		(void)fputs(page_safe(remedy->command, text), page->out);
	else
		(void)fprintf(page->out, "set %s to %s", remedy->key,
		              page_safe(remedy->to, text));
	if (remedy->live)
		(void)fputs("     # live, no restart", page->out);
	(void)fputc('\n', page->out);
	if (remedy->risk[0])
		page_detail(page, "risk: ", page_safe(remedy->risk, text));
}

/* A fail must stand out where there are no colors. */
static const char *verdict_word(enum verdict verdict)
{
	return verdict == VERDICT_FAIL ? "FAIL" : verdict_name(verdict);
}

void page_headline(const struct page *page, enum verdict verdict,
                   const char *text)
{
	const char *word = verdict_word(verdict);
	const size_t len = strlen(word) > 4 ? strlen(word) : 4;

	(void)fputs("   ", page->out);
	page_color(page, verdict);
	(void)fputs(word, page->out);
	page_plain(page);
	(void)fprintf(page->out, "%*s", (int)(len + 2 - strlen(word)), "");
	page_wrap(page, text, 3 + len + 2);
}

void page_finding(const struct page *page, const struct finding *finding,
                  const char *where)
{
	char text[PAGE_TEXT_MAX];

	page_headline(page, finding->verdict, page_safe(finding->what, text));
	if (where)
		page_detail(page, "", where);
	if (finding->why[0])
		page_detail(page, "", page_safe(finding->why, text));
	page_remedy(page, &finding->remedy);
	if (page->style->verbose)
		page_detail(page, "rule: ", finding->rule->id);
}
