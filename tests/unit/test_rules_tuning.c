// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_rules_tuning - rules that look at several facts: the kernel's version,
 * ports that are used again or taken away, qdiscs, congestion control,
 * metrics.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "probes/goal.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

extern const struct rule rule_backlog_kernel, rule_congestion_control,
	rule_flow_metrics, rule_ports_reserved, rule_ports_reuse,
	rule_qdisc_default;

static void set_text(struct sysctl_fact *fact, const char *text)
{
	fact->state = FACT_KNOWN;
	(void)snprintf(fact->text, sizeof(fact->text), "%s", text);
}

static void set_kernel(struct host *host, const char *release)
{
	(void)snprintf(host->kernel, sizeof(host->kernel), "%s", release);
}

/* Flows to or from another host. */
static struct goal remote(uint64_t flows, enum goal_role role)
{
	struct goal goal = goal_default();

	goal.flows = flows;
	goal.burst = flows;
	goal.role = role;
	return goal;
}

static struct goal loopback(uint64_t flows)
{
	return remote(flows, ROLE_BOTH);
}

/* ---- backlog.kernel ---- */

static const struct {
	const char *release;
	int64_t somaxconn;
	uint64_t burst;
	enum verdict verdict;
	uint64_t holds;
	const char *what;
	const char *to;
} kernels[] = {
	/* clang-format off */
	{ "6.18.44", INT32_MAX, 4000000, VERDICT_OK, 0, "", "" },
	{ "4.1.0", 65536, 100000, VERDICT_OK, 0, "", "" },
	/* a limit of 65535 holds 65536 */
	{ "4.0.9", 65535, 65536, VERDICT_OK, 0, "", "" },
	{ "4.0.9", 65535, 65537, VERDICT_FAIL, 65535, "Linux 4.0.9 takes a limit of at most 65535, a burst of 65537 needs 65536", "" },
	{ "3.10.0-1160.el7", 65535, 65537, VERDICT_FAIL, 65535, "Linux 3.10.0-1160.el7", "" },
	{ "3.11.0", 65536, 1000, VERDICT_OK, 0, "", "" },
	/* before 3.11 only the lower 16 bits are left */
	{ "3.10.0", 65536, 1000, VERDICT_FAIL, 0, "net.core.somaxconn is 65536, of which Linux 3.10.0 keeps 0", "65535" },
	{ "3.10.0", 65536, 1, VERDICT_WARN, 0, "keeps 0", "65535" },
	{ "2.6.32", 65536 + 998, 1000, VERDICT_FAIL, 998, "keeps 998", "65535" },
	{ "2.6.32", 65536 + 999, 1000, VERDICT_WARN, 999, "keeps 999", "65535" },
	{ "2.6.32", INT32_MAX, 1000, VERDICT_WARN, 65535, "keeps 65535", "65535" },
	{ "3.10.0", INT32_MAX, 65536, VERDICT_WARN, 65535, "keeps 65535", "65535" },
	{ "2.6.32", 128, 1000, VERDICT_OK, 0, "", "" },
	/* where it makes a difference the version is asked for */
	{ "", 65535, 65536, VERDICT_OK, 0, "", "" },
	{ "", 65535, 65537, VERDICT_UNKNOWN, 0, "the kernel's release \"\" is not understood", "" },
	{ "next\x1b[2J", 65536, 1, VERDICT_UNKNOWN, 0, "\"next\\x1b[2J\"", "" },
	/* clang-format on */
};

static void the_kernel_counts_the_burst(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(kernels); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = loopback(kernels[i].burst);
		struct finding finding;

		print_message("row %zu\n", i);
		set_kernel(host, kernels[i].release);
		host->ns[0].sysctl[SYSCTL_SOMAXCONN] =
			facts_sysctl(kernels[i].somaxconn);
		finding = judged_rule(&rule_backlog_kernel, host, &goal,
		                      kernels[i].verdict);
		if (finding.verdict != VERDICT_OK) {
			assert_int_equal(finding.observed.value,
			                 kernels[i].holds);
			assert_non_null(strstr(finding.what, kernels[i].what));
			assert_string_equal(finding.remedy.to, kernels[i].to);
		}
		host_free(host);
	}
}

