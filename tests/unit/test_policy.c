// SPDX-License-Identifier: GPL-2.0-or-later
/* What a policy makes of findings, and what it requires of sysctls. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "probes/goal.h"
#include "probes/need.h"
#include "rules/engine.h"
#include "rules/requirement.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

/* --- findings --------------------------------------------------------------
 */

static const struct rule rule = { .id = "test.rule" };

static struct finding finding_of(enum verdict verdict)
{
	return (struct finding){
		.rule = &rule,
		.verdict = verdict,
		.what = "it is 5",
		.why = "and so on",
	};
}

static struct policy one(const struct policy_change *change)
{
	return (struct policy){ .changes = change, .n_changes = 1 };
}

static void nothing_changes(void **state)
{
	static const struct policy_change other = {
		.id = "test.other",
		.kind = POLICY_IGNORE,
	};
	const struct policy others = one(&other);
	const struct policy none = { 0 };
	const struct policy *const policies[] = { NULL, &none, &others };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct finding finding = finding_of(VERDICT_FAIL);

		policy_apply(policies[i], &finding);
		assert_int_equal(finding.verdict, VERDICT_FAIL);
		assert_string_equal(finding.what, "it is 5");
		assert_string_equal(finding.why, "and so on");
	}
}

static const struct {
	struct policy_change change;
	enum verdict before, after;
	const char *what, *why;
} changes[] = {
	{ { "test.rule", POLICY_IGNORE, VERDICT_OK, 0, "", 1 },
	  VERDICT_FAIL,
	  VERDICT_NOTE,
	  "it is 5 (ignored)",
	  "and so on" },
	{ { "test.rule", POLICY_IGNORE, VERDICT_OK, 0, "known", 1 },
	  VERDICT_WARN,
	  VERDICT_NOTE,
	  "it is 5 (ignored)",
	  "policy: known; and so on" },
	{ { "test.rule", POLICY_IGNORE, VERDICT_OK, 0, "known", 1 },
	  VERDICT_UNKNOWN,
	  VERDICT_NOTE,
	  "it is 5 (ignored)",
	  "policy: known; and so on" },
	{ { "test.rule", POLICY_IGNORE, VERDICT_OK, 0, "known", 1 },
	  VERDICT_NOTE,
	  VERDICT_NOTE,
	  "it is 5",
	  "and so on" },
	{ { "test.rule", POLICY_IGNORE, VERDICT_OK, 0, "known", 1 },
	  VERDICT_OK,
	  VERDICT_OK,
	  "it is 5",
	  "and so on" },

	{ { "test.rule", POLICY_SEVERITY, VERDICT_WARN, 0, "", 1 },
	  VERDICT_FAIL,
	  VERDICT_WARN,
	  "it is 5 (severity by policy)",
	  "and so on" },
	{ { "test.rule", POLICY_SEVERITY, VERDICT_FAIL, 0, "strict", 1 },
	  VERDICT_NOTE,
	  VERDICT_FAIL,
	  "it is 5 (severity by policy)",
	  "policy: strict; and so on" },
	{ { "test.rule", POLICY_SEVERITY, VERDICT_FAIL, 0, "strict", 1 },
	  VERDICT_FAIL,
	  VERDICT_FAIL,
	  "it is 5",
	  "and so on" },
	{ { "test.rule", POLICY_SEVERITY, VERDICT_NOTE, 0, "", 1 },
	  VERDICT_UNKNOWN,
	  VERDICT_UNKNOWN,
	  "it is 5",
	  "and so on" },
	{ { "test.rule", POLICY_SEVERITY, VERDICT_FAIL, 0, "", 1 },
	  VERDICT_OK,
	  VERDICT_OK,
	  "it is 5",
	  "and so on" },
};

static void changes_of_a_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct policy policy = one(&changes[i].change);
		struct finding finding = finding_of(changes[i].before);

		policy_apply(&policy, &finding);
		assert_int_equal(finding.verdict, changes[i].after);
		assert_string_equal(finding.what, changes[i].what);
		assert_string_equal(finding.why, changes[i].why);
	}
}

