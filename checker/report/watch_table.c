// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch_table - listeners, those in trouble first, and the latest events,
 * drawn over the frame before. What does not fit is left out, and counted.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checker/report/human.h"
#include "checker/report/watch.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "rules/listener.h"

#define BAR_COLUMNS 6
#define NAME_COLUMNS 20
#define LINE_MAX_BYTES 1024

/* To the line's end, and to the screen's. */
#define CLEAR_LINE "\033[K\r\n"
#define CLEAR_REST "\033[J"
#define HOME "\033[H"
#define RED "\033[1;31m"
#define PLAIN "\033[0m"

struct row {
	const struct seen_listener *seen;
	uint64_t new_drops;
};

struct drawing {
	const struct watch_screen *screen;
	FILE *out;
	unsigned int line; /* lines drawn */
};

static bool is_full(const struct seen_listener *seen)
{
	return !seen->gone_ns && seen->queue_last > seen->limit;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* Full ones, those that drop, those that did, those that have most waiting;
 * the rest stays as it was. */
static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left;
	const struct row *b = right;
	int order = compare(is_full(a->seen), is_full(b->seen));

	if (!order)
		order = compare(a->new_drops, b->new_drops);
	if (!order)
		order = compare(a->seen->drops.value, b->seen->drops.value);
	if (!order)
		order = compare(a->seen->queue_last, b->seen->queue_last);
	if (!order)
		order = compare(a->seen->queue_peak, b->seen->queue_peak);
	return order ? order : (a->seen > b->seen) - (a->seen < b->seen);
}

/* @text is safe to show. The last column stays empty: some terminals wrap. */
static void put(struct drawing *drawing, const char *text, bool alarm)
{
	const struct watch_screen *screen = drawing->screen;
	char line[LINE_MAX_BYTES];

	if (drawing->line + 1 >= screen->lines)
		return;
	(void)snprintf(line, sizeof(line), "%s", text);
	human_cut(line, screen->columns - 1);
	(void)fprintf(drawing->out, "%s%s%s" CLEAR_LINE,
	              alarm && screen->color ? RED : "", line,
	              alarm && screen->color ? PLAIN : "");
	drawing->line++;
}

static void bar_text(const struct seen_listener *seen,
                     char buf[static BAR_COLUMNS + 1])
{
	const uint64_t most = (uint64_t)seen->limit + 1;
	uint64_t filled =
		(seen->queue_last * (uint64_t)BAR_COLUMNS + most - 1) / most;

	if (filled > BAR_COLUMNS)
		filled = BAR_COLUMNS;
	memset(buf, '.', BAR_COLUMNS);
	memset(buf, '#', filled);
	buf[BAR_COLUMNS] = '\0';
}

static void fact_text(struct fact_u64 fact, char *buf, size_t size)
{
	if (fact.state == FACT_KNOWN)
		(void)snprintf(buf, size, "%" PRIu64, fact.value);
	else
		(void)snprintf(buf, size, "?");
}

static void owner_text(const struct listener *listener, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s",
	               listener->owners_state == OWNERS_KNOWN ? "" : "?");
	if (listener->n_owners)
		process_name(listener->owners[0].comm, listener->owners[0].pid,
		             buf, size);
}

static void put_row(struct drawing *drawing, const struct row *row,
                    uint64_t took_ns)
{
	const struct seen_listener *seen = row->seen;
	const double rate =
		took_ns ? (double)row->new_drops * 1e9 / (double)took_ns : 0;
	char line[LINE_MAX_BYTES];
	char bar[BAR_COLUMNS + 1];
	char name[80];
	char drops[24];
	char syn[24];
	char owner[96];

	listener_format(&seen->first, name, sizeof(name));
	human_cut(name, NAME_COLUMNS);
	bar_text(seen, bar);
	fact_text(seen->drops, drops, sizeof(drops));
	fact_text(seen->syn_queue, syn, sizeof(syn));
	owner_text(&seen->first, owner, sizeof(owner));
	(void)snprintf(line, sizeof(line),
	               "%-*s %s %5u %5u %5u %5s %5.0f %3s  %s", NAME_COLUMNS,
	               name, bar, seen->queue_last, seen->limit,
	               seen->queue_peak, drops, rate, syn, owner);
	put(drawing, line, is_full(seen) || row->new_drops);
}

