// SPDX-License-Identifier: GPL-2.0-or-later
/* The engine: scopes, needs, the one ok, the policy, the verdict, order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/goal.h"
#include "probes/load/load_result.h"
#include "probes/need.h"
#include "rules/engine.h"
#include "rules/policy.h"
#include "rules/unknown.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const enum fact_state unknown_states[] = {
	FACT_UNREAD,
	FACT_ABSENT,
	FACT_DENIED,
	FACT_BROKEN,
};

/* ---- rules of our own ---- */

static void say_nothing(const struct rule *self, const struct rule_input *in)
{
	(void)self;
	(void)in;
}

/* One finding of each verdict but ok, saying what it was handed. */
static void say_everything(const struct rule *self, const struct rule_input *in)
{
	for (int i = VERDICT_NOTE; i <= VERDICT_FAIL; i++) {
		struct finding finding = {
			.rule = self,
			.verdict = (enum verdict)i,
			.ns = in->ns,
		};

		(void)snprintf(finding.what, sizeof(finding.what), "%s%s%s",
		               in->ns ? "ns " : "",
		               in->listener ? "listener " : "",
		               in->load ? "load " : "");
		in->emit(in->to, &finding);
	}
}

static void fail_port_80(const struct rule *self, const struct rule_input *in)
{
	struct finding finding = { .rule = self, .verdict = VERDICT_FAIL };

	if (in->listener->port == 80)
		in->emit(in->to, &finding);
}

static struct rule rule_of(enum rule_scope scope)
{
	return (struct rule){
		.id = "test.rule",
		.scope = scope,
		.title = "all is well",
		.judge = say_nothing,
	};
}

static struct host *two_namespaces(void)
{
	struct host *one = facts_healthy();
	struct host *two = host_new(2);

	assert_non_null(two);
	two->ns[0] = one->ns[0];
	two->ns[1] = one->ns[0];
	two->ns[1].inode++;
	host_free(one);
	return two;
}

/* ---- scopes ---- */

static const struct {
	enum rule_scope scope;
	bool load;
	size_t n_ok; /* with two namespaces */
	const char *handed;
} scopes[] = {
	{ SCOPE_HOST, false, 1, "" },
	{ SCOPE_NETNS, false, 2, "ns " },
	{ SCOPE_LISTENER, false, 2, "ns listener " },
	{ SCOPE_LOAD, true, 1, "ns load " },
	{ SCOPE_LOAD, false, 0, "" },
	{ SCOPE_LIMIT, true, 0, "" },
	{ SCOPE_LIMIT, false, 0, "" },
};

static void a_silent_rule_gets_one_ok_a_namespace(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(scopes); i++) {
		const struct rule rule = rule_of(scopes[i].scope);
		struct host *host = two_namespaces();
		struct judged judged;

		if (scopes[i].load)
			facts_load(host, &goal);
		facts_listener(host, 80, 1);
		facts_listener(host, 81, 1);
		judged_by(&rule, host, &goal, NULL, &judged);
		assert_int_equal(judged.n, scopes[i].n_ok);
		for (size_t at = 0; at < judged.n; at++) {
			const struct finding *ok = &judged.list[at];

			assert_int_equal(ok->verdict, VERDICT_OK);
			assert_ptr_equal(ok->rule, &rule);
			assert_null(ok->listener);
			assert_ptr_equal(ok->ns, rule.scope == SCOPE_HOST
			                                 ? NULL
			                                 : &host->ns[at]);
			assert_string_equal(ok->subject, "");
			assert_string_equal(ok->what, rule.title);
			assert_int_equal(ok->observed.state, FACT_UNREAD);
			assert_int_equal(ok->remedy.kind, REMEDY_NONE);
		}
		host_free(host);
	}
}

static void a_rule_is_handed_what_its_scope_says(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(scopes); i++) {
		struct rule rule = rule_of(scopes[i].scope);
		struct host *host = facts_healthy();
		struct judged judged;

		rule.judge = say_everything;
		if (scopes[i].load)
			facts_load(host, &goal);
		facts_listener(host, 80, 1);
		judged_by(&rule, host, &goal, NULL, &judged);
		assert_int_equal(judged.n, scopes[i].n_ok ? 4 : 0);
		if (judged.n)
			assert_string_equal(judged.list[0].what,
			                    scopes[i].handed);
		host_free(host);
	}
}

