// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_listeners - the table of every listener, those in trouble first.
 *
 * A namespace whose listeners could not be read says so in their place.
 */
#include "checker/report/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "rules/limited_by.h"
#include "rules/servers.h"

#define CELL_MAX 160

enum {
	COLUMN_LISTENER,
	COLUMN_QUEUE,
	COLUMN_LIMIT,
	COLUMN_DROPS,
	COLUMN_SYN,
	COLUMN_OWNER,
	COLUMN_LIMITED_BY,
	COLUMNS
};

struct table_row {
	char cell[COLUMNS][CELL_MAX];
};

static void put_fact(char *cell, struct fact_u64 fact)
{
	if (fact.state == FACT_KNOWN)
		(void)snprintf(cell, CELL_MAX, "%" PRIu64, fact.value);
	else
		(void)snprintf(cell, CELL_MAX, "?");
}

static void put_owner(char *cell, const struct owner *owner)
{
	char comm[sizeof(owner->comm) * 4 + 1];
	char text[sizeof(comm) + 16];

	(void)text_escape(comm, sizeof(comm), owner->comm,
	                  strnlen(owner->comm, sizeof(owner->comm)));
	(void)snprintf(text, sizeof(text), "%s[%d]", comm, (int)owner->pid);
	text_join(cell, CELL_MAX, ",", text);
}

/*
 * "nginx[812]+3": a prefork server has as many owners as workers. "?" stands
 * for processes that could not be looked at.
 */
static void put_owners(char *cell, const struct listener *listener,
                       bool verbose)
{
	const size_t n = listener->n_owners;
	const size_t shown = verbose || n == 0 ? n : 1;
	char more[32];

	for (size_t i = 0; i < shown; i++)
		put_owner(cell, &listener->owners[i]);
	if (shown < n) {
		(void)snprintf(more, sizeof(more), "+%zu", n - shown);
		text_join(cell, CELL_MAX, "", more);
	}
	if (listener->owners_state != OWNERS_KNOWN)
		text_join(cell, CELL_MAX, "", "?");
	else if (!n)
		text_join(cell, CELL_MAX, "", "-");
}

static void put_limited_by(char *cell, const struct netns_facts *ns,
                           const struct listener *listener)
{
	const struct server *server = server_of(listener);
	const char *name = limited_by_name(
		limited_by(listener, &ns->sysctl[SYSCTL_SOMAXCONN], server));

	if (server && server->directive)
		(void)snprintf(cell, CELL_MAX, "%s (%s: %s)", name ? name : "?",
		               server->name, server->directive);
	else
		(void)snprintf(cell, CELL_MAX, "%s", name ? name : "?");
}

static void fill_row(struct table_row *row, const struct netns_facts *ns,
                     const struct listener *listener, bool verbose)
{
	*row = (struct table_row){ 0 };
	listener_format(listener, row->cell[COLUMN_LISTENER], CELL_MAX);
	put_fact(row->cell[COLUMN_QUEUE], fact_known(listener->queue));
	put_fact(row->cell[COLUMN_LIMIT], fact_known(listener->limit));
	put_fact(row->cell[COLUMN_DROPS], listener->drops);
	put_fact(row->cell[COLUMN_SYN], listener->syn_queue);
	put_owners(row->cell[COLUMN_OWNER], listener, verbose);
	put_limited_by(row->cell[COLUMN_LIMITED_BY], ns, listener);
}

static uint64_t drops_of(const struct listener *listener)
{
	return listener->drops.state == FACT_KNOWN ? listener->drops.value : 0;
}

/* What is sorted, so that the facts stay in their order. */
struct entry {
	const struct listener *listener;
};

/* Full first, then by drops, then by what a reader looks for: the port. */
static int order(const void *a, const void *b)
{
	const struct listener *x = ((const struct entry *)a)->listener;
	const struct listener *y = ((const struct entry *)b)->listener;

	if (listener_is_full(x) != listener_is_full(y))
		return listener_is_full(x) ? -1 : 1;
	if (drops_of(x) != drops_of(y))
		return drops_of(x) > drops_of(y) ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(x->addr, y->addr, sizeof(x->addr));
}

