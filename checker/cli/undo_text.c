// SPDX-License-Identifier: GPL-2.0-or-later
/* undo_text - see undo_text.h. */
#include "checker/cli/undo_text.h"

#include <string.h>
#include <time.h>

#include "checker/cli/show.h"
#include "checker/fix/journal.h"
#include "checker/report/human.h"
#include "checker/report/page.h"
#include "probes/base/err.h"
#include "probes/base/text.h"

#define TEXT_AT 13

/* When and for what it was made. */
struct about {
	char when[32];
	char what[4 * sizeof(((struct journal_entry *)0)->what)];
};

static struct about about(const struct journal_entry *entry)
{
	const time_t seconds = (time_t)(entry->made_at_ns / 1000000000);
	struct about about;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    !strftime(about.when, sizeof(about.when), "%Y-%m-%d %H:%M:%S UTC",
	              &tm))
		(void)snprintf(about.when, sizeof(about.when), "unknown");
	(void)text_escape(about.what, sizeof(about.what), entry->what,
	                  strlen(entry->what));
	return about;
}

void undo_text_none(FILE *out)
{
	(void)fputs("there is no fix to take back\n", out);
}

void undo_text_begin(const struct journal_entry *entry, FILE *out)
{
	const struct about it = about(entry);

	(void)fprintf(out, "fix %u of %s: %s%s\n", entry->id, it.when, it.what,
	              entry->complete ? "" : " (interrupted half-way)");
}

/* --- steps ------------------------------------------------------------- */

/* @name: what it is about, NULL: the text tells */
static void put_line(const char *word, const char *name, const char *text,
                     FILE *out)
{
	struct human_at at = { TEXT_AT, TEXT_AT, show_width() };

	(void)fprintf(out, "   %-*s", TEXT_AT - 3, word);
	if (name) {
		(void)fprintf(out, "%s: ", name);
		at.column += human_columns(name) + 2;
	}
	human_wrap(out, text, &at);
}

/* "4096 -> 128" */
static void restored_text(const struct undo_step *it, char *buf, size_t size)
{
	const char *now = it->now ? it->now : "";
	char from[256];
	char to[256];

	if (it->step->kind == FIX_FILE) {
		(void)snprintf(buf, size, "%s",
		               it->step->from ? "has its former content again"
		                              : "is removed");
		return;
	}
	(void)text_escape(from, sizeof(from), now, strlen(now));
	(void)text_escape(to, sizeof(to), it->step->from,
	                  strlen(it->step->from));
	(void)snprintf(buf, size, "%s -> %s", from[0] ? from : "(empty)",
	               to[0] ? to : "(empty)");
}

void undo_text_step(const struct undo_step *it, FILE *out)
{
	static const char *const words[] = {
		[FIX_UNDONE_RESTORED] = "restored",
		[FIX_UNDONE_ALREADY] = "already",
		[FIX_UNDONE_GONE] = "gone",
		[FIX_UNDONE_REFUSED] = "refused",
		[FIX_UNDONE_FAILED] = "failed",
	};
	const bool restored = it->undone == FIX_UNDONE_RESTORED;
	char why[PAGE_TEXT_MAX];
	char text[600];
	char name[512];

	(void)page_safe(it->why, why);
	fix_step_name(it->step, name, sizeof(name));
	if (restored)
		restored_text(it, text, sizeof(text));
	/* a failure names the step itself */
	put_line(words[it->undone],
	         it->undone == FIX_UNDONE_FAILED ? NULL : name,
	         restored ? text : why, out);
	if (restored && why[0])
		put_line("", NULL, why, out);
}

/* --- the end ----------------------------------------------------------- */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void put_interrupted(const struct undo_end *end, FILE *out)
{
	(void)fprintf(
		out,
		"interrupted: %zu step%s of fix %u left; `kiloflow undo` goes on\n",
		end->n_left, plural(end->n_left), end->id);
}

static void put_not_all(const struct undo_end *end, FILE *out)
{
	char counts[64] = "";
	char part[32];

	(void)snprintf(part, sizeof(part), "%zu refused", end->n_refused);
	if (end->n_refused)
		text_join(counts, sizeof(counts), ", ", part);
	(void)snprintf(part, sizeof(part), "%zu failed", end->n_failed);
	if (end->n_failed)
		text_join(counts, sizeof(counts), ", ", part);
	(void)fprintf(out, "fix %u is not all taken back: %s\n", end->id,
	              counts);
	if (end->n_refused)
		(void)fputs(
			"`kiloflow undo --force` restores what somebody changed, too\n",
			out);
}

void undo_text_end(const struct undo_end *end, FILE *out)
{
	if (end->signal) {
		put_interrupted(end, out);
	} else if (end->n_refused || end->n_failed) {
		put_not_all(end, out);
	} else {
		(void)fprintf(out, "fix %u is taken back", end->id);
		if (end->n_earlier)
			(void)fprintf(out, "; %zu earlier one%s can be, too",
			              end->n_earlier, plural(end->n_earlier));
		(void)fputc('\n', out);
	}
}

/* --- the list ---------------------------------------------------------- */

void undo_text_row(const struct journal_entry *entry, bool rebooted,
                   const struct err *why, FILE *out)
{
	const size_t n = entry->steps.n;
	const struct about it = about(entry);
	char notes[64] = "";

	if (why) {
		char safe[PAGE_TEXT_MAX];

		(void)fprintf(out, "%4u  cannot be read: %s\n", entry->id,
		              page_safe(why->what, safe));
		return;
	}
	if (!entry->complete)
		text_join(notes, sizeof(notes), ", ", "interrupted");
	if (rebooted)
		text_join(notes, sizeof(notes), ", ", "before the last boot");
	(void)fprintf(out, "%4u  %s  %3zu step%-1s  %s%s%s\n", entry->id,
	              it.when, n, plural(n), it.what, notes[0] ? "   " : "",
	              notes);
}