/* What is unknown of one is about it, too. */
static void a_finding_has_its_listener(void **state)
{
	const struct goal goal = goal_default();
	struct rule rule = rule_of(SCOPE_LISTENER);
	struct host *host = facts_healthy();
	const struct listener *listeners;
	struct judged judged;

	(void)state;
	facts_listener(host, 80, 1);
	facts_listener(host, 81, 1)->drops.state = FACT_DENIED;
	listeners = host->ns[0].listeners;
	rule.judge = say_everything;
	rule.needs[0] = (struct rule_need)NEED_LISTENER(drops, "x", "y");
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 5);
	for (size_t i = 0; i < 4; i++)
		assert_ptr_equal(judged.list[i].listener, &listeners[0]);
	assert_ptr_equal(judged.list[4].listener, &listeners[1]);
	rule = rule_of(SCOPE_NETNS);
	rule.judge = say_everything;
	judged_by(&rule, host, &goal, NULL, &judged);
	for (size_t i = 0; i < judged.n; i++)
		assert_null(judged.list[i].listener);
	host_free(host);
}

static void one_bad_listener_takes_the_ok(void **state)
{
	const struct goal goal = goal_default();
	struct rule rule = rule_of(SCOPE_LISTENER);
	struct host *host = facts_healthy();
	struct judged judged;

	(void)state;
	rule.judge = fail_port_80;
	facts_listener(host, 79, 1);
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 1);
	assert_int_equal(judged.list[0].verdict, VERDICT_OK);

	facts_listener(host, 80, 1);
	facts_listener(host, 81, 1);
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 1);
	assert_int_equal(judged.list[0].verdict, VERDICT_FAIL);
	host_free(host);
}

static void a_rule_of_another_role_is_silent(void **state)
{
	static const struct {
		unsigned int roles;
		enum goal_role role;
		size_t n;
	} rows[] = {
		{ 0, ROLE_CLIENT, 1 },
		{ 0, ROLE_SERVER, 1 },
		{ 0, ROLE_BOTH, 1 },
		{ ROLE_CLIENT, ROLE_CLIENT, 1 },
		{ ROLE_CLIENT, ROLE_SERVER, 0 },
		{ ROLE_CLIENT, ROLE_BOTH, 1 },
		{ ROLE_SERVER, ROLE_CLIENT, 0 },
		{ ROLE_SERVER, ROLE_SERVER, 1 },
		{ ROLE_SERVER, ROLE_BOTH, 1 },
		{ ROLE_BOTH, ROLE_CLIENT, 1 },
	};
	struct host *host = facts_healthy();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct goal goal = goal_default();
		struct rule rule = rule_of(SCOPE_NETNS);
		struct judged judged;

		goal.role = rows[i].role;
		rule.roles = rows[i].roles;
		judged_by(&rule, host, &goal, NULL, &judged);
		assert_int_equal(judged.n, rows[i].n);
	}
	host_free(host);
}

/* ---- needs ---- */

static struct fact_u64 unknown(enum fact_state state)
{
	/* a value that would be fine, were it known */
	return (struct fact_u64){ .value = 1000000, .state = state };
}

struct need_row {
	enum rule_scope scope;
	struct rule_need need;
	void (*set)(struct host *host, enum fact_state state);
	const char *name, *from;
};

static void set_somaxconn(struct host *host, enum fact_state state)
{
	host->ns[0].sysctl[SYSCTL_SOMAXCONN].state = state;
}

static void set_tcp_mem(struct host *host, enum fact_state state)
{
	host->sysctl[SYSCTL_TCP_MEM].state = state;
}

static void set_overflows(struct host *host, enum fact_state state)
{
	host->ns[0].counter[COUNTER_LISTEN_OVERFLOWS] = unknown(state);
}

static void set_out_rsts(struct host *host, enum fact_state state)
{
	host->ns[0].counter[COUNTER_OUT_RSTS] = unknown(state);
}

static void set_hard(struct host *host, enum fact_state state)
{
	host->limits.nofile_hard = unknown(state);
}

