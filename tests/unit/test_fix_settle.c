// SPDX-License-Identifier: GPL-2.0-or-later
/* checker/fix/settle.c, settings.c: what rests on what, and what has to last.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "checker/fix/plan.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --- what rests on what ----------------------------------------------------
 */

struct written {
	enum fix_kind kind;
	uint64_t place;
	const char *key, *from, *to;
	const char *skipped;
};

static void write_steps(const struct written *written, size_t n,
                        struct fix_steps *ret)
{
	*ret = (struct fix_steps){ 0 };
	for (size_t i = 0; i < n && written[i].key; i++) {
		char from[64];
		char to[64];
		struct fix_step step = {
			.kind = written[i].kind,
			.place.inode = written[i].place,
			.from = from,
			.to = to,
		};

		strcpy(from, written[i].from);
		strcpy(to, written[i].to);
		strcpy(step.key, written[i].key);
		strcpy(step.skipped, written[i].skipped);
		assert_non_null(fix_steps_add(ret, &step));
	}
}

#define CAP "net.core.somaxconn"

static const struct {
	struct written steps[3];
	bool made; /* the last one still is */
} settled[] = {
	{ { { FIX_RELISTEN, 7, "x", "5", "4096", "" } }, true },
	{ { { FIX_SYSCTL, 7, CAP, "128", "4096", "" },
	    { FIX_RELISTEN, 7, "x", "5", "4096", "" } },
	  true },
	{ { { FIX_SYSCTL, 7, CAP, "128", "4096", "read-only" },
	    { FIX_RELISTEN, 7, "x", "5", "4096", "" } },
	  false },
	{ { { FIX_SYSCTL, 7, CAP, "128", "4096", "read-only" },
	    { FIX_RELISTEN, 7, "x", "5", "128", "" } },
	  true },
	{ { { FIX_SYSCTL, 7, CAP, "128", "4096", "read-only" },
	    { FIX_RELISTEN, 7, "x", "5", "129", "" } },
	  false },
	/* another namespace's, another sysctl */
	{ { { FIX_SYSCTL, 8, CAP, "128", "4096", "read-only" },
	    { FIX_RELISTEN, 7, "x", "5", "4096", "" } },
	  true },
	{ { { FIX_SYSCTL, 7, "fs.nr_open", "128", "4096", "read-only" },
	    { FIX_RELISTEN, 7, "x", "5", "4096", "" } },
	  true },
	/* a larger one was too much, a smaller one is made */
	{ { { FIX_SYSCTL, 7, CAP, "128", "65536", "memory" },
	    { FIX_SYSCTL, 7, CAP, "128", "4096", "" },
	    { FIX_RELISTEN, 7, "x", "5", "4096", "" } },
	  true },
	{ { { FIX_SYSCTL, 7, CAP, "128", "65536", "memory" },
	    { FIX_SYSCTL, 7, CAP, "128", "4096", "" },
	    { FIX_RELISTEN, 7, "x", "5", "4097", "" } },
	  false },
	/* it is the hard limit that must not be above */
	{ { { FIX_SYSCTL, 0, "fs.nr_open", "2000", "4096", "read-only" },
	    { FIX_PRLIMIT, 0, "x", "10 2000", "1024 2000", "" } },
	  true },
	{ { { FIX_SYSCTL, 0, "fs.nr_open", "2000", "4096", "read-only" },
	    { FIX_PRLIMIT, 0, "x", "10 2000", "1024 2001", "" } },
	  false },
	{ { { FIX_SYSCTL, 0, "fs.nr_open", "2000", "4096", "" },
	    { FIX_PRLIMIT, 0, "x", "10 2000", "1024 unlimited", "" } },
	  false },
	{ { { FIX_SYSCTL, 0, "fs.nr_open", "2000", "4096", "read-only" },
	    { FIX_FILE, 0, "/etc/x", "", "9999", "" } },
	  true },
};