#define NO_NUMBER                                                              \
	{                                                                      \
		0, FACT_UNREAD                                                 \
	}

static const struct {
	struct fact_u64 observed, needed;
	uint64_t threshold;
	bool within;
} thresholds[] = {
	/* what is missing */
	{ { 128, FACT_KNOWN }, { 999, FACT_KNOWN }, 871, true },
	{ { 128, FACT_KNOWN }, { 999, FACT_KNOWN }, 870, false },
	/* what is too much */
	{ { 999, FACT_KNOWN }, { 128, FACT_KNOWN }, 871, true },
	{ { 999, FACT_KNOWN }, { 128, FACT_KNOWN }, 870, false },
	/* what was counted */
	{ { 20, FACT_KNOWN }, NO_NUMBER, 20, true },
	{ { 20, FACT_KNOWN }, NO_NUMBER, 19, false },
	{ { 0, FACT_KNOWN }, NO_NUMBER, 0, true },
	{ { UINT64_MAX, FACT_KNOWN }, NO_NUMBER, UINT64_MAX, true },
	/* no number is never within */
	{ NO_NUMBER, NO_NUMBER, UINT64_MAX, false },
	{ NO_NUMBER, { 5, FACT_KNOWN }, UINT64_MAX, false },
};

static void thresholds_of_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]);
	     i++) {
		const struct policy_change change = {
			.id = "test.rule",
			.kind = POLICY_THRESHOLD,
			.threshold = thresholds[i].threshold,
		};
		const struct policy policy = one(&change);

		for (enum verdict v = VERDICT_OK; v <= VERDICT_FAIL; v++) {
			const bool counts =
				v == VERDICT_WARN || v == VERDICT_FAIL;
			struct finding finding = finding_of(v);

			finding.observed = thresholds[i].observed;
			finding.needed = thresholds[i].needed;
			policy_apply(&policy, &finding);
			assert_int_equal(finding.verdict,
			                 counts && thresholds[i].within
			                         ? VERDICT_NOTE
			                         : v);
		}
	}
}

static void threshold_is_named(void **state)
{
	static const struct policy_change change = {
		.id = "test.rule",
		.kind = POLICY_THRESHOLD,
		.threshold = 7,
		.reason = "noise",
	};
	const struct policy policy = one(&change);
	struct finding finding = finding_of(VERDICT_WARN);

	(void)state;
	finding.observed = fact_known(7);
	finding.why[0] = '\0';
	policy_apply(&policy, &finding);
	assert_string_equal(finding.what,
	                    "it is 5 (within the threshold of 7)");
	assert_string_equal(finding.why, "policy: noise");
}

/* Ignored first, then within the threshold, then of another severity. */
static void precedence(void **state)
{
	static const struct policy_change all[] = {
		{ .id = "test.rule",
		  .kind = POLICY_SEVERITY,
		  .severity = VERDICT_FAIL },
		{ .id = "test.rule",
		  .kind = POLICY_THRESHOLD,
		  .threshold = 10 },
		{ .id = "test.rule", .kind = POLICY_IGNORE },
	};
	static const char *const what[] = {
		"it is 5 (severity by policy)",
		"it is 5 (within the threshold of 10)",
		"it is 5 (ignored)",
	};

	(void)state;
	for (size_t n = 1; n <= 3; n++) {
		const struct policy policy = { .changes = all, .n_changes = n };
		struct finding finding = finding_of(VERDICT_WARN);

		finding.observed = fact_known(10);
		policy_apply(&policy, &finding);
		assert_string_equal(finding.what, what[n - 1]);
	}
}