static void set_mem_pages(struct host *host, enum fact_state state)
{
	host->ns[0].sockstat.mem_pages = unknown(state);
}

static void set_listeners(struct host *host, enum fact_state state)
{
	host->ns[0].listeners_read = unknown(state);
}

static const struct need_row need_rows[] = {
	{ SCOPE_NETNS, NEED_SYSCTL(SYSCTL_SOMAXCONN), set_somaxconn,
	  "net.core.somaxconn", "/proc/sys/net/core/somaxconn" },
	{ SCOPE_HOST, NEED_SYSCTL(SYSCTL_TCP_MEM), set_tcp_mem,
	  "net.ipv4.tcp_mem", "/proc/sys/net/ipv4/tcp_mem" },
	{ SCOPE_NETNS, NEED_COUNTER(COUNTER_LISTEN_OVERFLOWS), set_overflows,
	  "TcpExtListenOverflows", "/proc/net/netstat" },
	{ SCOPE_NETNS, NEED_COUNTER(COUNTER_OUT_RSTS), set_out_rsts,
	  "TcpOutRsts", "/proc/net/snmp" },
	{ SCOPE_HOST, NEED_HOST(limits.nofile_hard, "a label", "a source"),
	  set_hard, "a label", "a source" },
	{ SCOPE_NETNS, NEED_NETNS(sockstat.mem_pages, "a label", "a source"),
	  set_mem_pages, "a label", "a source" },
	/* a rule of the host takes what is the same in every namespace from
	   the first */
	{ SCOPE_HOST, NEED_NETNS(sockstat.mem_pages, "a label", "a source"),
	  set_mem_pages, "a label", "a source" },
	/* asked once, before the first listener */
	{ SCOPE_LISTENER, NEED_SYSCTL(SYSCTL_SOMAXCONN), set_somaxconn,
	  "net.core.somaxconn", "/proc/sys/net/core/somaxconn" },
	/* the engine's own need */
	{ SCOPE_LISTENER,
	  { 0 },
	  set_listeners,
	  "the list of listeners",
	  "sock_diag (NETLINK_SOCK_DIAG)" },
};

static void an_unknown_need_is_the_only_finding(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(need_rows); i++) {
		const struct need_row *row = &need_rows[i];

		for (size_t j = 0; j < LENGTH(unknown_states); j++) {
			struct rule rule = rule_of(row->scope);
			struct host *host = facts_healthy();
			struct judged judged;
			char what[256];

			rule.judge = say_everything;
			rule.needs[0] = row->need;
			facts_listener(host, 80, 1);
			facts_listener(host, 81, 1);
			row->set(host, unknown_states[j]);
			judged_by(&rule, host, &goal, NULL, &judged);
			assert_int_equal(judged.n, 1);
			assert_int_equal(judged.list[0].verdict,
			                 VERDICT_UNKNOWN);
			assert_string_equal(judged.list[0].subject, row->name);
			(void)snprintf(what, sizeof(what), "%s is unknown (%s)",
			               row->name,
			               fact_state_name(unknown_states[j]));
			assert_string_equal(judged.list[0].what, what);
			assert_non_null(strstr(judged.list[0].why, row->from));
			assert_int_equal(judged.list[0].observed.state,
			                 FACT_UNREAD);

			row->set(host, FACT_KNOWN);
			judged_by(&rule, host, &goal, NULL, &judged);
			assert_int_equal(judged.n,
			                 row->scope == SCOPE_LISTENER ? 8 : 4);
			host_free(host);
		}
	}
}

static void an_unknown_need_of_a_listener_names_it(void **state)
{
	const struct goal goal = goal_default();
	struct rule rule = rule_of(SCOPE_LISTENER);
	struct host *host = facts_healthy();
	struct judged judged;

	(void)state;
	rule.judge = say_everything;
	rule.needs[0] = (struct rule_need)NEED_SYSCTL(SYSCTL_SOMAXCONN);
	rule.needs[1] =
		(struct rule_need)NEED_LISTENER(drops, "its drops", "diag");
	facts_listener(host, 80, 1)->drops = unknown(FACT_ABSENT);
	facts_owner(&host->ns[0].listeners[0], 7, 3, "nginx");
	facts_listener(host, 81, 1);
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 5);
	assert_int_equal(judged.list[0].verdict, VERDICT_UNKNOWN);
	assert_string_equal(judged.list[0].subject, "0.0.0.0:80 nginx[7]");
	assert_string_equal(
		judged.list[0].what,
		"0.0.0.0:80 nginx[7]: its drops is unknown (absent)");
	host_free(host);
}