static void put_header(struct drawing *drawing, const struct watch_frame *frame)
{
	const struct observed *seen = frame->seen;
	char line[LINE_MAX_BYTES];
	char host[280];
	char why[512];

	(void)text_escape(host, sizeof(host), frame->host->name,
	                  strlen(frame->host->name));
	(void)snprintf(line, sizeof(line),
	               "kiloflow watch   %s   %zu listener%s every %.0f ms   "
	               "%.0f s   Ctrl-C ends",
	               host, seen->n_listeners,
	               seen->n_listeners == 1 ? "" : "s",
	               (double)seen->sample_ns / 1e6,
	               (double)(seen->to_ns - seen->from_ns) / 1e9);
	put(drawing, line, false);
	if (seen->sampled.state != FACT_KNOWN) {
		(void)text_safe(why, sizeof(why), seen->sampled.why,
		                strlen(seen->sampled.why));
		(void)snprintf(line, sizeof(line), "no listeners: %s", why);
		put(drawing, line, true);
	}
	if (seen->traced.state != FACT_KNOWN) {
		(void)text_safe(why, sizeof(why), seen->traced.why,
		                strlen(seen->traced.why));
		(void)snprintf(line, sizeof(line),
		               "no resets and listen() calls: %s", why);
		put(drawing, line, false);
	}
	put(drawing, "", false);
	put(drawing,
	    "LISTENER             QUEUE  WAITS LIMIT  PEAK DROPS    /S SYN  OWNER",
	    false);
}

/* Half of the screen is for events, when there are as many. */
static unsigned int log_lines(const struct watch_log *log,
                              const struct watch_screen *screen)
{
	const unsigned int most = screen->lines / 2;

	if (!log->n || most < 3)
		return 0;
	return log->n + 1 < most ? (unsigned int)log->n + 1 : most;
}

static void put_log(struct drawing *drawing, const struct watch_log *log,
                    unsigned int lines)
{
	if (!lines)
		return;
	put(drawing, "", false);
	for (size_t left = lines - 1; left; left--) {
		char line[LINE_MAX_BYTES];
		const char *text = log->line[(log->n - left) % WATCH_LOG_LINES];

		(void)text_safe(line, sizeof(line), text, strlen(text));
		put(drawing, line, false);
	}
}

static void put_rows(struct drawing *drawing, const struct watch_frame *frame,
                     const struct row *rows, unsigned int below)
{
	const unsigned int lines = drawing->screen->lines;
	const size_t n = frame->seen->n_listeners;
	char line[64];

	for (size_t i = 0; i < n; i++) {
		if (drawing->line + below + 2 >= lines && i + 1 < n) {
			(void)snprintf(line, sizeof(line), "and %zu more",
			               n - i);
			put(drawing, line, false);
			return;
		}
		put_row(drawing, &rows[i], frame->took_ns);
	}
}

int watch_table(const struct watch_frame *frame, const struct watch_log *log,
                const struct watch_screen *screen, FILE *out)
{
	const size_t n = frame->seen->n_listeners;
	const unsigned int below = log_lines(log, screen);
	struct drawing drawing = { .screen = screen, .out = out };
	struct row *rows = calloc(n ? n : 1, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct row){ &frame->seen->listeners[i],
			                watch_new_drops(frame, i) };
	qsort(rows, n, sizeof(*rows), compare_rows);
	(void)fputs(HOME, out);
	put_header(&drawing, frame);
	put_rows(&drawing, frame, rows, below);
	put_log(&drawing, log, below);
	(void)fputs(CLEAR_REST, out);
	free(rows);
	return 0;
}