/* The reason is what must be seen, so it stands before what may be cut. */
static void long_texts(void **state)
{
	struct policy_change change = {
		.id = "test.rule",
		.kind = POLICY_IGNORE,
	};
	const struct policy policy = one(&change);
	struct finding finding = finding_of(VERDICT_FAIL);

	(void)state;
	memset(change.reason, 'r', sizeof(change.reason) - 1);
	memset(finding.what, 'x', sizeof(finding.what) - 1);
	memset(finding.why, 'y', sizeof(finding.why) - 1);
	policy_apply(&policy, &finding);
	assert_null(memchr(finding.what, '(', sizeof(finding.what) - 1));
	assert_int_equal(strlen(finding.what), sizeof(finding.what) - 1);
	assert_int_equal(strlen(finding.why), sizeof(finding.why) - 1);
	assert_int_equal(strspn(finding.why, "policy: r"),
	                 8 + sizeof(change.reason) - 1);
}

/* --- requirements ----------------------------------------------------------
 */

struct required {
	enum sysctl_id sysctl;
	unsigned int index;
	enum requirement_op op;
	int64_t number;
	const char *word;
};

static void require(struct requirement *ret, const struct required *from)
{
	*ret = (struct requirement){
		.sysctl = from->sysctl,
		.index = from->index,
		.op = from->op,
		.number = from->number,
		.severity = VERDICT_WARN,
		.reason = "our standard",
	};
	(void)snprintf(ret->word, sizeof(ret->word), "%s",
	               from->word ? from->word : "");
	requirement_complete(ret);
}

/* What the rule that is made of @required says of @host. */
static struct judged judge_one(const struct host *host,
                               const struct required *required,
                               struct requirement *ret)
{
	const struct goal goal = goal_default();
	struct judged judged;

	require(ret, required);
	judged_by(&ret->rule, host, &goal, NULL, &judged);
	return judged;
}

/* The healthy host's: somaxconn 4096, rmem 4096 131072 33554432, cubic. */
static const struct {
	struct required required;
	bool holds;
	const char *title;
} rows[] = {
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_AT_LEAST, 4096, NULL },
	  true,
	  "net.core.somaxconn >= 4096" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_AT_LEAST, 4097, NULL },
	  false,
	  "net.core.somaxconn >= 4097" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_AT_MOST, 4096, NULL },
	  true,
	  "net.core.somaxconn <= 4096" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_AT_MOST, 4095, NULL },
	  false,
	  "net.core.somaxconn <= 4095" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_EQUAL, 4096, NULL },
	  true,
	  "net.core.somaxconn == 4096" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_EQUAL, 4097, NULL },
	  false,
	  "net.core.somaxconn == 4097" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_OTHER, 4097, NULL },
	  true,
	  "net.core.somaxconn != 4097" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_OTHER, 4096, NULL },
	  false,
	  "net.core.somaxconn != 4096" },
	{ { SYSCTL_TCP_RMEM, 2, REQUIRE_AT_LEAST, 33554432, NULL },
	  true,
	  "net.ipv4.tcp_rmem[2] >= 33554432" },
	{ { SYSCTL_TCP_RMEM, 1, REQUIRE_AT_LEAST, 33554432, NULL },
	  false,
	  "net.ipv4.tcp_rmem[1] >= 33554432" },
	{ { SYSCTL_PORT_RANGE, 0, REQUIRE_AT_MOST, 32768, NULL },
	  true,
	  "net.ipv4.ip_local_port_range[0] <= 32768" },
	{ { SYSCTL_PORT_RANGE, 1, REQUIRE_AT_LEAST, 61000, NULL },
	  false,
	  "net.ipv4.ip_local_port_range[1] >= 61000" },
	{ { SYSCTL_CONGESTION_CONTROL, 0, REQUIRE_EQUAL, 0, "cubic" },
	  true,
	  "net.ipv4.tcp_congestion_control == cubic" },
	{ { SYSCTL_CONGESTION_CONTROL, 0, REQUIRE_EQUAL, 0, "bbr" },
	  false,
	  "net.ipv4.tcp_congestion_control == bbr" },
	{ { SYSCTL_CONGESTION_CONTROL, 0, REQUIRE_OTHER, 0, "cubic" },
	  false,
	  "net.ipv4.tcp_congestion_control != cubic" },
	{ { SYSCTL_CONGESTION_CONTROL, 0, REQUIRE_OTHER, 0, "bbr" },
	  true,
	  "net.ipv4.tcp_congestion_control != bbr" },
	/* of the whole host */
	{ { SYSCTL_NR_OPEN, 0, REQUIRE_EQUAL, 1048576, NULL },
	  true,
	  "fs.nr_open == 1048576" },
	{ { SYSCTL_NR_OPEN, 0, REQUIRE_AT_LEAST, 1048577, NULL },
	  false,
	  "fs.nr_open >= 1048577" },
};

