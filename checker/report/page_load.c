// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_load - the load test's block of the text report.
 *
 * Sizes are rounded for reading; but the sums of bytes are exact, because
 * that they are is what the test claims. What was not measured has no line.
 */
#include "checker/report/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

#include "checker/report/human.h"
#include "checker/report/report.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/load/load_result.h"
#include "rules/rule.h"

#define HEADLINE_AT 14
#define LABEL_AT 9
#define VALUE_AT 23
#define VALUE_MAX 512

/* One row a line: a text, or "" when there is nothing to say. */
struct row {
	const char *label;
	bool verbose; /* only when asked for more */
	void (*text)(const struct load_result *load, char *buf, size_t size);
};

__attribute__((format(printf, 3, 4))) static void append(char *buf, size_t size,
                                                         const char *fmt, ...)
{
	char part[160];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(part, sizeof(part), fmt, args);
	va_end(args);
	text_join(buf, size, ", ", part);
}

static void outcomes_text(const struct load_result *load, char *buf,
                          size_t size)
{
	for (enum load_outcome i = 0; i < LOAD_OUTCOMES; i++) {
		if (load->flows[i])
			append(buf, size, "%" PRIu64 " %s", load->flows[i],
			       load_outcome_name(i));
	}
}

static void queue_text(const struct load_result *load, char *buf, size_t size)
{
	if (load->queue_limit.state == FACT_KNOWN)
		append(buf, size, "limit %" PRIu64, load->queue_limit.value);
	if (load->queue_peak.state == FACT_KNOWN)
		append(buf, size, "peak %" PRIu64, load->queue_peak.value);
	if (load->queue_drops.state == FACT_KNOWN)
		append(buf, size, "%" PRIu64 " drops", load->queue_drops.value);
	if (load->mode.emulates)
		append(buf, size, "as the listener on port %u",
		       load->mode.emulates);
}

/* What it met; "nothing" as far as it was looked for. */
static void limit_text(const struct load_result *load, char *buf, size_t size)
{
	const struct load_limit *limit = load->limit;

	if (!limit)
		return;
	append(buf, size, "a burst of %" PRIu64 " loses nothing", limit->burst);
	if (!limit->complete)
		append(buf, size, "larger ones were not tried to the end");
	else if (limit->bound_by == LOAD_BOUND_NONE)
		append(buf, size, "no larger one was tried");
	else
		append(buf, size, "bound by %s", load_bound_name(limit));
}

static void probes_text(const struct load_result *load, char *buf, size_t size)
{
	for (size_t i = 0; load->limit && i < load->limit->n_probes; i++) {
		const struct load_probe *probe = &load->limit->probes[i];

		append(buf, size, "%" PRIu64 ": %" PRIu64 " lost", probe->burst,
		       probe->lost);
	}
}

static void target_text(const struct load_result *load, char *buf, size_t size)
{
	const struct load_target *target = load->target;

	if (!target)
		return;
	if (target->server[0])
		append(buf, size, "%s", target->server);
	else if (!target->n_listeners)
		append(buf, size,
		       target->local
		               ? "nothing listens there in this namespace"
		               : "not in this namespace: its end is not seen");
	if (target->n_listeners > 1)
		append(buf, size, "one of %" PRIu64, target->n_listeners);
	if (target->answered)
		append(buf, size, "it sent %" PRIu64 " bytes",
		       target->answered);
	if (target->closed)
		append(buf, size, "it closed %" PRIu64 " in order meanwhile",
		       target->closed);
}

static void bytes_text(const struct load_result *load, char *buf, size_t size)
{
	char human[HUMAN_MAX];

	if (load->target) {
		if (load->target->send_first)
			append(buf, size,
			       "%" PRIu64 " written, %" PRIu64 " acked",
			       load->bytes.written, load->bytes.acked);
		return;
	}
	human_bytes(load->bytes.read, human);
	if (load->bytes.exact && load->bytes.written == load->bytes.read)
		append(buf, size,
		       "%" PRIu64 " written = acked = received = read (%s)",
		       load->bytes.read, human);
	else
		append(buf, size,
		       "%" PRIu64 " written, %" PRIu64 " acked, %" PRIu64
		       " received, %" PRIu64 " read (%s)",
		       load->bytes.written, load->bytes.acked,
		       load->bytes.received, load->bytes.read, human);
	if (load->bytes.exact)
		append(buf, size,
		       load->bytes.written == load->bytes.read
		               ? "exact"
		               : "exact where flows came through");
	else if (load->bytes.flows_off)
		append(buf, size, "%" PRIu64 " flows are off",
		       load->bytes.flows_off);
	if (load->corrupt_flows)
		append(buf, size, "the content of %" PRIu64 " flows differs",
		       load->corrupt_flows);
	else if (load->mode.verify)
		append(buf, size, "content verified");
}

