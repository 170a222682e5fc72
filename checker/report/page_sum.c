// SPDX-License-Identifier: GPL-2.0-or-later
/* page_sum - a log's flows, added up again, beside the tool's own [SUM]. */
#include "checker/report/page.h"

#include <inttypes.h>
#include <string.h>

#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/logs/log_sum.h"

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void put_head(const struct page *page, const struct log_sum *sum)
{
	char line[256];
	char tests[96] = "";

	if (sum->n_tests > 1)
		(void)snprintf(tests, sizeof(tests),
		               ", %" PRIu64 " tests, %" PRIu64
		               " of them right; of test %" PRIu64,
		               sum->n_tests, sum->n_tests_right, sum->test);
	(void)snprintf(line, sizeof(line),
	               "%s%s: %" PRIu64 " flow%s, %" PRIu64
	               " with a total of their own",
	               sum->format, tests, sum->n_asked, plural(sum->n_asked),
	               sum->n_covered);
	human_wrap(page->out, line,
	           &(struct human_at){ 0, 3, page->style->width });
}

/* "15.3 GiB (16428040192 bytes)", or "(... to ... bytes)" */
static void amount(struct log_bytes bytes, char *buf, size_t size)
{
	char human[HUMAN_MAX];

	human_bytes(bytes.min + (bytes.max - bytes.min) / 2, human);
	if (bytes.min == bytes.max)
		(void)snprintf(buf, size, "%s (%" PRIu64 " bytes)", human,
		               bytes.min);
	else
		(void)snprintf(buf, size,
		               "%s (%" PRIu64 " to %" PRIu64 " bytes)", human,
		               bytes.min, bytes.max);
}

static enum verdict verdict_of(enum log_state state)
{
	switch (state) {
	case LOG_RIGHT:
		return VERDICT_OK;
	case LOG_UNPROVEN:
		return VERDICT_UNKNOWN;
	case LOG_MISSING:
	case LOG_WRONG:
	default:
		return VERDICT_FAIL;
	}
}

static void put_word(const struct page *page, enum verdict verdict)
{
	(void)fputs("   ", page->out);
	page_color(page, verdict);
	(void)fprintf(page->out, "%-4s",
	              verdict == VERDICT_FAIL ? "FAIL" : verdict_name(verdict));
	page_plain(page);
	(void)fputs("  ", page->out);
}

/* What the comparison means, in words. */
static const char *meaning(const struct log_total *total)
{
	if (!total->is_stated && total->state == LOG_UNPROVEN)
		return "[SUM] is not in what there is of the log";
	if (!total->is_stated)
		return total->state == LOG_MISSING ? "[SUM] is missing"
		                                   : "one flow needs no [SUM]";
	switch (total->state) {
	case LOG_RIGHT:
		return "[SUM] is right";
	case LOG_UNPROVEN:
		return "[SUM] counts flows that have no line here";
	case LOG_MISSING:
	case LOG_WRONG:
	default:
		return total->stated.max < total->sum.min
		               ? "[SUM] is wrong: too little"
		               : "[SUM] is wrong: too much";
	}
}

/* What is known to lose it; see "kiloflow list tools". */
static void put_why_missing(const struct page *page,
                            const struct log_total *total)
{
	const char *format = page->report->sum->format;

	if (!strcmp(format, "iperf 2 text") && total->n_flows >= 128)
		page_detail(
			page, "because     ",
			"iperf 2 before 2.1.0 writes none from 128 flows on");
	else if (!strcmp(format, "iperf 2 CSV"))
		page_detail(page, "because     ",
		            "iperf 2.1 writes none as CSV");
}

static void put_total(const struct page *page, const struct log_total *total,
                      enum log_side side)
{
	const enum verdict verdict = verdict_of(total->state);
	const size_t column = verdict == VERDICT_UNKNOWN ? 12 : 9;
	char line[256];
	char text[128];

	(void)snprintf(line, sizeof(line), "%s: %s", log_side_name(side),
	               meaning(total));
	put_word(page, verdict);
	page_wrap(page, line, column);
	amount(total->sum, text, sizeof(text));
	(void)snprintf(line, sizeof(line), "%s in %" PRIu64 " flow%s", text,
	               total->n_flows, plural(total->n_flows));
	page_detail(page, "recomputed  ", line);
	if (total->state == LOG_MISSING)
		put_why_missing(page, total);
	if (!total->is_stated)
		return;
	amount(total->stated, text, sizeof(text));
	page_detail(page, "[SUM] says  ", text);
}

static void put_intervals(const struct page *page,
                          const struct log_intervals *intervals)
{
	uint64_t all = 0;
	char line[320];
	char sum[128], stated[128];

	for (enum log_state i = 0; i <= LOG_WRONG; i++)
		all += intervals->n[i];
	if (!all)
		return;
	put_word(page,
	         intervals->n[LOG_RIGHT] + intervals->n[LOG_UNPROVEN] == all
	                 ? VERDICT_OK
	                 : VERDICT_NOTE);
	(void)snprintf(
		line, sizeof(line),
		"%" PRIu64 " of %" PRIu64 " intervals' sums are right, %" PRIu64
		" missing, %" PRIu64 " wrong, %" PRIu64 " cannot be told",
		intervals->n[LOG_RIGHT], all, intervals->n[LOG_MISSING],
		intervals->n[LOG_WRONG], intervals->n[LOG_UNPROVEN]);
	page_wrap(page, line, 9);
	if (!intervals->n[LOG_WRONG])
		return;
	amount(intervals->first.sum, sum, sizeof(sum));
	amount(intervals->first.stated, stated, sizeof(stated));
	(void)snprintf(line, sizeof(line), "%.2f s: %s, and not %s",
	               (double)intervals->start_us / 1e6, sum, stated);
	page_detail(page, "the first wrong one begins at ", line);
}

