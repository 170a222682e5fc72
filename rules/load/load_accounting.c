// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load.accounting - the load test's bytes add up, in each flow and in total.
 *
 * It judges kiloflow's own figures: a total that cannot be trusted must not
 * be shown as if it could. Where nothing could be compared that is a note,
 * not an ok; load.outcomes says why.
 */
#include <inttypes.h>
#include <stdio.h>

#include "probes/load/load_result.h"
#include "rules/rule.h"

static uint64_t intervals_sum(const struct load_result *load)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < load->n_intervals; i++)
		sum += load->intervals[i].bytes;
	return sum;
}

/* Why there was nothing to compare; NULL when there was. */
static const char *not_compared(const struct load_result *load)
{
	if (load->refusal.refused)
		return "not measured: the load test was refused";
	if (load->target)
		return "not compared: the other ends are not the load test's own";
	if (load->bytes.flows_untold && !load->bytes.flows_off)
		return "not compared: the far host was lost before it had told what it counted";
	if (load->interrupted && !load->bytes.exact)
		return "not compared: the load test was interrupted before its bytes had arrived";
	if (!load->flows[LOAD_OK] && !load->flows[LOAD_LATE])
		return "not measured: no flow came through";
	return NULL;
}

/* Flows that broke are not compared; without any, the totals must agree. */
static bool totals_agree(const struct load_result *load)
{
	if (load->flows[LOAD_OK] + load->flows[LOAD_LATE] != load->asked)
		return true;
	return load->bytes.written == load->bytes.acked &&
	       load->bytes.acked == load->bytes.received &&
	       load->bytes.received == load->bytes.read;
}

static void emit_flows(const struct rule *self, const struct rule_input *in)
{
	const struct load_result *load = in->load;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.subject = "flows",
		.observed = fact_known(load->bytes.flows_off),
		.needed = fact_known(0),
		.unit = "flows",
	};

	if (load->bytes.exact && totals_agree(load))
		return;
	if (load->bytes.flows_off)
		(void)snprintf(
			finding.what, sizeof(finding.what),
			"flows whose bytes do not add up from end to end: %" PRIu64,
			load->bytes.flows_off);
	else
		(void)snprintf(finding.what, sizeof(finding.what),
		               "the bytes of all flows together do not add up");
	(void)snprintf(finding.why, sizeof(finding.why),
	               "in total %" PRIu64 " written, %" PRIu64
	               " acked, %" PRIu64 " received, %" PRIu64 " read%s",
	               load->bytes.written, load->bytes.acked,
	               load->bytes.received, load->bytes.read,
	               load->deadline ? "; a phase ran into its deadline" : "");
	in->emit(in->to, &finding);
}

static void emit_intervals(const struct rule *self, const struct rule_input *in)
{
	const uint64_t sum = intervals_sum(in->load);
	const uint64_t read = in->load->bytes.read;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.subject = "intervals",
		.observed = fact_known(sum),
		.needed = fact_known(read),
		.unit = "bytes",
		.why = "the rows of the report do not add up to its total: do not trust either",
	};

	if (sum == read)
		return;
	(void)snprintf(finding.what, sizeof(finding.what),
	               "the intervals sum up to %" PRIu64 " bytes, %" PRIu64
	               " were read",
	               sum, read);
	in->emit(in->to, &finding);
}

static void emit_content(const struct rule *self, const struct rule_input *in)
{
	const struct load_result *load = in->load;
	const struct load_corruption *first = &load->corruption;
	struct finding finding = {
		.rule = self,
		.verdict = VERDICT_FAIL,
		.ns = in->ns,
		.subject = "content",
		.observed = fact_known(load->corrupt_flows),
		.needed = fact_known(0),
		.unit = "flows",
	};

	if (!load->corrupt_flows)
		return;
	(void)snprintf(
		finding.what, sizeof(finding.what),
		"flows whose bytes are not those that were sent: %" PRIu64,
		load->corrupt_flows);
	(void)snprintf(finding.why, sizeof(finding.why),
	               "flow %" PRIu64 " %s, byte %" PRIu64
	               ": 0x%02x was sent, 0x%02x was received",
	               first->flow, load_direction_name(first->way),
	               first->offset, first->expected[0], first->seen[0]);
	in->emit(in->to, &finding);
}

static void judge(const struct rule *self, const struct rule_input *in)
{
	const char *reason = not_compared(in->load);
	struct finding note = {
		.rule = self,
		.verdict = VERDICT_NOTE,
		.ns = in->ns,
	};

	emit_content(self, in);
	if (reason) {
		(void)snprintf(note.what, sizeof(note.what), "%s", reason);
		in->emit(in->to, &note);
		return;
	}
	emit_flows(self, in);
	emit_intervals(self, in);
}

const struct rule rule_load_accounting = {
	.id = "load.accounting",
	.group = GROUP_LOAD,
	.scope = SCOPE_LOAD,
	.title = "every flow that came through is exact to the byte",
	.ref = "net/ipv4/tcp.c:tcp_get_info",
	.explain =
		"For every flow that came through (ok or late) four counts must be equal once it has been drained: the bytes that the application wrote, those that its kernel saw acknowledged, those that the peer's kernel received, and those that the peer's application read. The second and third come from tcp_info, where a SYN or FIN counts as a byte and is taken off again.\n\n"
		"The sum of the flows is the total, and the interval rows add up to the bytes read exactly. All sums are 64 bits wide. Flows that broke are listed and not compared; what they moved before is in the totals.\n\n"
		"With --verify the content is compared too, as it is read: flow and byte of the first difference are named.\n\n"
		"A difference is a defect of the measurement, so the test fails rather than show a figure that cannot be trusted. When nothing could be compared (refused, interrupted, no flow came through) that is a note.",
	.judge = judge,
};