static void append_times(const struct load_times *times, char *buf, size_t size)
{
	const struct {
		const char *name;
		struct fact_u64 us;
	} columns[] = {
		{ "min", times->min },     { "p50", times->p50 },
		{ "p90", times->p90 },     { "p99", times->p99 },
		{ "p99.9", times->p99_9 }, { "max", times->max },
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		char human[HUMAN_MAX];

		if (columns[i].us.state != FACT_KNOWN)
			continue;
		human_us(columns[i].us.value, human);
		append(buf, size, "%s %s", columns[i].name, human);
	}
}

static void connect_text(const struct load_result *load, char *buf, size_t size)
{
	append_times(&load->connect_us, buf, size);
	if (load->mode.rate_per_s && buf[0])
		append(buf, size, "since they were due");
}

static void behind_text(const struct load_result *load, char *buf, size_t size)
{
	if (!load->mode.rate_per_s)
		return;
	append_times(&load->behind_us, buf, size);
	if (load->connects_per_s > 0)
		append(buf, size, "%.0f of %" PRIu64 " connects a second",
		       load->connects_per_s, load->mode.rate_per_s);
}

static void exchange_text(const struct load_result *load, char *buf,
                          size_t size)
{
	append_times(&load->exchange_us, buf, size);
}

static void rates_text(const struct load_result *load, char *buf, size_t size)
{
	if (!load->rates_known || load->mode.shape != LOAD_STREAM)
		return;
	append(buf, size, "min %.3g", load->flow_mbit_per_s.min);
	append(buf, size, "p50 %.3g", load->flow_mbit_per_s.p50);
	append(buf, size, "max %.3g Mbit/s", load->flow_mbit_per_s.max);
	if (isfinite(load->fairness))
		append(buf, size, "fairness %.3f", load->fairness);
}

static void retransmits_text(const struct load_result *load, char *buf,
                             size_t size)
{
	if (load->retransmits)
		append(buf, size, "%" PRIu64, load->retransmits);
}

static void errors_text(const struct load_result *load, char *buf, size_t size)
{
	for (size_t i = 0; i < load->n_errors; i++)
		append(buf, size, "%" PRIu64 " %s at %s", load->errors[i].count,
		       err_name(load->errors[i].code),
		       load_phase_name(load->errors[i].phase));
}

static void counters_text(const struct load_result *load, char *buf,
                          size_t size)
{
	for (enum counter_id i = 0; i < COUNTER_COUNT; i++) {
		if (load->counter[i].state == FACT_KNOWN &&
		    load->counter[i].value)
			append(buf, size, "%s +%" PRIu64, counter_desc(i)->name,
			       load->counter[i].value);
	}
}

static void isolated_text(const struct load_result *load, char *buf,
                          size_t size)
{
	const char *before = "not copied: ";

	if (!load->mode.isolated)
		return;
	append(buf, size, "in a namespace of its own with the same sysctls");
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (!load->mode.not_copied[id])
			continue;
		append(buf, size, "%s%s", before, sysctl_desc(id)->key);
		before = "";
	}
}

/* What there was no room for in TIME_WAIT, was closed by reset. */
static void left_text(const struct load_result *load, char *buf, size_t size)
{
	if (load->time_wait.state == FACT_KNOWN && load->time_wait.value)
		append(buf, size, "%" PRIu64 " sockets in TIME_WAIT for %u s",
		       load->time_wait.value, LOAD_TIME_WAIT_S);
	if (load->closed_by_reset)
		append(buf, size, "%" PRIu64 " flows were closed by reset%s",
		       load->closed_by_reset,
		       load->mode.close == LOAD_CLOSE_RST
		               ? ""
		               : ": net.ipv4.tcp_max_tw_buckets");
}