/* "915 with ECONNRESET, 8 with EPIPE" */
static void put_failed(const struct page *page, const struct log_sum *sum)
{
	char by[LOG_ERRORS_MAX * 48] = "";
	char line[sizeof(by) + 96], item[64];

	for (size_t i = 0; i < sum->failed.n_codes; i++) {
		(void)snprintf(item, sizeof(item), "%" PRIu64 " with %s",
		               sum->failed.codes[i].n_flows,
		               err_name(sum->failed.codes[i].code));
		text_join(by, sizeof(by), ", ", item);
	}
	if (sum->failed.n_other) {
		(void)snprintf(item, sizeof(item),
		               "%" PRIu64 " without an errno",
		               sum->failed.n_other);
		text_join(by, sizeof(by), ", ", item);
	}
	put_word(page, VERDICT_FAIL);
	if (sum->n_asked)
		(void)snprintf(line, sizeof(line),
		               "at least %" PRIu64 " of %" PRIu64
		               " flow%s failed: %s",
		               sum->failed.n_flows, sum->n_asked,
		               plural(sum->n_asked), by);
	else
		(void)snprintf(line, sizeof(line), "no flow began");
	page_wrap(page, line, 9);
}

static void put_error(const struct page *page, const struct log_error *error)
{
	char line[LOG_ERROR_TEXT + LOG_ERROR_FLOWS * 22];
	char head[32], item[32];
	char text[PAGE_TEXT_MAX];

	(void)snprintf(line, sizeof(line), "%s", page_safe(error->text, text));
	for (size_t i = 0; i < error->n_flows; i++) {
		(void)snprintf(item, sizeof(item), "%" PRIu64, error->flows[i]);
		text_join(line, sizeof(line), i ? ", " : "; flow ", item);
	}
	if (error->n_flows && error->n_flows < error->count)
		text_join(line, sizeof(line), ", ", "...");
	(void)snprintf(head, sizeof(head), "%" PRIu64 " x ", error->count);
	page_detail(page, head, line);
}

static void put_errors(const struct page *page, const struct log_sum *sum)
{
	char line[64];

	for (size_t i = 0; i < sum->n_errors; i++)
		put_error(page, &sum->errors[i]);
	if (!sum->n_errors_more)
		return;
	(void)snprintf(line, sizeof(line), "%" PRIu64 " x ",
	               sum->n_errors_more);
	page_detail(page, line, "other errors");
}

static void put_fewer(const struct page *page, const struct log_sum *sum)
{
	const bool is_summed = sum->n_summed && !sum->n_covered;
	const uint64_t n = is_summed ? sum->n_summed : sum->n_covered;
	char line[128];

	if (n >= sum->n_asked || (!n && sum->verdict == LOG_SUM_UNPROVEN))
		return;
	put_word(page, sum->is_cut ? VERDICT_UNKNOWN : VERDICT_FAIL);
	(void)snprintf(line, sizeof(line),
	               "%" PRIu64 " of %" PRIu64 " flow%s %s", sum->n_asked - n,
	               sum->n_asked, plural(sum->n_asked),
	               is_summed ? "are not in [SUM]" : "have no total");
	page_wrap(page, line, sum->is_cut ? 12 : 9);
}

static void put_flows(const struct page *page, const struct log_sum *sum)
{
	if (sum->failed.n_flows) {
		put_failed(page, sum);
		put_errors(page, sum);
	}
	put_fewer(page, sum);
}

static void put_gaps(const struct page *page, const struct log_sum *sum)
{
	char line[128];

	if (sum->is_cut) {
		put_word(page, VERDICT_NOTE);
		page_wrap(page, "its last line has no end: it may be cut short",
		          9);
	}
	if (sum->n_lines_cut) {
		put_word(page, VERDICT_NOTE);
		(void)snprintf(line, sizeof(line),
		               "%" PRIu64 " line%s too long to be looked at",
		               sum->n_lines_cut,
		               sum->n_lines_cut == 1 ? " is" : "s are");
		page_wrap(page, line, 9);
	}
}

static const char *verdict_words(enum log_verdict verdict)
{
	static const char *const words[] = {
		[LOG_SUM_RIGHT] = "RIGHT",
		[LOG_SUM_UNPROVEN] = "UNKNOWN",
		[LOG_SUM_FEWER] = "FEWER FLOWS THAN ASKED FOR",
		[LOG_SUM_MISSING] = "NO SUM",
		[LOG_SUM_WRONG] = "WRONG",
	};

	return words[verdict];
}

void page_sum(const struct page *page)
{
	const struct log_sum *sum = page->report->sum;
	const enum verdict color = sum->verdict == LOG_SUM_RIGHT ? VERDICT_OK
	                           : sum->verdict == LOG_SUM_UNPROVEN
	                                   ? VERDICT_UNKNOWN
	                                   : VERDICT_FAIL;

	if (!page->style->quiet) {
		put_head(page, sum);
		for (enum log_side i = 0; i < LOG_SIDES; i++) {
			if (sum->total[i].n_flows || sum->total[i].is_stated)
				put_total(page, &sum->total[i], i);
		}
		put_intervals(page, &sum->intervals);
		put_flows(page, sum);
		put_gaps(page, sum);
	}
	page_color(page, color);
	(void)fputs(verdict_words(sum->verdict), page->out);
	page_plain(page);
	(void)fputc('\n', page->out);
}