static void the_first_unknown_need_is_named(void **state)
{
	const struct goal goal = goal_default();
	struct rule rule = rule_of(SCOPE_HOST);
	struct host *host = facts_healthy();
	struct judged judged;

	(void)state;
	for (int i = 0; i < RULE_NEEDS_MAX; i++)
		rule.needs[i] = (struct rule_need)NEED_SYSCTL(SYSCTL_FILE_MAX);
	rule.needs[RULE_NEEDS_MAX - 1].at = SYSCTL_FILE_NR;
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.list[0].verdict, VERDICT_OK);
	host->sysctl[SYSCTL_FILE_NR].state = FACT_DENIED;
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 1);
	assert_string_equal(judged.list[0].subject, "fs.file-nr");
	assert_string_equal(
		judged.list[0].why,
		"/proc/sys/fs/file-nr may not be read: run kiloflow as root");
	host->sysctl[SYSCTL_FILE_MAX].state = FACT_BROKEN;
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 1);
	assert_string_equal(judged.list[0].subject, "fs.file-max");
	host_free(host);
}

/* Why tcp_mem is absent depends on where we are. */
static void absent_in_a_child_namespace_is_said(void **state)
{
	static const struct {
		struct fact_u64 initial;
		const char *why;
	} rows[] = {
		{ { 0, FACT_KNOWN },
		  "/proc/sys/net/ipv4/tcp_mem exists only in the initial network namespace: run kiloflow there" },
		{ { 0, FACT_DENIED },
		  "/proc/sys/net/ipv4/tcp_mem exists only in the initial network namespace: run kiloflow there" },
		{ { 1, FACT_KNOWN },
		  "this kernel or namespace does not have /proc/sys/net/ipv4/tcp_mem" },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct rule rule = rule_of(SCOPE_HOST);
		struct host *host = facts_healthy();
		struct judged judged;

		rule.needs[0] = (struct rule_need)NEED_SYSCTL(SYSCTL_TCP_MEM);
		facts_child(host);
		host->ns[0].initial = rows[i].initial;
		judged_by(&rule, host, &goal, NULL, &judged);
		assert_string_equal(judged.list[0].why, rows[i].why);
		host_free(host);
	}
}

static void without_a_namespace_its_facts_are_unread(void **state)
{
	const struct goal goal = goal_default();
	struct rule rule = rule_of(SCOPE_HOST);
	struct host *host = host_new(0);
	struct judged judged;

	(void)state;
	rule.needs[0] = (struct rule_need)NEED_NETNS(lo.up, "lo", "netlink");
	judged_by(&rule, host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 1);
	assert_string_equal(judged.list[0].what, "lo is unknown (unread)");
	host_free(host);
}

static void no_need_is_always_known(void **state)
{
	const struct rule_need none = { .kind = RULE_NEED_NONE };
	struct host *host = facts_healthy();
	const struct rule_input in = { .host = host };

	(void)state;
	assert_true(rule_knows(rules[0], &in, &none));
	host_free(host);
}

/* Whatever a rule says that it needs: without it, unknown and no more. */
static void every_rule_says_when_it_cannot_look(void **state)
{
	(void)state;
	for (size_t i = 0; rules[i]; i++) {
		struct goal goal = goal_default();
		struct host *host = host_new(1);
		struct judged judged;

		if (rules[i]->scope == SCOPE_LOAD ||
		    rules[i]->scope == SCOPE_LIMIT ||
		    rules[i]->scope == SCOPE_SEARCH || rules[i]->of_boot) {
			host_free(host);
			continue;
		}
		/* nothing is known, and everything is needed */
		goal.peer = "192.0.2.1";
		goal.port = 80;
		goal.tool = "iperf2";
		judged_by(rules[i], host, &goal, NULL, &judged);
		assert_true(judged.n > 0);
		for (size_t at = 0; at < judged.n; at++)
			/* a lint claims no more than what it saw */
			if (judged.list[at].verdict != VERDICT_UNKNOWN &&
			    strcmp(rules[i]->id, "sysctl.odd") != 0)
				fail_msg("%s says %s", rules[i]->id,
				         judged.list[at].what);
		host_free(host);
	}
}