/* It lowers the number, so no fix may do it by itself. */
static void a_wrapped_cap_is_lowered_by_hand(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = loopback(1000);
	struct finding finding;

	(void)state;
	set_kernel(host, "3.10.0");
	host->ns[0].sysctl[SYSCTL_SOMAXCONN] = facts_sysctl(65536);
	finding = judged_rule(&rule_backlog_kernel, host, &goal, VERDICT_FAIL);
	assert_int_equal(finding.remedy.kind, REMEDY_COMMAND);
	assert_string_equal(finding.remedy.command,
	                    "sysctl -w net.core.somaxconn=65535");
	assert_string_equal(finding.remedy.from, "65536");
	host_free(host);
}

/* ---- ports.reuse ---- */

static const struct {
	uint64_t usable, flows;
	enum goal_role role;
	int64_t reuse, timestamps;
	const char *release;
	enum verdict verdict;
	const char *key, *to;
} reuses[] = {
	/* clang-format off */
	/* enough for both runs: nothing else matters */
	{ 2000, 1000, ROLE_CLIENT, 0, 0, "6.18", VERDICT_OK, "", "" },
	{ 1999, 1000, ROLE_CLIENT, 0, 1, "6.18", VERDICT_WARN, "net.ipv4.tcp_tw_reuse", "1" },
	{ 1999, 1000, ROLE_CLIENT, 2, 1, "6.18", VERDICT_WARN, "net.ipv4.tcp_tw_reuse", "1" },
	{ 1999, 1000, ROLE_CLIENT, 1, 1, "6.18", VERDICT_OK, "", "" },
	{ 1999, 1000, ROLE_CLIENT, 1, 0, "6.18", VERDICT_WARN, "net.ipv4.tcp_timestamps", "1" },
	{ 1999, 1000, ROLE_CLIENT, 1, 2, "6.18", VERDICT_OK, "", "" },
	/* over loopback 2 will do, where the kernel knows it */
	{ 1999, 1000, ROLE_BOTH, 2, 1, "6.18", VERDICT_OK, "", "" },
	{ 1999, 1000, ROLE_BOTH, 2, 0, "6.18", VERDICT_WARN, "net.ipv4.tcp_timestamps", "1" },
	{ 1999, 1000, ROLE_BOTH, 0, 1, "4.19.0", VERDICT_WARN, "net.ipv4.tcp_tw_reuse", "2" },
	{ 1999, 1000, ROLE_BOTH, 0, 1, "4.18.0", VERDICT_WARN, "net.ipv4.tcp_tw_reuse", "1" },
	{ 1999, 1000, ROLE_BOTH, 0, 1, "?", VERDICT_WARN, "net.ipv4.tcp_tw_reuse", "1" },
	/* too few for the goal once is another rule's */
	{ 1000, 1000, ROLE_CLIENT, 0, 1, "6.18", VERDICT_WARN, "net.ipv4.tcp_tw_reuse", "1" },
	{ 999, 1000, ROLE_CLIENT, 0, 1, "6.18", VERDICT_OK, "", "" },
	{ 0, 1, ROLE_CLIENT, 0, 1, "6.18", VERDICT_OK, "", "" },
	/* clang-format on */
};

static void the_goal_can_be_run_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(reuses); i++) {
		struct host *host = facts_healthy();
		const struct goal goal =
			remote(reuses[i].flows, reuses[i].role);
		struct finding finding;

		print_message("row %zu\n", i);
		set_kernel(host, reuses[i].release);
		host->ns[0].ports.usable = fact_known(reuses[i].usable);
		host->ns[0].sysctl[SYSCTL_TW_REUSE] =
			facts_sysctl(reuses[i].reuse);
		host->ns[0].sysctl[SYSCTL_TIMESTAMPS] =
			facts_sysctl(reuses[i].timestamps);
		finding = judged_rule(&rule_ports_reuse, host, &goal,
		                      reuses[i].verdict);
		assert_string_equal(finding.remedy.key, reuses[i].key);
		assert_string_equal(finding.remedy.to, reuses[i].to);
		host_free(host);
	}
}

static void how_reuse_is_said(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = remote(20000, ROLE_CLIENT);
	struct finding finding;

	(void)state;
	finding = judged_rule(&rule_ports_reuse, host, &goal, VERDICT_WARN);
	assert_string_equal(
		finding.what,
		"28232 local ports do not carry 20000 flows to one destination twice within a minute");
	assert_non_null(strstr(finding.why, "net.ipv4.tcp_tw_reuse is 2"));
	assert_non_null(strstr(finding.why, "no more than 470 flows a second"));
	assert_int_equal(finding.observed.value, 28232);
	assert_int_equal(finding.needed.value, 40000);
	host_free(host);
}