static bool is_number(size_t column)
{
	return column >= COLUMN_QUEUE && column <= COLUMN_SYN;
}

static void put_row(const struct page *page, const struct table_row *row,
                    const unsigned int *width, bool full)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *cell = row->cell[i];
		const int pad = i == COLUMNS - 1
		                        ? 0
		                        : (int)(width[i] - human_columns(cell));

		(void)fputs(i ? "  " : "", page->out);
		if (is_number(i))
			(void)fprintf(page->out, "%*s", pad, "");
		if (full && i == COLUMN_QUEUE)
			page_color(page, VERDICT_FAIL);
		(void)fputs(cell, page->out);
		if (full && i == COLUMN_QUEUE)
			page_plain(page);
		if (!is_number(i))
			(void)fprintf(page->out, "%*s", pad, "");
	}
	(void)fputc('\n', page->out);
}

static void widen(unsigned int *width, const struct table_row *row)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const unsigned int wide = human_columns(row->cell[i]);

		if (wide > width[i])
			width[i] = wide;
	}
}

/* Two passes over the same cells: to measure them, and to print them. */
static void put_table(const struct page *page, const struct netns_facts *ns,
                      const struct entry *sorted)
{
	static const struct table_row head = { { "LISTENER", "QUEUE", "LIMIT",
		                                 "DROPS", "SYN", "OWNER",
		                                 "LIMITED BY" } };
	const bool verbose = page->style->verbose;
	unsigned int width[COLUMNS] = { 0 };
	struct table_row row;

	widen(width, &head);
	for (size_t i = 0; i < ns->n_listeners; i++) {
		fill_row(&row, ns, sorted[i].listener, verbose);
		widen(width, &row);
	}
	put_row(page, &head, width, false);
	for (size_t i = 0; i < ns->n_listeners; i++) {
		fill_row(&row, ns, sorted[i].listener, verbose);
		put_row(page, &row, width,
		        listener_is_full(sorted[i].listener));
	}
}

/* What a reader cannot see in the table. */
static void put_summary(const struct page *page, const struct netns_facts *ns)
{
	size_t full = 0;
	size_t hidden = 0;

	for (size_t i = 0; i < ns->n_listeners; i++) {
		full += listener_is_full(&ns->listeners[i]);
		hidden += ns->listeners[i].owners_state != OWNERS_KNOWN;
	}
	(void)fprintf(page->out, "%zu listener%s, %zu full\n", ns->n_listeners,
	              ns->n_listeners == 1 ? "" : "s", full);
	if (hidden)
		(void)fprintf(
			page->out,
			"?: %zu may have owners among the processes that could not be looked at; root sees more\n",
			hidden);
}

static int put_netns(const struct page *page, const struct netns_facts *ns,
                     struct err *err)
{
	struct entry *sorted;

	if (ns->listeners_read.state != FACT_KNOWN) {
		(void)fprintf(page->out,
		              "the listeners could not be read (%s)\n",
		              fact_state_name(ns->listeners_read.state));
		return 0;
	}
	if (!ns->n_listeners) {
		(void)fputs("no listeners\n", page->out);
		return 0;
	}
	sorted = calloc(ns->n_listeners, sizeof(*sorted));
	if (!sorted)
		return err_set(err, -ENOMEM,
		               "not enough memory to sort %zu listeners",
		               ns->n_listeners);
	for (size_t i = 0; i < ns->n_listeners; i++)
		sorted[i].listener = &ns->listeners[i];
	qsort(sorted, ns->n_listeners, sizeof(*sorted), order);
	put_table(page, ns, sorted);
	put_summary(page, ns);
	free(sorted);
	return 0;
}

int page_listeners(const struct page *page, struct err *err)
{
	const struct host *host = page->report->host;

	page_header(page);
	for (size_t i = 0; i < host->n_ns; i++) {
		int rc;

		(void)fputc('\n', page->out);
		rc = put_netns(page, &host->ns[i], err);
		if (rc)
			return rc;
	}
	return 0;
}
