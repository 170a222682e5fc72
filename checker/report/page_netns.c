// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_netns - what was found in the other network namespaces.
 *
 * There may be hundreds, and mostly they are alike: what is said of several
 * in the same words is said once, with their names; what is said of the most
 * stands first.
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
#include "rules/rule.h"

#define NAMES_SHOWN 5

/* Of one rule and verdict, unless --verbose. */
#define FOLDS_SHOWN 5

const char *page_netns_name(const struct netns_facts *ns,
                            char buf[static PAGE_TEXT_MAX])
{
	if (ns->name[0])
		return page_escape(ns->name, buf);
	(void)snprintf(buf, PAGE_TEXT_MAX, "net:[%" PRIu64 "]", ns->inode);
	return buf;
}

void page_names_add(struct page_names *names, const struct page *page,
                    const struct netns_facts *ns)
{
	char name[PAGE_TEXT_MAX];

	if (names->n++ < NAMES_SHOWN || page->style->verbose)
		text_join(names->text, sizeof(names->text), ", ",
		          page_netns_name(ns, name));
	else
		names->more++;
}

void page_names_end(struct page_names *names)
{
	char more[32];

	if (!names->more)
		return;
	(void)snprintf(more, sizeof(more), "%zu more", names->more);
	text_join(names->text, sizeof(names->text), " and ", more);
}

bool page_is_elsewhere(const struct page *page, const struct finding *finding)
{
	return finding->ns && finding->ns != &page->report->host->ns[0];
}

/* Findings that differ in nothing but their namespace. */
struct fold {
	const struct finding **findings;
	size_t n;
};

static int compare_kind(const struct finding *a, const struct finding *b)
{
	if (a->rule->group != b->rule->group)
		return a->rule->group < b->rule->group ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict ? -1 : 1;
	return strcmp(a->rule->id, b->rule->id);
}

static int compare_words(const struct finding *a, const struct finding *b)
{
	int order = compare_kind(a, b);

	if (!order)
		order = strcmp(a->what, b->what);
	return order ? order : strcmp(a->why, b->why);
}

static int compare_findings(const void *left, const void *right)
{
	const struct finding *a = *(const struct finding *const *)left;
	const struct finding *b = *(const struct finding *const *)right;
	const int order = compare_words(a, b);

	return order ? order : (a->ns > b->ns) - (a->ns < b->ns);
}

static int compare_folds(const void *left, const void *right)
{
	const struct fold *a = left;
	const struct fold *b = right;
	const int order = compare_kind(*a->findings, *b->findings);

	if (order)
		return order;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return compare_findings(a->findings, b->findings);
}

static size_t collect(const struct page *page, const struct finding **ret)
{
	const struct report *report = page->report;
	size_t n = 0;

	for (size_t i = 0; i < report->n_findings; i++) {
		const struct finding *finding = &report->findings[i];

		if (page_is_elsewhere(page, finding) &&
		    (finding->verdict != VERDICT_OK || page->style->verbose))
			ret[n++] = finding;
	}
	if (n)
		qsort(ret, n, sizeof(*ret), compare_findings);
	return n;
}

static size_t fold(const struct finding **findings, size_t n, struct fold *ret)
{
	size_t n_folds = 0;

	for (size_t i = 0; i < n; i++) {
		if (i && !compare_words(findings[i - 1], findings[i]))
			ret[n_folds - 1].n++;
		else
			ret[n_folds++] = (struct fold){ &findings[i], 1 };
	}
	if (n_folds)
		qsort(ret, n_folds, sizeof(*ret), compare_folds);
	return n_folds;
}

/* "in 198: blue, green, a, b, c and 193 more" */
static void where_text(const struct page *page, const struct fold *folded,
                       char *buf, size_t size)
{
	const size_t others = page->report->host->n_ns - 1;
	struct page_names names = { 0 };
	const struct netns_facts *last = NULL;

	for (size_t i = 0; i < folded->n; i++) {
		if (folded->findings[i]->ns == last)
			continue;
		last = folded->findings[i]->ns;
		page_names_add(&names, page, last);
	}
	page_names_end(&names);
	if (names.n == 1)
		(void)snprintf(buf, size, "in %s", names.text);
	else if (names.n == others)
		(void)snprintf(buf, size, "in all %zu of them", others);
	else
		(void)snprintf(buf, size, "in %zu: %s", names.n, names.text);
	if (names.n > 1 && (*folded->findings)->remedy.command[0])
		text_join(buf, size, "; ", "the fix is for the first");
}

static void put_fold(const struct page *page, const struct fold *folded)
{
	char where[sizeof(((struct page_names *)0)->text) + 32];

	where_text(page, folded, where, sizeof(where));
	page_finding(page, *folded->findings, where);
}

/* What is left of the folds of the first one's kind. Return: their number */
static size_t put_rest(const struct page *page, const struct fold *folds,
                       size_t n)
{
	size_t findings = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (compare_kind(*folds[0].findings, *folds[i].findings))
			break;
		findings += folds[i].n;
	}
	(void)fprintf(page->out, "         and %zu more: %s\n", findings,
	              (*folds->findings)->rule->scope == SCOPE_LISTENER
	                      ? "kiloflow listeners --netns all"
	                      : "kiloflow --netns all --verbose");
	return i;
}

static void put_folds(const struct page *page, const struct fold *folds,
                      size_t n)
{
	enum group group = GROUP_COUNT;
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		const struct finding *finding = *folds[i].findings;

		if (i && !compare_kind(*folds[i - 1].findings, finding))
			shown++;
		else
			shown = 0;
		if (finding->rule->group != group) {
			group = finding->rule->group;
			(void)fprintf(page->out, "\n  %s\n", group_name(group));
		}
		if (shown < FOLDS_SHOWN || page->style->verbose)
			put_fold(page, &folds[i]);
		else
			i += put_rest(page, &folds[i], n - i) - 1;
	}
}

static void put_heading(const struct page *page)
{
	const struct host *host = page->report->host;
	struct page_names names = { 0 };
	char text[sizeof(names.text) + 64];

	for (size_t i = 1; i < host->n_ns; i++)
		page_names_add(&names, page, &host->ns[i]);
	page_names_end(&names);
	(void)snprintf(text, sizeof(text), "%zu other network namespace%s: %s",
	               names.n, names.n == 1 ? "" : "s", names.text);
	(void)fputc('\n', page->out);
	human_wrap_list(page->out, text,
	                &(struct human_at){ 0, 2, page->style->width });
}

int page_others(const struct page *page, struct err *err)
{
	const size_t room = page->report->n_findings + 1;
	const struct finding **findings;
	struct fold *folds;
	int rc = 0;

	if (page->report->host->n_ns < 2)
		return 0;
	findings = calloc(room, sizeof(*findings));
	folds = calloc(room, sizeof(*folds));
	if (findings && folds) {
		put_heading(page);
		put_folds(page, folds,
		          fold(findings, collect(page, findings), folds));
		page_folded(page, true);
	} else {
		rc = err_set(err, -ENOMEM, "not enough memory for the report");
	}
	free(findings);
	free(folds);
	return rc;
}