static void what_reuse_needs_to_know(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = remote(20000, ROLE_CLIENT);
	struct sysctl_fact *sysctl = host->ns[0].sysctl;
	struct finding finding;

	(void)state;
	sysctl[SYSCTL_TIMESTAMPS].state = FACT_DENIED;
	finding = judged_rule(&rule_ports_reuse, host, &goal, VERDICT_UNKNOWN);
	assert_string_equal(finding.subject, "net.ipv4.tcp_timestamps");
	sysctl[SYSCTL_TW_REUSE].state = FACT_ABSENT;
	finding = judged_rule(&rule_ports_reuse, host, &goal, VERDICT_UNKNOWN);
	assert_string_equal(finding.subject, "net.ipv4.tcp_tw_reuse");
	/* nobody asks for them while there are ports enough */
	host->ns[0].ports.usable = fact_known(40000);
	judged_rule(&rule_ports_reuse, host, &goal, VERDICT_OK);
	host->ns[0].ports.usable.state = FACT_BROKEN;
	finding = judged_rule(&rule_ports_reuse, host, &goal, VERDICT_UNKNOWN);
	assert_string_equal(finding.subject, "how many local ports there are");
	host_free(host);
}

/* ---- ports.reserved ---- */

static const struct {
	const char *reserved;
	uint16_t ports[8]; /* of listeners */
	uint16_t port;     /* the goal's */
	uint64_t flows;
	enum verdict verdict;
	const char *what, *to;
} reserves[] = {
	/* clang-format off */
	{ "", { 0 }, 0, 28232, VERDICT_OK, "", "" },
	/* both ends of 32768-60999 */
	{ "", { 32767, 61000 }, 0, 28232, VERDICT_OK, "", "" },
	{ "", { 32767, 32768 }, 0, 28232, VERDICT_NOTE, "1 port with a listener is among the ephemeral ports 32768 to 60999: 32768", "32768" },
	{ "", { 60999, 61000 }, 0, 28232, VERDICT_NOTE, "1 port with a listener is among the ephemeral ports 32768 to 60999: 60999", "60999" },
	/* one in ten of 28232 */
	{ "", { 40000 }, 0, 2823, VERDICT_OK, "", "" },
	{ "", { 40000 }, 0, 2824, VERDICT_NOTE, ": 40000", "40000" },
	{ "", { 40000 }, 0, UINT64_MAX, VERDICT_NOTE, ": 40000", "40000" },
	/* the goal's own in any case */
	{ "", { 40000 }, 40000, 1, VERDICT_WARN, "port 40000, on which the goal's listener is, is one of the ephemeral ports 32768 to 60999", "40000" },
	{ "", { 40000, 80 }, 80, 1, VERDICT_OK, "", "" },
	{ "", { 40000, 80 }, 80, 28232, VERDICT_NOTE, ": 40000", "40000" },
	/* reserved is well */
	{ "40000", { 40000 }, 40000, 28232, VERDICT_OK, "", "" },
	{ "39000-39999,40001-40002", { 40000, 40001 }, 0, 28232, VERDICT_NOTE, ": 40000", "39000-39999,40001-40002,40000" },
	/* several, each once, not all by name */
	{ "8080", { 50002, 50001, 50002 }, 0, 28232, VERDICT_NOTE, "2 ports with a listener are among the ephemeral ports 32768 to 60999: 50001, 50002", "8080,50001,50002" },
	{ "", { 40001, 40002, 40003, 40004, 40005 }, 0, 28232, VERDICT_NOTE, "40004, 40005", "40001,40002,40003,40004,40005" },
	{ "", { 40001, 40002, 40003, 40004, 40005, 40006 }, 0, 28232, VERDICT_NOTE, "6 ports with a listener are among the ephemeral ports 32768 to 60999: 40001, 40002, 40003, 40004, 40005, ...", "40001,40002,40003,40004,40005,40006" },
	/* no list that is too long to be whole: 63 characters, and 64 */
	{ "1000,2000,3000,4000,5000,6000,7000,8000,9000,10000,11000,1", { 4000, 40000 }, 0, 28232, VERDICT_NOTE, ": 40000", "" },
	{ "100,2000,3000,4000,5000,6000,7000,8000,9000,10000,11000,1", { 40000 }, 0, 28232, VERDICT_NOTE, ": 40000", "100,2000,3000,4000,5000,6000,7000,8000,9000,10000,11000,1,40000" },
	{ "1000,2000,3000,4000,5000,6000,7000,8000,9000,9100,9200", { 40000 }, 0, 28232, VERDICT_NOTE, ": 40000", "1000,2000,3000,4000,5000,6000,7000,8000,9000,9100,9200,40000" },
	{ "1000,2000,3000,4000,5000,6000,7000,8000,9000,9100,9200", { 40000, 40001 }, 0, 28232, VERDICT_NOTE, ": 40000", "" },
	/* a fact that was cut: what was seen of it counts, the rest is unknown */
	{ "1000,2000,3000,4000,5000,6000,7000,8000,9000,9100,9200,...", { 40000 }, 0, 28232, VERDICT_UNKNOWN, "too long to be judged here", "" },
	{ "40000,2000,3000,4000,5000,6000,7000,8000,9000,9100,9200,...", { 40000 }, 0, 28232, VERDICT_OK, "", "" },
	{ "1000,2000,3000,4000,5000,6000,7000,8000,9000,9100,9200,...", { 80 }, 0, 28232, VERDICT_OK, "", "" },
	/* clang-format on */
};