/* ---- policy ---- */

static void ignoring_demotes_and_never_hides(void **state)
{
	static const struct policy_change changes[] = {
		{ .id = "other.rule", .kind = POLICY_IGNORE },
		{ .id = "test.rule", .kind = POLICY_IGNORE },
	};
	const struct policy others = { .changes = changes, .n_changes = 1 };
	const struct policy all = { .changes = changes, .n_changes = 2 };
	const struct policy none = { 0 };
	const struct goal goal = goal_default();
	struct rule rule = rule_of(SCOPE_HOST);
	struct host *host = facts_healthy();
	struct judged judged;

	(void)state;
	judged_by(&rule, host, &goal, &all, &judged);
	assert_int_equal(judged.list[0].verdict, VERDICT_OK);
	assert_string_equal(judged.list[0].what, "all is well");

	rule.judge = say_everything;
	judged_by(&rule, host, &goal, &all, &judged);
	assert_int_equal(judged.n, 4);
	for (size_t i = 0; i < judged.n; i++) {
		assert_int_equal(judged.list[i].verdict, VERDICT_NOTE);
		assert_string_equal(judged.list[i].what, i ? "(ignored)" : "");
	}
	judged_by(&rule, host, &goal, &others, &judged);
	assert_int_equal(judged.list[3].verdict, VERDICT_FAIL);
	judged_by(&rule, host, &goal, &none, &judged);
	assert_int_equal(judged.list[3].verdict, VERDICT_FAIL);

	/* an unknown of the engine's own, too */
	rule.needs[0] = (struct rule_need)NEED_SYSCTL(SYSCTL_FILE_NR);
	host->sysctl[SYSCTL_FILE_NR].state = FACT_DENIED;
	judged_by(&rule, host, &goal, &all, &judged);
	assert_int_equal(judged.n, 1);
	assert_int_equal(judged.list[0].verdict, VERDICT_NOTE);
	assert_string_equal(judged.list[0].what,
	                    "fs.file-nr is unknown (denied) (ignored)");
	host_free(host);
}

/* ---- a run of all rules ---- */

static void run(const struct host *host, const struct goal *goal,
                unsigned int scopes_mask, struct judged *ret)
{
	struct need need;

	ret->n = 0;
	need_compute(goal, 4096, &need);
	engine_run(host, goal, &need, scopes_mask, NULL, judged_add, ret);
}

/* Rules that speak of one healthy namespace and the usual goal. */
static size_t rules_of(unsigned int mask)
{
	const struct goal goal = goal_default();
	struct need need;
	size_t n = 0;

	need_compute(&goal, 4096, &need);

	for (size_t i = 0; rules[i]; i++) {
		if (mask & 1U << rules[i]->scope &&
		    rules[i]->scope != SCOPE_LIMIT &&
		    rules[i]->scope != SCOPE_SEARCH && !rules[i]->of_boot &&
		    (!rules[i]->applies || rules[i]->applies(&goal, &need)))
			n++;
	}
	return n;
}

static void a_healthy_host_is_ok_in_every_rule(void **state)
{
	static const unsigned int masks[] = {
		0,
		1U << SCOPE_HOST,
		1U << SCOPE_NETNS,
		1U << SCOPE_LISTENER,
		1U << SCOPE_LOAD,
		~0U,
	};
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();
	struct judged judged;

	(void)state;
	host->ns[0].initial = fact_known(0);
	facts_load(host, &goal);
	facts_listener(host, 80, 4096);
	for (size_t i = 0; i < LENGTH(masks); i++) {
		run(host, &goal, masks[i], &judged);
		assert_int_equal(judged.n, rules_of(masks[i]));
		for (size_t at = 0; at < judged.n; at++)
			assert_int_equal(judged.list[at].verdict, VERDICT_OK);
	}
	assert_int_equal(engine_verdict(judged.list, judged.n, &goal,
	                                host->ns[0].load),
	                 REPORT_READY);
	host_free(host);
}

