// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_observed - what was seen while a command ran: how it ended, the
 * listeners that were in trouble, resets by reason, and what could not be
 * seen. It judges nothing: the causes do.
 */
#include "checker/report/page.h"

#include <inttypes.h>
#include <string.h>

#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/text.h"
#include "probes/observe/observed.h"
#include "rules/listener.h"

#define TEXT_AT 11
#define SHOWN_MAX 10

static void put_line(const struct page *page, const char *text)
{
	(void)fprintf(page->out, "%*s", TEXT_AT - 2, "");
	human_wrap(page->out, text,
	           &(struct human_at){ TEXT_AT - 2, TEXT_AT,
	                               page->style->width });
}

static void put_run(const struct page *page)
{
	const struct report_run *run = page->report->run;
	char name[PAGE_TEXT_MAX];

	if (!run)
		return;
	(void)fprintf(page->out, "\n  %s ended with status %d after %.1f s\n",
	              page_escape(run->name, name), run->status,
	              (double)run->elapsed_ns / 1e9);
}

static bool is_in_trouble(const struct seen_listener *seen)
{
	return seen->full ||
	       (seen->drops.state == FACT_KNOWN && seen->drops.value);
}

/* "0.0.0.0:5001 iperf[4242]: full in 12 of 40 looks, ..." */
static void put_listener(const struct page *page,
                         const struct seen_listener *seen)
{
	char name[160];
	char drops[48] = "";
	char line[512];

	listener_subject(&seen->first, name, sizeof(name));
	if (seen->drops.state == FACT_KNOWN)
		(void)snprintf(drops, sizeof(drops), ", %" PRIu64 " drops",
		               seen->drops.value);
	(void)snprintf(line, sizeof(line),
	               "%s: full in %" PRIu64 " of %" PRIu64
	               " looks, at most %" PRIu32 " waiting, limit %" PRIu32
	               "%s%s",
	               name, seen->full, seen->samples, seen->queue_peak,
	               seen->limit, drops, seen->gone_ns ? "; it is gone" : "");
	put_line(page, line);
}

static void put_listeners(const struct page *page)
{
	const struct observed *seen = page->report->observed;
	size_t shown = 0;
	size_t n = 0;

	for (size_t i = 0; i < seen->n_listeners; i++)
		n += is_in_trouble(&seen->listeners[i]);
	if (!n)
		return;
	(void)fprintf(page->out, "\n  accept queues\n");
	for (size_t i = 0; i < seen->n_listeners; i++) {
		if (!is_in_trouble(&seen->listeners[i]))
			continue;
		if (shown++ < SHOWN_MAX || page->style->verbose)
			put_listener(page, &seen->listeners[i]);
	}
	if (n > SHOWN_MAX && !page->style->verbose)
		(void)fprintf(page->out, "%*sand %zu more: --verbose\n",
		              TEXT_AT - 2, "", n - SHOWN_MAX);
}

/* Seen here, and of the same direction and reason? */
static bool is_alike(const struct seen_reset *reset,
                     const struct seen_reset *other)
{
	return other->match != SEEN_NOWHERE &&
	       other->received == reset->received &&
	       !strcmp(other->reason, reset->reason);
}

/* Those that are alike are told at the first. */
static bool is_told(const struct observed *seen, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (is_alike(&seen->resets[at], &seen->resets[i]))
			return true;
	}
	return false;
}

static void put_resets(const struct page *page)
{
	const struct observed *seen = page->report->observed;
	bool told = false;

	for (size_t i = 0; i < seen->n_resets; i++) {
		const struct seen_reset *reset = &seen->resets[i];
		char line[160];
		size_t n = 0;

		if (reset->match == SEEN_NOWHERE || is_told(seen, i))
			continue;
		for (size_t k = i; k < seen->n_resets; k++)
			n += is_alike(reset, &seen->resets[k]);
		if (!told)
			(void)fprintf(page->out, "\n  resets\n");
		told = true;
		(void)snprintf(line, sizeof(line), "%zu %s%s%s", n,
		               reset->received ? "received" : "sent",
		               reset->reason[0] ? ": " : "", reset->reason);
		put_line(page, line);
	}
}

static void put_part(const struct page *page, const char *what,
                     const struct seen_part *part)
{
	char line[320];
	char why[PAGE_TEXT_MAX];

	if (part->state != FACT_KNOWN)
		(void)snprintf(line, sizeof(line), "%s not seen: %s", what,
		               part->why[0] ? page_safe(part->why, why)
		                            : "nobody looked");
	else if (part->lost)
		(void)snprintf(line, sizeof(line),
		               "%s seen in part: %" PRIu64 " lost", what,
		               part->lost);
	else
		return;
	put_line(page, line);
}

static void put_watched(const struct page *page)
{
	const struct observed *seen = page->report->observed;
	char line[256];

	(void)fprintf(page->out, "\n  watched\n");
	(void)snprintf(line, sizeof(line),
	               "%.1f s: %zu listener%s every %.1f ms, %zu sockets that "
	               "ended",
	               (double)(seen->to_ns - seen->from_ns) / 1e9,
	               seen->n_listeners, seen->n_listeners == 1 ? "" : "s",
	               (double)seen->sample_ns / 1e6, seen->n_ends);
	put_line(page, line);
	put_part(page, "listeners were", &seen->sampled);
	put_part(page, "sockets that ended were", &seen->ended);
	put_part(page, "resets and listen() calls were", &seen->traced);
}

/* "iperf 2 text: 300 flows asked for, 64 failed with ECONNRESET" */
static void put_output(const struct page *page)
{
	const struct observed *seen = page->report->observed;
	char line[640];
	size_t n;

	if (!seen->log)
		return;
	(void)fprintf(page->out, "\n  its own output\n");
	n = (size_t)snprintf(line, sizeof(line), "%s: %" PRIu64 " flow%s",
	                     seen->log->format, seen->log->n_asked,
	                     seen->log->n_asked == 1 ? "" : "s");
	for (size_t i = 0; i < seen->n_errors && n < sizeof(line); i++) {
		const struct seen_error *error = &seen->errors[i];

		if (!error->count)
			continue;
		n += (size_t)snprintf(line + n, sizeof(line) - n,
		                      ", %" PRIu64 " failed%s%s", error->count,
		                      error->code[0] ? " with " : "",
		                      error->code);
	}
	if (n < sizeof(line) && seen->log->verdict != LOG_SUM_RIGHT)
		(void)snprintf(line + n, sizeof(line) - n, "; its [SUM]: %s",
		               log_verdict_name(seen->log->verdict));
	put_line(page, line);
}

void page_observed(const struct page *page)
{
	if (!page->report->observed)
		return;
	put_run(page);
	put_listeners(page);
	put_resets(page);
	put_output(page);
	put_watched(page);
}