static void servers_keep_their_ports(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(reserves); i++) {
		struct host *host = facts_healthy();
		struct goal goal = remote(reserves[i].flows, ROLE_BOTH);
		struct finding finding;

		print_message("row %zu\n", i);
		goal.port = reserves[i].port;
		set_text(&host->ns[0].sysctl[SYSCTL_RESERVED_PORTS],
		         reserves[i].reserved);
		for (size_t p = 0; reserves[i].ports[p]; p++)
			facts_listener(host, reserves[i].ports[p], 4096);
		finding = judged_rule(&rule_ports_reserved, host, &goal,
		                      reserves[i].verdict);
		if (finding.verdict != VERDICT_OK)
			assert_non_null(strstr(finding.what, reserves[i].what));
		assert_string_equal(finding.remedy.to, reserves[i].to);
		host_free(host);
	}
}

/* Up to the last port there is; and five are told of by name. */
static void the_last_port(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = loopback(60000);
	struct finding finding;

	(void)state;
	host->ns[0].sysctl[SYSCTL_PORT_RANGE].v[1] = 65535;
	for (uint16_t port = 65531; port; port++)
		facts_listener(host, port, 4096);
	finding = judged_rule(&rule_ports_reserved, host, &goal, VERDICT_NOTE);
	assert_string_equal(
		finding.what,
		"5 ports with a listener are among the ephemeral ports 32768 to 65535: 65531, 65532, 65533, 65534, 65535");
	assert_string_equal(finding.remedy.to, "65531,65532,65533,65534,65535");
	host_free(host);
}

static void how_reserving_is_proposed(void **state)
{
	struct host *host = facts_healthy();
	struct goal goal = remote(1, ROLE_BOTH);
	struct finding finding;

	(void)state;
	goal.port = 40000;
	set_text(&host->ns[0].sysctl[SYSCTL_RESERVED_PORTS], "8080,9000-9010");
	facts_listener(host, 40000, 4096);
	finding = judged_rule(&rule_ports_reserved, host, &goal, VERDICT_WARN);
	assert_string_equal(finding.remedy.from, "8080,9000-9010");
	assert_string_equal(
		finding.remedy.command,
		"sysctl -w net.ipv4.ip_local_reserved_ports=8080,9000-9010,40000");
	host->ns[0].listeners_read.state = FACT_DENIED;
	finding =
		judged_rule(&rule_ports_reserved, host, &goal, VERDICT_UNKNOWN);
	assert_string_equal(finding.subject, "the list of listeners");
	host_free(host);
}

/* ---- qdisc.default ---- */