/* What a churn takes, closed connections included, and whether it got it. */
static void ports_text(const struct load_result *load, char *buf, size_t size)
{
	char human[HUMAN_MAX];

	if (load->mode.shape != LOAD_CHURN)
		return;
	append(buf, size, "%" PRIu64 " needed", load->predicted.ports);
	if (load->ports)
		append(buf, size, "%" PRIu64 " free", load->ports);
	if (load->ports_out_us.state != FACT_KNOWN)
		return;
	human_us(load->ports_out_us.value, human);
	append(buf, size, "none left after %s", human);
}

static void predicted_text(const struct load_result *load, char *buf,
                           size_t size)
{
	const struct load_prediction *predicted = &load->predicted;
	char kernel[HUMAN_MAX];
	char own[HUMAN_MAX];

	human_bytes(predicted->kernel_bytes, kernel);
	human_bytes(predicted->own_bytes, own);
	append(buf, size, "%s of the kernel's memory", kernel);
	append(buf, size, "%s of its own", own);
	append(buf, size, "%" PRIu64 " descriptors", predicted->descriptors);
}

/* Where bytes were not copied, figures mean something else. */
static void copies_text(const struct load_mode *mode, char *buf, size_t size)
{
	if (mode->send == LOAD_SEND_ZEROCOPY)
		append(buf, size, "sent without a copy");
	if (mode->receive == LOAD_RECEIVE_DISCARD)
		append(buf, size, "received bytes discarded");
}

static void mode_text(const struct load_result *load, char *buf, size_t size)
{
	const struct load_mode *mode = &load->mode;

	append(buf, size, "%s", mode->family == FAMILY_IPV6 ? "IPv6" : "IPv4");
	if (!load->target) {
		append(buf, size, "%s",
		       mode->shape == LOAD_STREAM
		               ? load_direction_name(mode->direction)
		               : load_shape_name(mode->shape));
		if (mode->send == LOAD_SEND_COPY &&
		    mode->receive == LOAD_RECEIVE_COPY)
			append(buf, size, "copied at both ends");
		copies_text(mode, buf, size);
		append(buf, size, "backlog %" PRIu64, mode->backlog);
	}
	append(buf, size, "%u worker%s", mode->workers,
	       mode->workers == 1 ? "" : "s");
	if (mode->tables > 1)
		append(buf, size, "%" PRIu64 " descriptor tables",
		       mode->tables);
	if (mode->sources > 1)
		append(buf, size, "%" PRIu64 " source addresses",
		       mode->sources);
	append(buf, size, "%.1f s of CPU", load->cpu_seconds);
	if (load->rss_kib.state == FACT_KNOWN)
		append(buf, size, "%" PRIu64 " KiB", load->rss_kib.value);
}

static const struct row rows[] = {
	{ "server", false, target_text },
	{ "limit", false, limit_text },
	{ "bursts", true, probes_text },
	{ "flows", false, outcomes_text },
	{ "accept queue", false, queue_text },
	{ "bytes", false, bytes_text },
	{ "connect", false, connect_text },
	{ "behind", false, behind_text },
	{ "exchange", false, exchange_text },
	{ "ports", false, ports_text },
	{ "per flow", false, rates_text },
	{ "retransmits", false, retransmits_text },
	{ "errors", false, errors_text },
	{ "isolated", false, isolated_text },
	{ "left behind", false, left_text },
	{ "counters", true, counters_text },
	{ "predicted", true, predicted_text },
	{ "mode", true, mode_text },
};

static void put_row(const struct page *page, const struct row *row)
{
	char text[VALUE_MAX] = "";

	row->text(host_load(page->report->host), text, sizeof(text));
	if (!text[0] || (row->verbose && !page->style->verbose))
		return;
	(void)fprintf(page->out, "%*s%-*s", LABEL_AT, "", VALUE_AT - LABEL_AT,
	              row->label);
	human_wrap_list(page->out, text,
	                &(struct human_at){ VALUE_AT, VALUE_AT,
	                                    page->style->width });
}

/* "one burst, held" */
static void burst_text(const struct load_result *load, char *buf, size_t size)
{
	const struct load_mode *mode = &load->mode;

	if (mode->rate_per_s)
		append(buf, size, "%" PRIu64 " a second", mode->rate_per_s);
	else if (mode->burst >= load->asked)
		append(buf, size, "one burst");
	else
		append(buf, size, "bursts of %" PRIu64, mode->burst);
	if (mode->accept == LOAD_ACCEPT_NOW)
		append(buf, size, "accepted at once");
	else if (mode->accept == LOAD_ACCEPT_SLOW)
		append(buf, size, "%" PRIu64 " accepted a second",
		       mode->accept_per_s);
	else
		append(buf, size, "held");
	if (mode->eager)
		append(buf, size, "eager");
	copies_text(mode, buf, size);
}

