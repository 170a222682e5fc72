// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_listeners - the table of every listener, those in trouble first.
 *
 * There is one for all namespaces: what is in trouble in any is looked for.
 * Those whose listeners could not be read are named below it.
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
	COLUMN_NETNS, /* only when there are several */
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

	if (server && !server->directive[0])
		(void)snprintf(cell, CELL_MAX, "%s (%s)", name ? name : "?",
		               server->name);
	else if (server)
		(void)snprintf(cell, CELL_MAX, "%s (%s: %s)", name ? name : "?",
		               server->name, server->directive);
	else
		(void)snprintf(cell, CELL_MAX, "%s", name ? name : "?");
}

/* What is sorted, so that the facts stay in their order. */
struct entry {
	const struct netns_facts *ns;
	const struct listener *listener;
};

static void put_netns(char *cell, const struct page *page,
                      const struct netns_facts *ns)
{
	char name[PAGE_TEXT_MAX];

	if (ns == &page->report->host->ns[0] && !ns->name[0])
		(void)snprintf(cell, CELL_MAX, "(this one)");
	else
		(void)snprintf(cell, CELL_MAX, "%s", page_netns_name(ns, name));
}

static void fill_row(struct table_row *row, const struct page *page,
                     const struct entry *entry)
{
	const struct listener *listener = entry->listener;

	*row = (struct table_row){ 0 };
	put_netns(row->cell[COLUMN_NETNS], page, entry->ns);
	listener_format(listener, row->cell[COLUMN_LISTENER], CELL_MAX);
	put_fact(row->cell[COLUMN_QUEUE], fact_known(listener->queue));
	put_fact(row->cell[COLUMN_LIMIT], fact_known(listener->limit));
	put_fact(row->cell[COLUMN_DROPS], listener->drops);
	put_fact(row->cell[COLUMN_SYN], listener->syn_queue);
	put_owners(row->cell[COLUMN_OWNER], listener, page->style->verbose);
	put_limited_by(row->cell[COLUMN_LIMITED_BY], entry->ns, listener);
}

static uint64_t drops_of(const struct listener *listener)
{
	return listener->drops.state == FACT_KNOWN ? listener->drops.value : 0;
}

/*
 * Full first, then by drops, then by what a reader looks for: the namespace
 * and the port.
 */