static const struct {
	const char *qdisc, *control, *release;
	uint64_t flows;
	enum goal_role role;
	enum verdict verdict;
	const char *to;
} qdiscs[] = {
	/* clang-format off */
	{ "pfifo_fast", "cubic", "6.18", 1000, ROLE_CLIENT, VERDICT_OK, "" },
	{ "pfifo_fast", "cubic", "6.18", 1001, ROLE_CLIENT, VERDICT_NOTE, "fq" },
	{ "pfifo_fast", "cubic", "6.18", 10000, ROLE_SERVER, VERDICT_NOTE, "fq" },
	/* fq would not hold them either */
	{ "pfifo_fast", "cubic", "6.18", 10001, ROLE_SERVER, VERDICT_NOTE, "" },
	{ "pfifo", "cubic", "6.18", 1001, ROLE_CLIENT, VERDICT_NOTE, "fq" },
	{ "sfq", "cubic", "6.18", 127, ROLE_CLIENT, VERDICT_OK, "" },
	{ "sfq", "cubic", "6.18", 128, ROLE_CLIENT, VERDICT_NOTE, "fq" },
	{ "fq", "cubic", "6.18", 10000, ROLE_CLIENT, VERDICT_OK, "" },
	{ "fq", "cubic", "6.18", 10001, ROLE_CLIENT, VERDICT_NOTE, "" },
	{ "fq_codel", "cubic", "6.18", 10240, ROLE_CLIENT, VERDICT_OK, "" },
	{ "fq_codel", "cubic", "6.18", 10241, ROLE_CLIENT, VERDICT_NOTE, "" },
	/* of one that is not known nothing is said */
	{ "cake", "cubic", "6.18", 4000000, ROLE_CLIENT, VERDICT_OK, "" },
	{ "", "cubic", "6.18", 4000000, ROLE_CLIENT, VERDICT_OK, "" },
	/* loopback has none */
	{ "sfq", "bbr", "4.12", 4000000, ROLE_BOTH, VERDICT_OK, "" },
	/* bbr paces by itself since 4.13 */
	{ "fq_codel", "bbr", "4.12.14", 1, ROLE_CLIENT, VERDICT_WARN, "fq" },
	{ "fq_codel", "bbr", "4.13.0", 1, ROLE_CLIENT, VERDICT_OK, "" },
	{ "fq", "bbr", "4.12.14", 1, ROLE_CLIENT, VERDICT_OK, "" },
	{ "fq_codel", "cubic", "4.12.14", 1, ROLE_CLIENT, VERDICT_OK, "" },
	{ "fq_codel", "bbr", "?", 1, ROLE_CLIENT, VERDICT_OK, "" },
	/* clang-format on */
};

static void new_devices_queue_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(qdiscs); i++) {
		struct host *host = facts_healthy();
		const struct goal goal =
			remote(qdiscs[i].flows, qdiscs[i].role);
		struct finding finding;

		print_message("row %zu\n", i);
		set_kernel(host, qdiscs[i].release);
		set_text(&host->sysctl[SYSCTL_DEFAULT_QDISC], qdiscs[i].qdisc);
		set_text(&host->ns[0].sysctl[SYSCTL_CONGESTION_CONTROL],
		         qdiscs[i].control);
		finding = judged_rule(&rule_qdisc_default, host, &goal,
		                      qdiscs[i].verdict);
		assert_string_equal(finding.remedy.to, qdiscs[i].to);
		if (qdiscs[i].to[0]) {
			assert_string_equal(finding.remedy.from,
			                    qdiscs[i].qdisc);
			assert_false(finding.remedy.live);
		}
		/* a control that is not known is none that lacks pacing */
		host->ns[0].sysctl[SYSCTL_CONGESTION_CONTROL].state =
			FACT_DENIED;
		judged_rule(&rule_qdisc_default, host, &goal,
		            qdiscs[i].verdict == VERDICT_WARN
		                    ? VERDICT_OK
		                    : qdiscs[i].verdict);
		host_free(host);
	}
}

static void how_a_qdisc_is_said(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = remote(1001, ROLE_CLIENT);
	struct finding finding;

	(void)state;
	finding = judged_rule(&rule_qdisc_default, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.what,
	                    "net.core.default_qdisc is pfifo_fast");
	assert_non_null(
		strstr(finding.why, "at most 1000 packets; 1001 flows"));
	set_text(&host->ns[0].sysctl[SYSCTL_CONGESTION_CONTROL], "bbr");
	set_kernel(host, "4.9.0");
	finding = judged_rule(&rule_qdisc_default, host, &goal, VERDICT_WARN);
	assert_string_equal(
		finding.what,
		"net.core.default_qdisc is pfifo_fast, and net.ipv4.tcp_congestion_control is bbr");
	host_free(host);
}

/* ---- congestion.control ---- */