static bool is_asking(const struct load_mode *mode)
{
	return mode->shape == LOAD_REQUEST || mode->shape == LOAD_CHURN;
}

/* What the flows did, and how much of it a second. */
static void rate_text(const struct load_result *load, char *buf, size_t size)
{
	const struct load_mode *mode = &load->mode;
	char rate[HUMAN_MAX];

	if (is_asking(mode))
		append(buf, size,
		       "%" PRIu64 " bytes asked and %" PRIu64 " answered",
		       mode->request_bytes, mode->response_bytes);
	if (mode->shape == LOAD_HOLD)
		append(buf, size, "idle");
	append(buf, size, "%.1f s", (double)load->transfer_ns / 1e9);
	if (is_asking(mode))
		append(buf, size, "%.0f exchanges a second",
		       load->exchanges_per_s);
	if (mode->shape == LOAD_HOLD)
		append(buf, size, "%" PRIu64 " alive at the end",
		       load->exchanges);
	if (mode->shape == LOAD_STREAM) {
		human_bitrate(load->gbit_per_s, rate);
		append(buf, size, "%s", rate);
	}
}

static void headline_text(const struct load_result *load, char *buf,
                          size_t size)
{
	append(buf, size, "%" PRIu64 " %s%s", load->asked,
	       load->mode.shape == LOAD_CHURN ? "connection" : "flow",
	       load->asked == 1 ? "" : "s");
	if (load->refusal.refused) {
		append(buf, size, "refused: nothing was opened");
		return;
	}
	if (load->target)
		append(buf, size, "one burst to %s, held for %.1f s",
		       load->target->address, (double)load->phase_ns[2] / 1e9);
	else
		burst_text(load, buf, size);
	if (load->transfer_ns)
		rate_text(load, buf, size);
	if (load->interrupted)
		append(buf, size, "interrupted");
	if (load->deadline)
		append(buf, size, "%s ran into its deadline",
		       load->deadline_phase);
}

/* Those that were asked for: one a line. */
static void put_intervals(const struct page *page)
{
	const struct load_result *load = host_load(page->report->host);
	uint64_t from_ns = 0;

	for (size_t i = 0; load->mode.interval_ns && i < load->n_intervals;
	     i++) {
		const struct load_interval *row = &load->intervals[i];
		const double ns = (double)(row->end_ns - from_ns);
		char bytes[HUMAN_MAX];
		char rate[HUMAN_MAX];

		human_bytes(row->bytes, bytes);
		human_bitrate(ns > 0 ? (double)row->bytes * 8 / ns : 0, rate);
		(void)fprintf(page->out, "%*s%-*s%9.3f s %12s %14s\n", LABEL_AT,
		              "", VALUE_AT - LABEL_AT, i ? "" : "intervals",
		              (double)row->end_ns / 1e9, bytes, rate);
		from_ns = row->end_ns;
	}
}

static void put_findings(const struct page *page)
{
	for (size_t i = 0; i < page->report->n_findings; i++) {
		const struct finding *finding = &page->report->findings[i];

		if (finding->rule->group == GROUP_LOAD &&
		    !page_is_elsewhere(page, finding))
			page_finding(page, finding, NULL);
	}
}

void page_load(const struct page *page)
{
	const struct load_result *load = host_load(page->report->host);
	const char *left_out = page->report->load_left_out;
	const struct human_at at = { HEADLINE_AT, HEADLINE_AT,
		                     page->style->width };
	char text[VALUE_MAX] = "";

	if (!load && !left_out)
		return;
	(void)fputs("\n  load test   ", page->out);
	if (load) {
		headline_text(load, text, sizeof(text));
		human_wrap_list(page->out, text, &at);
	} else {
		(void)snprintf(
			text, sizeof(text),
			"left out (%s): the verdict is predicted, not proven",
			left_out);
		human_wrap(page->out, text, &at);
	}
	put_findings(page);
	if (!load || load->refusal.refused)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put_row(page, &rows[i]);
	put_intervals(page);
}