static void what_rests_on_a_skipped_step_is_skipped(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(settled); i++) {
		const struct fix_step *last;
		struct fix_steps steps;

		print_message("row %zu\n", i);
		write_steps(settled[i].steps, LENGTH(settled[i].steps), &steps);
		fix_plan_settle(&steps);
		last = &steps.list[steps.n - 1];
		assert_int_equal(!last->skipped[0], settled[i].made);
		if (!settled[i].made)
			assert_non_null(
				strstr(last->skipped, "and that is not set"));
		for (size_t k = 0; k + 1 < steps.n; k++)
			assert_string_equal(steps.list[k].skipped,
			                    settled[i].steps[k].skipped);
		fix_steps_free(&steps);
	}
}

/* --- what has to last ------------------------------------------------------
 */

static const struct rule boot_rule = { .id = "drift.lost", .of_boot = true };
static const struct rule other_rule = { .id = "ehash.size" };

static struct finding boot_finding(const struct netns_facts *about,
                                   enum sysctl_id id, const char *value)
{
	struct finding finding = {
		.rule = &boot_rule,
		.verdict = VERDICT_WARN,
		.ns = about,
		.remedy.kind = REMEDY_CONFIG,
	};

	strcpy(finding.remedy.key, sysctl_desc(id)->key);
	strcpy(finding.remedy.to, value);
	return finding;
}

static void what_is_set_and_what_would_be_lost_has_to_last(void **state)
{
	static const struct written written[] = {
		{ FIX_SYSCTL, 0, "fs.nr_open", "1", "2", "" },
		{ FIX_SYSCTL, 4026531840, CAP, "128", "4096", "" },
		{ FIX_SYSCTL, 77, "net.ipv4.tcp_tw_reuse", "0", "2", "" },
		{ FIX_SYSCTL, 0, "fs.file-max", "1", "2", "read-only" },
		{ FIX_PRLIMIT, 0, "fs.file-max", "1", "2", "" },
	};
	struct host *host = facts_healthy();
	const struct netns_facts *here = &host->ns[0];
	struct finding findings[] = {
		boot_finding(here, SYSCTL_SOMAXCONN, "128"),
		boot_finding(here, SYSCTL_TCP_MEM, "1 2 3"),
		boot_finding(here, SYSCTL_FILE_MAX, "7"),
		boot_finding(here, SYSCTL_PID_MAX, "8"),
		boot_finding(here, SYSCTL_THREADS_MAX, "9"),
		boot_finding(NULL, SYSCTL_MAX_MAP_COUNT, "10"),
		boot_finding(here, SYSCTL_MAX_ORPHANS, "11"),
	};
	const struct fix_wish wish = {
		.host = host,
		.findings = findings,
		.n_findings = LENGTH(findings),
	};
	struct fix_setting settings[SYSCTL_COUNT];
	struct fix_steps steps;

	(void)state;
	write_steps(written, LENGTH(written), &steps);
	fix_step_answer(&steps.list[1], "backlog.somaxconn");
	findings[3].verdict = VERDICT_NOTE;
	findings[4].rule = &other_rule;
	findings[6].remedy.kind = REMEDY_SYSCTL;
	assert_int_equal(fix_settings(&wish, &steps, here, settings), 4);
	assert_int_equal(settings[0].id, SYSCTL_SOMAXCONN);
	assert_string_equal(settings[0].value, "4096");
	assert_int_equal(settings[0].n_answers, 2);
	assert_string_equal(settings[0].answers[0], "backlog.somaxconn");
	assert_string_equal(settings[0].answers[1], "drift.lost");
	assert_int_equal(settings[1].id, SYSCTL_TCP_MEM);
	assert_string_equal(settings[1].value, "1 2 3");
	assert_int_equal(settings[2].id, SYSCTL_FILE_MAX);
	assert_string_equal(settings[2].value, "7");
	assert_int_equal(settings[3].id, SYSCTL_NR_OPEN);
	assert_string_equal(settings[3].value, "2");
	assert_int_equal(settings[3].n_answers, 0);
	fix_steps_free(&steps);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_rests_on_a_skipped_step_is_skipped),
		cmocka_unit_test(
			what_is_set_and_what_would_be_lost_has_to_last),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