static const struct {
	const char *set, *available;
	enum verdict verdict;
	const char *to;
} controls[] = {
	{ "cubic", "reno cubic", VERDICT_OK, "" },
	{ "reno", "reno", VERDICT_OK, "" },
	{ "bbr", "reno bbr cubic", VERDICT_OK, "" },
	{ "bbr", "reno cubic", VERDICT_WARN, "cubic" },
	{ "bbr", "reno", VERDICT_WARN, "reno" },
	/* no part of a word is one */
	{ "bb", "reno bbr", VERDICT_WARN, "reno" },
	{ "br", "reno bbr", VERDICT_WARN, "reno" },
	{ "bbr2", "reno bbr", VERDICT_WARN, "reno" },
	{ "cubic", "", VERDICT_WARN, "reno" },
	/* what was cut may have held it */
	{ "bbr", "reno cubic ...", VERDICT_OK, "" },
	{ "bbr", "...", VERDICT_WARN, "reno" },
};

static void what_is_set_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(controls); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = loopback(1000);
		struct sysctl_fact *sysctl = host->ns[0].sysctl;
		struct finding finding;

		print_message("row %zu\n", i);
		set_text(&sysctl[SYSCTL_CONGESTION_CONTROL], controls[i].set);
		set_text(&sysctl[SYSCTL_AVAILABLE_CONGESTION_CONTROL],
		         controls[i].available);
		finding = judged_rule(&rule_congestion_control, host, &goal,
		                      controls[i].verdict);
		assert_string_equal(finding.remedy.to, controls[i].to);
		if (controls[i].to[0])
			assert_string_equal(finding.remedy.from,
			                    controls[i].set);
		host_free(host);
	}
}

/* ---- flow.metrics ---- */

static const struct {
	int64_t cookies, no_save;
	enum goal_role role;
	enum verdict verdict;
} metrics[] = {
	{ 0, 0, ROLE_SERVER, VERDICT_NOTE },
	{ 0, 1, ROLE_SERVER, VERDICT_OK },
	{ 1, 0, ROLE_SERVER, VERDICT_OK },
	{ 2, 0, ROLE_SERVER, VERDICT_OK },
	/* over loopback nothing is half-open */
	{ 0, 0, ROLE_BOTH, VERDICT_OK },
};

static void a_test_can_be_repeated(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(metrics); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = remote(1000, metrics[i].role);
		struct sysctl_fact *sysctl = host->ns[0].sysctl;
		struct finding finding;

		sysctl[SYSCTL_SYNCOOKIES] = facts_sysctl(metrics[i].cookies);
		sysctl[SYSCTL_NO_METRICS_SAVE] =
			facts_sysctl(metrics[i].no_save);
		finding = judged_rule(&rule_flow_metrics, host, &goal,
		                      metrics[i].verdict);
		if (finding.verdict != VERDICT_OK)
			assert_string_equal(finding.remedy.to, "1");
		host_free(host);
	}
}

static void what_metrics_need_to_know(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = remote(1000, ROLE_SERVER);
	struct sysctl_fact *sysctl = host->ns[0].sysctl;

	(void)state;
	sysctl[SYSCTL_SYNCOOKIES] = facts_sysctl(0);
	sysctl[SYSCTL_NO_METRICS_SAVE].state = FACT_DENIED;
	judged_rule(&rule_flow_metrics, host, &goal, VERDICT_UNKNOWN);
	sysctl[SYSCTL_NO_METRICS_SAVE].state = FACT_ABSENT;
	judged_rule(&rule_flow_metrics, host, &goal, VERDICT_OK);
	sysctl[SYSCTL_NO_METRICS_SAVE].state = FACT_DENIED;
	sysctl[SYSCTL_SYNCOOKIES].state = FACT_DENIED;
	judged_rule(&rule_flow_metrics, host, &goal, VERDICT_UNKNOWN);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_counts_the_burst),
		cmocka_unit_test(a_wrapped_cap_is_lowered_by_hand),
		cmocka_unit_test(the_goal_can_be_run_again),
		cmocka_unit_test(how_reuse_is_said),
		cmocka_unit_test(what_reuse_needs_to_know),
		cmocka_unit_test(servers_keep_their_ports),
		cmocka_unit_test(the_last_port),
		cmocka_unit_test(how_reserving_is_proposed),
		cmocka_unit_test(new_devices_queue_enough),
		cmocka_unit_test(how_a_qdisc_is_said),
		cmocka_unit_test(what_is_set_is_there),
		cmocka_unit_test(a_test_can_be_repeated),
		cmocka_unit_test(what_metrics_need_to_know),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
