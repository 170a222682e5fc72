// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_fix - the steps of a fix as a diff: what was, what is or would be, and
 * for which findings.
 */
#include "checker/report/page.h"

#include <string.h>

#include "checker/fix/step.h"
#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/text.h"

#define TEXT_AT 14
#define STEP_AT 9

/* The line that begins at @*rest, without its end; false: there is none. */
static bool next_line(const char **rest, const char **ret, size_t *ret_len)
{
	if (!*rest || !**rest)
		return false;
	*ret = *rest;
	*ret_len = strcspn(*rest, "\n");
	*rest += *ret_len + ((*rest)[*ret_len] == '\n');
	return true;
}

static bool has_line(const char *text, const char *line, size_t len)
{
	const char *other;
	size_t other_len;

	while (next_line(&text, &other, &other_len)) {
		if (other_len == len && !memcmp(other, line, len))
			return true;
	}
	return false;
}

/* Lines of @text that are not in @other; comments are of no interest. */
static void put_lines(const struct page *page, const char *sign,
                      const char *text, const char *other)
{
	const char *line;
	size_t len;

	while (next_line(&text, &line, &len)) {
		char shown[PAGE_TEXT_MAX];

		if (!len || line[0] == '#' || has_line(other, line, len))
			continue;
		(void)text_escape(shown, sizeof(shown), line, len);
		page_detail(page, sign, shown);
	}
}

/* "net.core.somaxconn: 128 -> 4096" */
static void change_text(const struct fix_step *step, char *buf, size_t size)
{
	char name[512];
	char from[128];
	char to[128];

	fix_step_name(step, name, sizeof(name));
	if (step->kind == FIX_FILE) {
		(void)snprintf(buf, size, "%s%s", name,
		               !step->from ? ", a new file"
		               : !step->to ? ", to be removed"
		                           : "");
		return;
	}
	(void)text_escape(from, sizeof(from), step->from, strlen(step->from));
	(void)text_escape(to, sizeof(to), step->to, strlen(step->to));
	(void)snprintf(buf, size, "%s: %s -> %s", name,
	               from[0] ? from : "(empty)", to[0] ? to : "(empty)");
}

static const char *reach_of(const struct fix_step *step)
{
	if (step->kind == FIX_FILE)
		return "at the next boot";
	return step->live ? "live, no restart" : "for what is made from now on";
}

/* "reaches: live, no restart; for backlog.listener" */
static void put_reach(const struct page *page, const struct fix_step *step)
{
	char text[PAGE_TEXT_MAX];
	char ids[256] = "";

	for (size_t i = 0; i < step->n_answers; i++)
		text_join(ids, sizeof(ids), ", ", step->answers[i]);
	(void)snprintf(text, sizeof(text), "%s%s%s", reach_of(step),
	               ids[0] ? "; for " : "", ids);
	page_detail(page, "", text);
}

static void put_step(const struct page *page, const struct fix_step *step,
                     const char *word)
{
	char text[PAGE_TEXT_MAX];
	char safe[PAGE_TEXT_MAX];

	(void)fprintf(page->out, "   %s  ", step->skipped[0] ? "skip" : word);
	change_text(step, text, sizeof(text));
	page_wrap(page, text, STEP_AT);
	if (step->skipped[0]) {
		page_detail(page, "", page_safe(step->skipped, safe));
		return;
	}
	if (step->kind == FIX_FILE) {
		put_lines(page, "- ", step->from, step->to);
		put_lines(page, "+ ", step->to, step->from);
	}
	put_reach(page, step);
	if (step->risk[0])
		page_detail(page, "risk: ", page_safe(step->risk, safe));
	if (step->lasts[0])
		page_detail(page, "", page_safe(step->lasts, safe));
}

/* What is to be said of all of them. */
static void headline(const struct report_fix *fix, char *buf, size_t size)
{
	const size_t made = fix_steps_made(fix->steps);

	if (!made)
		(void)snprintf(buf, size, "%s",
		               fix->steps->n ? "none of it can be made here"
		                             : "there is nothing to repair");
	else if (fix->state == REPORT_FIX_PLANNED)
		(void)snprintf(
			buf, size, "%zu step%s planned%s", made,
			made == 1 ? "" : "s",
			fix->assumed
				? "; all else is the host as it would be then"
				: "; nothing is changed yet");
	else if (fix->state == REPORT_FIX_STOPPED)
		(void)snprintf(
			buf, size,
			"interrupted; what had been changed was put back");
	else if (fix->state == REPORT_FIX_IN_FORCE)
		(void)snprintf(
			buf, size,
			"fix %u is in force; `kiloflow undo` takes it back",
			fix->undo_id);
	else
		(void)snprintf(buf, size, "fix %u is taken back", fix->undo_id);
}

void page_fix(const struct page *page)
{
	static const char *const words[] = {
		[REPORT_FIX_PLANNED] = "plan",
		[REPORT_FIX_STOPPED] = "plan",
		[REPORT_FIX_IN_FORCE] = "done",
		[REPORT_FIX_TAKEN_BACK] = "back",
	};
	const struct report_fix *fix = page->report->fix;
	char text[128];

	if (!fix)
		return;
	headline(fix, text, sizeof(text));
	(void)fputs("\n  fix         ", page->out);
	human_wrap(page->out, text,
	           &(struct human_at){ TEXT_AT, TEXT_AT, page->style->width });
	for (size_t i = 0; i < fix->steps->n; i++)
		put_step(page, &fix->steps->list[i], words[fix->state]);
}