static void requirements_hold_or_not(void **state)
{
	struct host *host = facts_healthy();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct requirement requirement;
		const struct judged judged =
			judge_one(host, &rows[i].required, &requirement);
		const struct finding *finding = &judged.list[0];

		assert_string_equal(requirement.title, rows[i].title);
		assert_int_equal(judged.n, 1);
		assert_int_equal(finding->verdict,
		                 rows[i].holds ? VERDICT_OK : VERDICT_WARN);
		if (rows[i].holds)
			assert_string_equal(finding->what, rows[i].title);
		else
			assert_non_null(strstr(finding->why, "our standard"));
	}
	host_free(host);
}

static void a_requirement_is_a_rule(void **state)
{
	static const struct required rmem = { SYSCTL_TCP_RMEM, 2,
		                              REQUIRE_AT_LEAST, 33554433,
		                              NULL };
	struct host *host = facts_healthy();
	struct requirement requirement;
	const struct judged judged = judge_one(host, &rmem, &requirement);
	const struct finding *finding = &judged.list[0];

	(void)state;
	assert_string_equal(requirement.rule.id, "policy.net.ipv4.tcp_rmem[2]");
	assert_int_equal(requirement.rule.group, GROUP_POLICY);
	assert_int_equal(requirement.rule.scope, SCOPE_NETNS);
	assert_false(requirement.rule.decisive);
	assert_ptr_equal(finding->rule, &requirement.rule);
	assert_ptr_equal(finding->ns, &host->ns[0]);
	assert_int_equal(finding->observed.value, 33554432);
	assert_int_equal(finding->needed.value, 33554433);
	assert_string_equal(
		finding->what,
		"net.ipv4.tcp_rmem[2] is 33554432, the policy requires >= 33554433");
	assert_string_equal(finding->why, "our standard");
	host_free(host);
}

/* Its value could not be read: unknown, and a fail makes that decisive. */
static void unknown_is_said(void **state)
{
	static const struct required files = { SYSCTL_NR_OPEN, 0,
		                               REQUIRE_AT_LEAST, 1, NULL };
	struct host *host = facts_healthy();
	struct requirement requirement;
	struct judged judged;

	(void)state;
	host->sysctl[SYSCTL_NR_OPEN].state = FACT_DENIED;
	judged = judge_one(host, &files, &requirement);
	assert_int_equal(judged.n, 1);
	assert_int_equal(judged.list[0].verdict, VERDICT_UNKNOWN);
	assert_null(judged.list[0].ns);
	requirement.severity = VERDICT_FAIL;
	requirement_complete(&requirement);
	assert_true(requirement.rule.decisive);
	host_free(host);
}

/* --- remedies: only upwards ------------------------------------------------
 */

static const struct {
	struct required required;
	const char *to; /* "" when there is no remedy */
} remedies[] = {
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_AT_LEAST, 65536, NULL }, "65536" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_EQUAL, 65536, NULL }, "65536" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_EQUAL, 128, NULL }, "" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_AT_MOST, 128, NULL }, "" },
	{ { SYSCTL_SOMAXCONN, 0, REQUIRE_OTHER, 4096, NULL }, "" },
	{ { SYSCTL_TCP_RMEM, 2, REQUIRE_AT_LEAST, 33554433, NULL },
	  "4096 131072 33554433" },
	{ { SYSCTL_TCP_RMEM, 0, REQUIRE_AT_LEAST, 200000, NULL },
	  "200000 200000 33554432" },
	{ { SYSCTL_PORT_RANGE, 1, REQUIRE_AT_LEAST, 65535, NULL },
	  "32768 65535" },
	/* the range would become smaller */
	{ { SYSCTL_PORT_RANGE, 0, REQUIRE_AT_LEAST, 40000, NULL }, "" },
	{ { SYSCTL_PORT_RANGE, 0, REQUIRE_AT_MOST, 1024, NULL }, "" },
	/* never proposed, whatever is required */
	{ { SYSCTL_ABORT_ON_OVERFLOW, 0, REQUIRE_EQUAL, 1, NULL }, "" },
	{ { SYSCTL_SYNCOOKIES, 0, REQUIRE_EQUAL, 0, NULL }, "" },
	{ { SYSCTL_FILE_NR, 0, REQUIRE_AT_LEAST, 100000, NULL }, "" },
	{ { SYSCTL_CONGESTION_CONTROL, 0, REQUIRE_EQUAL, 0, "bbr" }, "" },
};

