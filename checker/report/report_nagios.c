// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_nagios - one line for the plug-in interface that Nagios, Icinga and
 * others share: a status, a sentence, and after a '|' numbers to be stored.
 *
 *	KILOFLOW CRITICAL - net.core.somaxconn is 128, ... (+1
 *more)|flows_ok=129 ...
 *
 * Its exit statuses are 0 OK, 1 WARNING, 2 CRITICAL and 3 UNKNOWN. Usage
 * errors are UNKNOWN, as that interface wants it: 2 would raise an alarm
 * about a host that nobody has looked at. What was not measured has no
 * number.
 */
#include "checker/report/report.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>

#include "checker/report/page.h"
#include "probes/base/err.h"
#include "probes/load/load_result.h"
#include "rules/rule.h"

enum nagios_status {
	NAGIOS_OK,
	NAGIOS_WARNING,
	NAGIOS_CRITICAL,
	NAGIOS_UNKNOWN,
};

/* The exit status knows of --strict and of an interruption; 0 is ready. */
static enum nagios_status status_of(const struct report *report)
{
	if (report->exit_code == 1)
		return NAGIOS_CRITICAL;
	if (report->exit_code != 0)
		return NAGIOS_UNKNOWN;
	return report->verdict == REPORT_READY_WITH_WARNINGS ? NAGIOS_WARNING
	                                                     : NAGIOS_OK;
}

static int nagios_status(const struct report *report)
{
	return (int)status_of(report);
}

/* A '|' would begin the numbers; a line feed is escaped by page_safe(). */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++)
		(void)fputc(*text == '|' ? ' ' : *text, out);
}

static void put_status(FILE *out, enum nagios_status status)
{
	static const char *const names[] = {
		[NAGIOS_OK] = "OK",
		[NAGIOS_WARNING] = "WARNING",
		[NAGIOS_CRITICAL] = "CRITICAL",
		[NAGIOS_UNKNOWN] = "UNKNOWN",
	};

	(void)fprintf(out, "KILOFLOW %s - ", names[status]);
}

static size_t count(const struct report *report, enum verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_findings; i++)
		n += report->findings[i].verdict == verdict;
	return n;
}

/* What made the verdict, and how much more like it there is. */
static void put_reason(FILE *out, const struct report *report,
                       const struct finding *reason)
{
	const size_t n = count(report, reason->verdict);
	char text[PAGE_TEXT_MAX];

	put_text(out, page_safe(reason->what, text));
	if (n > 1)
		(void)fprintf(out, " (+%zu more)", n - 1);
}

static void put_sentence(FILE *out, const struct report *report,
                         enum nagios_status status)
{
	const struct finding *reason = report_reason(report);

	if (report->exit_code > 128)
		(void)fputs("interrupted", out);
	else if (status != NAGIOS_OK && reason)
		put_reason(out, report, reason);
	else
		(void)fprintf(out,
		              "%" PRIu64 " flow%s fit, burst %" PRIu64 " (%s)",
		              report->goal->flows,
		              report->goal->flows == 1 ? "" : "s",
		              report->goal->burst,
		              host_load(report->host) ? "proven" : "predicted");
}

/* --- numbers ---------------------------------------------------------------
 */

static void put_number(FILE *out, const char *label, struct fact_u64 fact)
{
	if (fact.state == FACT_KNOWN)
		(void)fprintf(out, " %s=%" PRIu64 ";;;0", label, fact.value);
}

static void put_findings(FILE *out, const struct report *report)
{
	put_number(out, "failed", fact_known(count(report, VERDICT_FAIL)));
	put_number(out, "warnings", fact_known(count(report, VERDICT_WARN)));
	put_number(out, "unknown", fact_known(count(report, VERDICT_UNKNOWN)));
}

static void put_load(FILE *out, const struct load_result *load)
{
	if (!load || load->refusal.refused)
		return;
	for (enum load_outcome i = 0; i < LOAD_OUTCOMES; i++)
		(void)fprintf(out, " flows_%s=%" PRIu64 ";;;0;%" PRIu64,
		              load_outcome_name(i), load->flows[i],
		              load->asked);
	put_number(out, "queue_peak", load->queue_peak);
	put_number(out, "queue_limit", load->queue_limit);
	put_number(out, "queue_drops", load->queue_drops);
	if (load->transfer_ns && isfinite(load->gbit_per_s))
		(void)fprintf(out, " gbit_per_s=%.3f;;;0", load->gbit_per_s);
}

/* "max_burst_net_core_somaxconn": nothing that would need quotes */
static void put_label(FILE *out, const struct capacity *capacity)
{
	(void)fputs(capacity->is_burst ? " max_burst_" : " max_flows_", out);
	for (const char *p = capacity->bound_by; *p; p++)
		(void)fputc(isalnum((unsigned char)*p)
		                    ? tolower((unsigned char)*p)
		                    : '_',
		            out);
}

static void put_capacity(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->n_capacity; i++) {
		const struct capacity *capacity = &report->capacity[i];

		if (!report_is_tightest(report, i))
			continue;
		put_label(out, capacity);
		(void)fprintf(out, "=%" PRIu64 ";;;0",
		              capacity->max_flows.value);
	}
}

static int nagios_write(const struct report *report,
                        const struct report_style *style, FILE *out,
                        struct err *err)
{
	const enum nagios_status status = status_of(report);

	(void)style;
	(void)err;
	put_status(out, status);
	put_sentence(out, report, status);
	(void)fprintf(out, "|time=%.3fs;;;0", (double)report->elapsed_ns / 1e9);
	put_findings(out, report);
	put_load(out, host_load(report->host));
	put_capacity(out, report);
	(void)fputc('\n', out);
	return 0;
}

static int nagios_write_error(const struct err *why, FILE *out)
{
	char text[PAGE_TEXT_MAX];

	put_status(out, NAGIOS_UNKNOWN);
	put_text(out, page_safe(why->what, text));
	if (why->hint[0]) {
		(void)fputs("; ", out);
		put_text(out, page_safe(why->hint, text));
	}
	(void)fputc('\n', out);
	return NAGIOS_UNKNOWN;
}

const struct report_format report_nagios = {
	.name = "nagios",
	.of_verdicts = true,
	.write = nagios_write,
	.status = nagios_status,
	.write_error = nagios_write_error,
};