static int order(const void *a, const void *b)
{
	const struct netns_facts *m = ((const struct entry *)a)->ns;
	const struct netns_facts *n = ((const struct entry *)b)->ns;
	const struct listener *x = ((const struct entry *)a)->listener;
	const struct listener *y = ((const struct entry *)b)->listener;

	if (listener_is_full(x) != listener_is_full(y))
		return listener_is_full(x) ? -1 : 1;
	if (drops_of(x) != drops_of(y))
		return drops_of(x) > drops_of(y) ? -1 : 1;
	if (m != n)
		return m < n ? -1 : 1;
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

static size_t first_column(const struct page *page)
{
	return page->report->host->n_ns > 1 ? COLUMN_NETNS : COLUMN_LISTENER;
}

static void put_row(const struct page *page, const struct table_row *row,
                    const unsigned int *width, bool full)
{
	const size_t first = first_column(page);

	for (size_t i = first; i < COLUMNS; i++) {
		const char *cell = row->cell[i];
		const int pad = i == COLUMNS - 1
		                        ? 0
		                        : (int)(width[i] - human_columns(cell));

		(void)fputs(i > first ? "  " : "", page->out);
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

/*
 * Narrow the columns of words, the last one first, until a row fits into the
 * line; what cannot be narrowed stands out of it.
 *
 * Return: whether any had to be.
 */
static bool fit(const struct page *page, unsigned int *width)
{
	static const struct {
		size_t column;
		unsigned int least;
	} words[] = {
		{ COLUMN_LIMITED_BY, 17 }, /* "application-or..." */
		{ COLUMN_OWNER, 12 },
		{ COLUMN_LIMITED_BY, 10 }, /* its head */
	};
	const size_t first = first_column(page);
	unsigned int wide = 2 * (unsigned int)(COLUMNS - 1 - first);
	bool cut = false;

	for (size_t i = first; i < COLUMNS; i++)
		wide += width[i];
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		unsigned int *own = &width[words[i].column];
		const unsigned int old = *own;

		if (wide <= page->style->width || old <= words[i].least)
			continue;
		*own -= wide - page->style->width;
		if (wide - page->style->width > old - words[i].least)
			*own = words[i].least;
		wide -= old - *own;
		cut = true;
	}
	return cut;
}

/* Two passes over the same cells: to measure them, and to print them. */
static void put_table(const struct page *page, const struct entry *sorted,
                      size_t n)
{
	static const struct table_row head = {
		{ "NAMESPACE", "LISTENER", "QUEUE", "LIMIT", "DROPS", "SYN",
		  "OWNER", "LIMITED BY" }
	};
	unsigned int width[COLUMNS] = { 0 };
	struct table_row row;
	bool cut = false;

	widen(width, &head);
	for (size_t i = 0; i < n; i++) {
		fill_row(&row, page, &sorted[i]);
		widen(width, &row);
	}
	if (!page->style->verbose)
		cut = fit(page, width);
	put_row(page, &head, width, false);
	for (size_t i = 0; i < n; i++) {
		fill_row(&row, page, &sorted[i]);
		human_cut(row.cell[COLUMN_OWNER], width[COLUMN_OWNER]);
		human_cut(row.cell[COLUMN_LIMITED_BY],
		          width[COLUMN_LIMITED_BY]);
		put_row(page, &row, width,
		        listener_is_full(sorted[i].listener));
	}
	if (cut)
		(void)fputs("...: --verbose shows all of it\n", page->out);
}

static void put_note(const struct page *page, const char *text)
{
	const struct human_at at = { .indent = 3, .width = page->style->width };

	human_wrap(page->out, text, &at);
}

/* What a reader cannot see in the table. */
static void put_summary(const struct page *page, const struct entry *entries,
                        size_t n)
{
	const struct host *host = page->report->host;
	char where[48] = "";
	char text[128];
	size_t n_ns = 0;
	size_t full = 0;
	size_t hidden = 0;

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = entries[i].listener;

		full += listener_is_full(listener);
		hidden += listener->owners_state != OWNERS_KNOWN;
	}
	for (size_t i = 0; i < host->n_ns; i++)
		n_ns += !netns_is_missed(&host->ns[i]);
	if (host->n_ns > 1)
		(void)snprintf(where, sizeof(where), " in %zu namespace%s",
		               n_ns, n_ns == 1 ? "" : "s");
	(void)fprintf(page->out, "%zu listener%s%s, %zu full\n", n,
	              n == 1 ? "" : "s", where, full);
	if (!hidden)
		return;
	(void)snprintf(
		text, sizeof(text),
		"?: %zu may have owners among the processes that could not be looked at; root may see more",
		hidden);
	put_note(page, text);
}

static size_t count(const struct host *host)
{
	size_t n = 0;

	for (size_t i = 0; i < host->n_ns; i++)
		n += host->ns[i].n_listeners;
	return n;
}

static int put_listeners(const struct page *page, struct err *err)
{
	const struct host *host = page->report->host;
	const size_t n = count(host);
	struct entry *sorted = calloc(n + 1, sizeof(*sorted));
	struct entry *entry = sorted;

	if (!sorted)
		return err_set(err, -ENOMEM,
		               "not enough memory to sort %zu listeners", n);
	for (size_t i = 0; i < host->n_ns; i++) {
		const struct netns_facts *ns = &host->ns[i];

		for (size_t at = 0; at < ns->n_listeners; at++)
			*entry++ = (struct entry){ ns, &ns->listeners[at] };
	}
	qsort(sorted, n, sizeof(*sorted), order);
	put_table(page, sorted, n);
	put_summary(page, sorted, n);
	free(sorted);
	return 0;
}

/* The namespaces of which @is_meant holds. */
static void names_of(const struct page *page, enum fact_state state,
                     bool (*is_meant)(const struct netns_facts *ns,
                                      enum fact_state state),
                     struct page_names *ret)
{
	const struct host *host = page->report->host;

	*ret = (struct page_names){ 0 };
	for (size_t i = 0; i < host->n_ns; i++) {
		if (is_meant(&host->ns[i], state))
			page_names_add(ret, page, &host->ns[i]);
	}
	page_names_end(ret);
}

static bool is_unread(const struct netns_facts *ns, enum fact_state state)
{
	return !netns_is_missed(ns) && ns->listeners_read.state == state &&
	       state != FACT_KNOWN;
}

static bool is_missed(const struct netns_facts *ns, enum fact_state state)
{
	return netns_is_missed(ns) && ns->entered.state == state;
}

/* One state at a time, so that hundreds of namespaces are few lines. */
static void put_unread(const struct page *page, enum fact_state state)
{
	const bool several = page->report->host->n_ns > 1;
	struct page_names names;

	names_of(page, state, is_unread, &names);
	if (names.n)
		(void)fprintf(page->out,
		              "the listeners could not be read (%s)%s%s\n",
		              fact_state_name(state), several ? " in " : "",
		              several ? names.text : "");
	names_of(page, state, is_missed, &names);
	if (names.n && state == FACT_ABSENT)
		(void)fprintf(page->out, "%zu vanished meanwhile: %s\n",
		              names.n, names.text);
	else if (names.n)
		(void)fprintf(page->out, "%zu could not be entered (%s): %s\n",
		              names.n, fact_state_name(state), names.text);
}

static void put_hidden(const struct page *page)
{
	const struct fact_u64 hidden = page->report->host->netns_hidden;

	if (hidden.state == FACT_DENIED || hidden.value)
		put_note(
			page,
			"there may be more namespaces: not every process could be looked at; root may see more");
}

static bool is_all_unread(const struct host *host)
{
	for (size_t i = 0; i < host->n_ns; i++) {
		if (host->ns[i].listeners_read.state == FACT_KNOWN)
			return false;
	}
	return true;
}

int page_listeners(const struct page *page, struct err *err)
{
	const struct host *host = page->report->host;
	int rc = 0;

	page_header(page);
	(void)fputc('\n', page->out);
	if (count(host))
		rc = put_listeners(page, err);
	else if (!is_all_unread(host))
		(void)fputs("no listeners\n", page->out);
	for (enum fact_state state = 0; !rc && state <= FACT_BROKEN; state++)
		put_unread(page, state);
	put_hidden(page);
	return rc;
}