static void remedies_only_raise(void **state)
{
	struct host *host = facts_healthy();

	(void)state;
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		const bool writable =
			sysctl_desc(remedies[i].required.sysctl)->live !=
			SYSCTL_READ_ONLY;
		struct requirement requirement;
		const struct judged judged =
			judge_one(host, &remedies[i].required, &requirement);
		const struct finding *finding = &judged.list[0];

		assert_int_equal(finding->verdict, VERDICT_WARN);
		assert_string_equal(finding->remedy.to, remedies[i].to);
		assert_int_equal(finding->remedy.kind, remedies[i].to[0]
		                                               ? REMEDY_SYSCTL
		                                               : REMEDY_NONE);
		assert_int_equal(!!strstr(finding->why, "by hand"),
		                 writable && !remedies[i].to[0]);
	}
	host_free(host);
}

/* Below zero there is no number for a report, but it is judged. */
static void negative_numbers(void **state)
{
	static const struct required required = { SYSCTL_MAX_SYN_BACKLOG, 0,
		                                  REQUIRE_AT_LEAST, 0, NULL };
	struct host *host = facts_healthy();
	struct requirement requirement;
	struct judged judged;

	(void)state;
	host->ns[0].sysctl[SYSCTL_MAX_SYN_BACKLOG] = facts_sysctl(-1);
	judged = judge_one(host, &required, &requirement);
	assert_int_equal(judged.list[0].verdict, VERDICT_WARN);
	assert_int_equal(judged.list[0].observed.state, FACT_UNREAD);
	assert_int_equal(judged.list[0].needed.value, 0);
	assert_string_equal(judged.list[0].remedy.to, "0");
	host_free(host);
}

/* What the kernel says is shown escaped. */
static void hostile_word(void **state)
{
	static const struct required required = { SYSCTL_CONGESTION_CONTROL, 0,
		                                  REQUIRE_EQUAL, 0, "bbr" };
	struct host *host = facts_healthy();
	struct requirement requirement;
	struct judged judged;

	(void)state;
	(void)snprintf(host->ns[0].sysctl[SYSCTL_CONGESTION_CONTROL].text, 8,
	               "a\033b");
	judged = judge_one(host, &required, &requirement);
	assert_string_equal(
		judged.list[0].what,
		"net.ipv4.tcp_congestion_control is a\\x1bb, the policy requires == bbr");
	host_free(host);
}

/* --- the engine ------------------------------------------------------------
 */