/* ---- the verdict ---- */

static const struct rule decisive = { .id = "a", .decisive = true };
static const struct rule minor = { .id = "b" };

static const struct {
	struct {
		const struct rule *rule;
		enum verdict verdict;
	} findings[3];
	size_t n;
	enum report_verdict unproven, proven;
} verdicts[] = {
	{ { { 0 } }, 0, REPORT_READY, REPORT_READY },
	{ { { &decisive, VERDICT_OK }, { &minor, VERDICT_NOTE } },
	  2,
	  REPORT_READY,
	  REPORT_READY },
	{ { { &minor, VERDICT_OK }, { &minor, VERDICT_WARN } },
	  2,
	  REPORT_READY_WITH_WARNINGS,
	  REPORT_READY_WITH_WARNINGS },
	{ { { &minor, VERDICT_UNKNOWN } }, 1, REPORT_READY, REPORT_READY },
	{ { { &decisive, VERDICT_UNKNOWN } }, 1, REPORT_UNKNOWN, REPORT_READY },
	{ { { &decisive, VERDICT_UNKNOWN }, { &minor, VERDICT_WARN } },
	  2,
	  REPORT_UNKNOWN,
	  REPORT_READY_WITH_WARNINGS },
	{ { { &minor, VERDICT_UNKNOWN }, { &decisive, VERDICT_WARN } },
	  2,
	  REPORT_READY_WITH_WARNINGS,
	  REPORT_READY_WITH_WARNINGS },
	{ { { &minor, VERDICT_FAIL },
	    { &decisive, VERDICT_UNKNOWN },
	    { &minor, VERDICT_WARN } },
	  3,
	  REPORT_NOT_READY,
	  REPORT_NOT_READY },
};

static void fail_is_before_unknown_before_warn(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = facts_healthy();

	(void)state;
	facts_load(host, &goal);
	for (size_t i = 0; i < LENGTH(verdicts); i++) {
		struct finding findings[3] = { 0 };

		for (size_t at = 0; at < verdicts[i].n; at++) {
			findings[at].rule = verdicts[i].findings[at].rule;
			findings[at].verdict = verdicts[i].findings[at].verdict;
		}
		assert_int_equal(engine_verdict(findings, verdicts[i].n, &goal,
		                                NULL),
		                 verdicts[i].unproven);
		assert_int_equal(engine_verdict(findings, verdicts[i].n, &goal,
		                                host->ns[0].load),
		                 verdicts[i].proven);
	}
	host_free(host);
}

static void all_late(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->flows[LOAD_OK] = 1;
	load->flows[LOAD_LATE] = load->asked - 1;
}

static void refused(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->refusal.refused = true;
}

static void interrupted(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->interrupted = true;
}

static void deadline(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->deadline = true;
}

static void inexact(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->bytes.exact = false;
}

static void one_reset(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->flows[LOAD_OK]--;
	load->flows[LOAD_RESET]++;
}

static void fewer_flows(struct load_result *load, struct goal *goal)
{
	(void)load;
	goal->flows++;
}

static void smaller_burst(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->mode.burst--;
}

static void larger_burst(struct load_result *load, struct goal *goal)
{
	(void)load;
	goal->burst--;
}

static void accepted_at_once(struct load_result *load, struct goal *goal)
{
	(void)goal;
	load->mode.accept = LOAD_ACCEPT_NOW;
}

static void other_listener(struct load_result *load, struct goal *goal)
{
	(void)load;
	goal->port = 80;
}

static void same_listener(struct load_result *load, struct goal *goal)
{
	goal->port = 80;
	load->mode.emulates = 80;
}

static void to_a_peer(struct load_result *load, struct goal *goal)
{
	(void)load;
	goal->peer = "192.0.2.1";
}

static void server_only(struct load_result *load, struct goal *goal)
{
	(void)load;
	goal->role = ROLE_SERVER;
}

/* What a load test must have done for an unknown to be moot. */
static const struct {
	void (*change)(struct load_result *load, struct goal *goal);
	bool moot;
} proofs[] = {
	{ all_late, true },          { larger_burst, true },
	{ same_listener, true },     { refused, false },
	{ interrupted, false },      { deadline, false },
	{ inexact, false },          { one_reset, false },
	{ fewer_flows, false },      { smaller_burst, false },
	{ accepted_at_once, false }, { other_listener, false },
	{ to_a_peer, false },        { server_only, false },
};

