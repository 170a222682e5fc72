// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_peer - the far end of a test between hosts: what it found about
 * itself, in the words that it sent.
 */
#include "checker/report/page.h"

#include "checker/report/human.h"
#include "checker/report/peer.h"
#include "checker/report/report.h"
#include "probes/base/text.h"
#include "probes/load/load_result.h"

#define HEADLINE_AT 14
#define LINE_MAX_BYTES 512

static void put_headline(const struct page *page, const struct load_peer *peer)
{
	const struct human_at at = { HEADLINE_AT, HEADLINE_AT,
		                     page->style->width };
	char text[PAGE_TEXT_MAX];
	char line[LINE_MAX_BYTES] = "";

	text_join(line, sizeof(line), "", page_escape(peer->address, text));
	if (peer->host[0])
		text_join(line, sizeof(line), "   ",
		          page_escape(peer->host, text));
	if (peer->kernel[0])
		text_join(line, sizeof(line), "   Linux ",
		          page_escape(peer->kernel, text));
	if (peer->verdict[0])
		text_join(line, sizeof(line), "   ",
		          page_escape(peer->verdict, text));
	(void)fputs("\n  far host    ", page->out);
	human_wrap(page->out, line, &at);
}

static void put_lost(const struct page *page, const struct load_result *load)
{
	char text[PAGE_TEXT_MAX];
	char line[LINE_MAX_BYTES];

	if (!load->peer->lost)
		return;
	(void)snprintf(
		line, sizeof(line),
		"lost on the way (%s): of %llu flows it is not known what it counted",
		page_escape(load->peer->why, text),
		(unsigned long long)load->bytes.flows_untold);
	page_headline(page, VERDICT_UNKNOWN, line);
}

static void put_finding(const struct page *page, const json_t *finding,
                        enum verdict verdict)
{
	const char *command =
		peer_text(json_object_get(finding, "remedy"), "command");
	char text[PAGE_TEXT_MAX];

	page_headline(page, verdict,
	              page_safe(peer_text(finding, "why"), text));
	if (command[0])
		page_detail(page, "fix there: ", page_safe(command, text));
}

/* Return: how many there are. */
static size_t put_findings(const struct page *page,
                           const struct load_peer *peer, unsigned int verdict,
                           bool shown)
{
	size_t n = 0;

	for (size_t i = 0; i < peer->n_findings; i++) {
		json_t *finding = json_loads(peer->findings[i], 0, NULL);

		if (peer_verdict(finding) == verdict) {
			n++;
			if (shown)
				put_finding(page, finding,
				            (enum verdict)verdict);
		}
		json_decref(finding);
	}
	return n;
}

static void put_folded(const struct page *page, size_t n, const char *one,
                       const char *many)
{
	if (n)
		(void)fprintf(page->out, "   %zu %s\n", n, n == 1 ? one : many);
}

void page_peer(const struct page *page)
{
	const struct load_result *load = host_load(page->report->host);
	const bool all = page->style->verbose;
	const struct load_peer *peer = load ? load->peer : NULL;
	size_t n_ok;
	size_t n_notes;

	if (!peer)
		return;
	put_headline(page, peer);
	put_lost(page, load);
	(void)put_findings(page, peer, VERDICT_FAIL, true);
	(void)put_findings(page, peer, VERDICT_UNKNOWN, true);
	(void)put_findings(page, peer, VERDICT_WARN, true);
	n_notes = put_findings(page, peer, VERDICT_NOTE, all);
	n_ok = put_findings(page, peer, VERDICT_OK, all);
	if (all)
		return;
	put_folded(page, n_notes, "note", "notes");
	put_folded(page, n_ok, "check ok", "checks ok");
}