static void engine_judges_requirements(void **state)
{
	static const struct required cap = { SYSCTL_SOMAXCONN, 0,
		                             REQUIRE_AT_LEAST, 65536, NULL };
	static const struct required files = { SYSCTL_NR_OPEN, 0,
		                               REQUIRE_AT_LEAST, 1, NULL };
	static const struct policy_change ignore = {
		.id = "policy.net.core.somaxconn",
		.kind = POLICY_IGNORE,
	};
	const struct goal goal = goal_default();
	struct requirement requirements[2];
	struct policy policy = {
		.requirements = requirements,
		.n_requirements = 2,
	};
	struct host *host = facts_healthy();
	struct judged judged = { .n = 0 };
	struct need need;

	(void)state;
	require(&requirements[0], &cap);
	require(&requirements[1], &files);
	need_compute(&goal, 4096, &need);
	engine_run(host, &goal, &need, 0, &policy, judged_add, &judged);
	assert_int_equal(judged.n, 0);
	engine_run(host, &goal, &need, 1U << SCOPE_NETNS | 1U << SCOPE_HOST,
	           &policy, judged_add, &judged);
	assert_true(judged.n > 2);
	assert_ptr_equal(judged.list[judged.n - 2].rule, &requirements[0].rule);
	assert_int_equal(judged.list[judged.n - 2].verdict, VERDICT_WARN);
	assert_ptr_equal(judged.list[judged.n - 1].rule, &requirements[1].rule);
	assert_int_equal(judged.list[judged.n - 1].verdict, VERDICT_OK);

	/* --ignore reaches them too */
	policy.changes = &ignore;
	policy.n_changes = 1;
	judged.n = 0;
	engine_run(host, &goal, &need, 1U << SCOPE_NETNS, &policy, judged_add,
	           &judged);
	assert_int_equal(judged.list[judged.n - 1].verdict, VERDICT_NOTE);
	host_free(host);
}

/* No load test shows what a sysctl is. */
static void unknown_is_never_moot(void **state)
{
	static const struct required files = { SYSCTL_NR_OPEN, 0,
		                               REQUIRE_AT_LEAST, 1, NULL };
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct requirement requirement;
	struct finding finding = {
		.rule = &requirement.rule,
		.verdict = VERDICT_UNKNOWN,
	};

	(void)state;
	require(&requirement, &files);
	(void)facts_load(host, &goal);
	assert_int_equal(engine_verdict(&finding, 1, &goal, host_load(host)),
	                 REPORT_READY);
	requirement.severity = VERDICT_FAIL;
	requirement_complete(&requirement);
	assert_int_equal(engine_verdict(&finding, 1, &goal, host_load(host)),
	                 REPORT_UNKNOWN);
	host_free(host);
}

static void ids(void **state)
{
	static const struct {
		const char *id;
		const char *key; /* NULL: it is none */
	} known[] = {
		{ "policy.net.core.somaxconn", "net.core.somaxconn" },
		{ "policy.net.ipv4.tcp_rmem[0]", "net.ipv4.tcp_rmem" },
		{ "policy.net.ipv4.tcp_rmem[2]", "net.ipv4.tcp_rmem" },
		{ "policy.net.ipv4.ip_local_port_range[1]",
		  "net.ipv4.ip_local_port_range" },
		{ "policy.net.ipv4.tcp_congestion_control",
		  "net.ipv4.tcp_congestion_control" },
		{ "policy.net.ipv4.tcp_rmem[3]", NULL },
		{ "policy.net.ipv4.tcp_rmem", NULL },
		{ "policy.net.ipv4.tcp_rmem[", NULL },
		{ "policy.net.ipv4.tcp_rmem[2", NULL },
		{ "policy.net.ipv4.tcp_rmem[2]x", NULL },
		{ "policy.net.core.somaxconn[0]", NULL },
		{ "policy.net.core.somaxcon", NULL },
		{ "policy.net.ipv4.ip_local_reserved_ports", NULL },
		{ "policy.", NULL },
		{ "policy", NULL },
		{ "net.core.somaxconn", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct sysctl_desc *desc = requirement_of_id(known[i].id);

		if (known[i].key)
			assert_string_equal(desc->key, known[i].key);
		else
			assert_null(desc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes),
		cmocka_unit_test(changes_of_a_verdict),
		cmocka_unit_test(thresholds_of_numbers),
		cmocka_unit_test(threshold_is_named),
		cmocka_unit_test(precedence),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(requirements_hold_or_not),
		cmocka_unit_test(a_requirement_is_a_rule),
		cmocka_unit_test(unknown_is_said),
		cmocka_unit_test(remedies_only_raise),
		cmocka_unit_test(negative_numbers),
		cmocka_unit_test(hostile_word),
		cmocka_unit_test(engine_judges_requirements),
		cmocka_unit_test(unknown_is_never_moot),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