static void only_a_test_of_the_whole_goal_proves(void **state)
{
	const struct finding finding = {
		.rule = &decisive,
		.verdict = VERDICT_UNKNOWN,
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(proofs); i++) {
		struct goal goal = goal_default();
		struct host *host = facts_healthy();
		struct load_result *load = facts_load(host, &goal);

		proofs[i].change(load, &goal);
		assert_int_equal(engine_verdict(&finding, 1, &goal, load),
		                 proofs[i].moot ? REPORT_READY
		                                : REPORT_UNKNOWN);
		host_free(host);
	}
}

static void verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(report_verdict_name(REPORT_READY), "ready");
	assert_string_equal(report_verdict_name(REPORT_READY_WITH_WARNINGS),
	                    "ready-with-warnings");
	assert_string_equal(report_verdict_name(REPORT_NOT_READY), "not-ready");
	assert_string_equal(report_verdict_name(REPORT_UNKNOWN), "unknown");
}

/* ---- order ---- */

static void findings_sort_by_group_then_severity(void **state)
{
	static const struct rule path = { .id = "z", .group = GROUP_PATH };
	static const struct rule load = { .id = "a", .group = GROUP_LOAD };
	static const struct rule load_b = { .id = "b", .group = GROUP_LOAD };
	static const struct netns_facts one = { .inode = 1, .name = "x" };
	static const struct netns_facts two = { .inode = 2, .name = "a" };
	static const struct netns_facts named = { .inode = 2, .name = "b" };
	const struct finding sorted[] = {
		{ .rule = &path, .verdict = VERDICT_OK },
		{ .rule = &load_b, .verdict = VERDICT_FAIL },
		{ .rule = &load, .verdict = VERDICT_UNKNOWN },
		{ .rule = &load, .verdict = VERDICT_WARN },
		{ .rule = &load, .verdict = VERDICT_NOTE },
		{ .rule = &load, .verdict = VERDICT_OK },
		{ .rule = &load, .verdict = VERDICT_OK, .ns = &one },
		{ .rule = &load, .verdict = VERDICT_OK, .ns = &two },
		{ .rule = &load, .verdict = VERDICT_OK, .ns = &named },
		{ .rule = &load,
		  .verdict = VERDICT_OK,
		  .ns = &named,
		  .subject = "a" },
		{ .rule = &load,
		  .verdict = VERDICT_OK,
		  .ns = &named,
		  .subject = "a",
		  .what = "b" },
		{ .rule = &load_b, .verdict = VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(sorted); i++) {
		for (size_t j = 0; j < LENGTH(sorted); j++) {
			const int order = finding_order(&sorted[i], &sorted[j]);

			assert_int_equal((order > 0) - (order < 0),
			                 (i > j) - (i < j));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_rule_gets_one_ok_a_namespace),
		cmocka_unit_test(a_rule_is_handed_what_its_scope_says),
		cmocka_unit_test(a_finding_has_its_listener),
		cmocka_unit_test(one_bad_listener_takes_the_ok),
		cmocka_unit_test(a_rule_of_another_role_is_silent),
		cmocka_unit_test(an_unknown_need_is_the_only_finding),
		cmocka_unit_test(an_unknown_need_of_a_listener_names_it),
		cmocka_unit_test(the_first_unknown_need_is_named),
		cmocka_unit_test(absent_in_a_child_namespace_is_said),
		cmocka_unit_test(without_a_namespace_its_facts_are_unread),
		cmocka_unit_test(no_need_is_always_known),
		cmocka_unit_test(every_rule_says_when_it_cannot_look),
		cmocka_unit_test(ignoring_demotes_and_never_hides),
		cmocka_unit_test(a_healthy_host_is_ok_in_every_rule),
		cmocka_unit_test(fail_is_before_unknown_before_warn),
		cmocka_unit_test(only_a_test_of_the_whole_goal_proves),
		cmocka_unit_test(verdicts_have_names),
		cmocka_unit_test(findings_sort_by_group_then_severity),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
