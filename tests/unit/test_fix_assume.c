// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * checker/fix/assume.c; and what holds of every plan, over many hosts: it
 * never lowers, it stays in bounds, and a second one has nothing to do.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/fix/assume.h"
#include "checker/fix/plan.h"
#include "probes/base/span.h"
#include "probes/goal.h"
#include "probes/sysctl_value.h"
#include "rules/policy.h"
#include "rules/remedy.h"
#include "rules/requirement.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixing.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define HOME 4026531840 /* the inode of a healthy host's namespace */

/* --- one step at a time ----------------------------------------------------
 */

static void assume(struct host *host, const struct fix_step *step,
                   const char *to)
{
	char from[] = "1";
	char text[64];
	struct fix_step whole = *step;
	struct fix_steps steps = { .list = &whole, .n = 1 };

	(void)snprintf(text, sizeof(text), "%s", to);
	whole.from = from;
	whole.to = text;
	fix_assume(host, &steps);
}

static void assume_sysctl(struct host *host, uint64_t place, const char *key,
                          const char *to)
{
	struct fix_step step = { .kind = FIX_SYSCTL, .place.inode = place };

	(void)snprintf(step.key, sizeof(step.key), "%s", key);
	assume(host, &step, to);
}

static void a_sysctl_is_what_it_was_set_to(void **state)
{
	struct host *host = facts_healthy();
	struct sysctl_fact *fact;

	(void)state;
	facts_netns(host, "blue", 77);
	assume_sysctl(host, 77, "net.core.somaxconn", "5");
	assert_int_equal(host->ns[1].sysctl[SYSCTL_SOMAXCONN].v[0], 5);
	assert_int_equal(host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0], 4096);
	assume_sysctl(host, HOME, "net.core.somaxconn", "6");
	assert_int_equal(host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0], 6);
	assume_sysctl(host, 0, "net.ipv4.tcp_mem", "1 2 3");
	assert_int_equal(host->sysctl[SYSCTL_TCP_MEM].v[2], 3);
	/* what was not known is */
	fact = &host->sysctl[SYSCTL_FILE_MAX];
	fact->state = FACT_DENIED;
	assume_sysctl(host, 0, "fs.file-max", "7");
	assert_int_equal(fact->state, FACT_KNOWN);
	assert_int_equal(fact->v[0], 7);
	fact = &host->ns[0].sysctl[SYSCTL_CONGESTION_CONTROL];
	assume_sysctl(host, HOME, "net.ipv4.tcp_congestion_control", "bbr");
	assert_string_equal(fact->text, "bbr");
	/* what the kernel does not take changes nothing, nor does a stranger */
	assume_sysctl(host, HOME, "net.core.somaxconn", "-1");
	assume_sysctl(host, HOME, "net.core.somaxconn2", "8");
	assume_sysctl(host, 78, "net.core.somaxconn", "9");
	assert_int_equal(host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0], 6);
	assert_int_equal(host->ns[1].sysctl[SYSCTL_SOMAXCONN].v[0], 5);
	host_free(host);
}

static void what_is_skipped_is_not_assumed(void **state)
{
	const struct fix_step step = {
		.kind = FIX_SYSCTL,
		.key = "fs.nr_open",
		.skipped = "no",
	};
	struct host *host = facts_healthy();

	(void)state;
	assume(host, &step, "5");
	assert_int_equal(host->sysctl[SYSCTL_NR_OPEN].v[0], 1048576);
	host_free(host);
}

/* 28232 ports, 232 in use. */
static const struct {
	const char *range, *reserved; /* as they become; NULL: as they are */
	const char *now;              /* reserved before */
	uint64_t usable;
} ports[] = {
	{ "1024 65535", NULL, "", 64512 },
	{ "32768 60999", NULL, "", 28232 },
	/* those outside of the range take nothing from it */
	{ "1024 65535", NULL, "40000,40001", 64512 },
	{ "1024 65535", NULL, "8080,40000", 64511 },
	{ NULL, "40000", "", 28231 },
	{ NULL, "8080", "", 28232 },
	{ NULL, "40000,50000-50009", "40000", 28222 },
	/* one that was cut: all of them may be inside */
	{ "1024 65535", NULL, "40000,40001,...", 64512 },
};

static void free_ports_follow(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ports); i++) {
		struct host *host = facts_healthy();
		struct netns_facts *ns = &host->ns[0];

		print_message("row %zu\n", i);
		strcpy(ns->sysctl[SYSCTL_RESERVED_PORTS].text, ports[i].now);
		ns->sysctl[SYSCTL_RESERVED_PORTS].v[0] =
			strchr(ports[i].now, ',') ? 2 : !!ports[i].now[0];
		ns->ports.free.value -= 232;
		if (ports[i].range)
			assume_sysctl(host, HOME,
			              "net.ipv4.ip_local_port_range",
			              ports[i].range);
		if (ports[i].reserved)
			assume_sysctl(host, HOME,
			              "net.ipv4.ip_local_reserved_ports",
			              ports[i].reserved);
		assert_int_equal(ns->ports.usable.value, ports[i].usable);
		assert_int_equal(ns->ports.free.value, ports[i].usable - 232);
		host_free(host);
	}
}

static void unknown_ports_stay_unknown(void **state)
{
	struct host *host = facts_healthy();
	struct netns_facts *ns = &host->ns[0];

	(void)state;
	ns->ports.free = (struct fact_u64){ .state = FACT_DENIED };
	ns->sysctl[SYSCTL_RESERVED_PORTS].state = FACT_ABSENT;
	assume_sysctl(host, HOME, "net.ipv4.ip_local_port_range", "1024 65535");
	assert_int_equal(ns->ports.free.state, FACT_DENIED);
	assert_int_equal(ns->ports.free.value, 0);
	assert_int_equal(ns->ports.usable.value, 64512);
	ns->sysctl[SYSCTL_PORT_RANGE].state = FACT_BROKEN;
	assume_sysctl(host, HOME, "net.ipv4.ip_local_port_range", "2024 65535");
	assert_int_equal(ns->ports.usable.value, 64512);
	host_free(host);
}

/* In whichever namespace it was found to accept. */
static void a_limit_is_that_of_the_process(void **state)
{
	const struct fix_step step = {
		.kind = FIX_PRLIMIT,
		.process.pid = 7,
		.key = "RLIMIT_NOFILE of nginx[7]",
	};
	struct host *host = facts_healthy();
	const struct proc_limits_facts *list;

	(void)state;
	facts_netns(host, "blue", 77);
	facts_server(&host->ns[0], 7, 1, 2);
	facts_server(&host->ns[1], 6, 1, 2);
	facts_server(&host->ns[1], 7, 1, 2);
	assume(host, &step, "1024 unlimited");
	list = host->ns[1].servers.list;
	assert_int_equal(host->ns[0].servers.list[0].nofile_soft.value, 1024);
	assert_int_equal(list[0].nofile_soft.value, 1);
	assert_int_equal(list[1].nofile_soft.value, 1024);
	assert_true(list[1].nofile_hard.value == UINT64_MAX);
	assume(host, &step, "unlimited 4096");
	assert_true(list[1].nofile_soft.value == UINT64_MAX);
	assert_int_equal(list[1].nofile_hard.value, 4096);
	host_free(host);
}

static void a_listener_is_known_by_its_cookie(void **state)
{
	struct fix_step step = {
		.kind = FIX_RELISTEN,
		.place.inode = HOME,
	};
	struct host *host = facts_healthy();

	(void)state;
	facts_netns(host, "blue", 77);
	for (int i = 0; i < 2; i++) {
		facts_listener_in(&host->ns[i], 80, 5);
		facts_listener_in(&host->ns[i], 80, 5);
	}
	step.socket.inode = host->ns[0].listeners[1].inode;
	step.socket.cookie = host->ns[0].listeners[1].cookie;
	assume(host, &step, "4096");
	assert_int_equal(host->ns[0].listeners[0].limit, 5);
	assert_int_equal(host->ns[0].listeners[1].limit, 4096);
	assert_int_equal(host->ns[1].listeners[1].limit, 5);
	/* another socket has its inode by now */
	step.socket.cookie++;
	assume(host, &step, "9999");
	assert_int_equal(host->ns[0].listeners[1].limit, 4096);
	host_free(host);
}

static void a_file_changes_nothing_now(void **state)
{
	const struct fix_step step = { .kind = FIX_FILE, .key = "fs.nr_open" };
	struct host *host = facts_healthy();

	(void)state;
	assume(host, &step, "5");
	assert_int_equal(host->sysctl[SYSCTL_NR_OPEN].v[0], 1048576);
	host_free(host);
}

static void a_copy_is_ones_own(void **state)
{
	struct host *host = facts_healthy();
	struct host *copy;

	(void)state;
	facts_netns(host, "blue", 77);
	facts_owner(facts_listener_in(&host->ns[1], 80, 5), 7, 3, "x");
	facts_server(&host->ns[0], 7, 1, 2);
	copy = assume_copy(host);
	assert_non_null(copy);
	assert_int_equal(copy->n_ns, 2);
	assert_int_equal(copy->ns[1].inode, 77);
	assert_int_equal(copy->ns[1].n_listeners, 1);
	assert_int_equal(copy->ns[1].listeners[0].owners[0].pid, 7);
	copy->sysctl[SYSCTL_NR_OPEN].v[0] = 1;
	copy->ns[1].sysctl[SYSCTL_SOMAXCONN].v[0] = 1;
	copy->ns[1].listeners[0].limit = 1;
	copy->ns[0].servers.list[0].nofile_soft.value = 9;
	assert_int_equal(host->sysctl[SYSCTL_NR_OPEN].v[0], 1048576);
	assert_int_equal(host->ns[1].sysctl[SYSCTL_SOMAXCONN].v[0], 4096);
	assert_int_equal(host->ns[1].listeners[0].limit, 5);
	assert_int_equal(host->ns[0].servers.list[0].nofile_soft.value, 1);
	assume_free(copy);
	assume_free(NULL);
	host_free(host);
}

/* --- over many hosts -------------------------------------------------------
 */

#define HOSTS 4000

static uint64_t seed;
static uint64_t host_number; /* that is looked at */

static int say_host(void **state)
{
	(void)state;
	print_message("the last host: KILOFLOW_SEED=%llu\n",
	              (unsigned long long)host_number);
	return 0;
}

/* xorshift64* */
static uint64_t any(uint64_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * UINT64_C(2685821657736338717) >> 33) % n;
}

static bool one_in(uint64_t n)
{
	return !any(n);
}

#define ANY_OF(array) (array)[any(LENGTH(array))]

static int64_t any_number(const struct sysctl_desc *desc)
{
	static const int64_t numbers[] = {
		INT64_MIN, -1,      0,       1,         2,       3,
		5,         64,      128,     512,       998,     999,
		1000,      1024,    4096,    4097,      32768,   65535,
		131072,    1048576, 4194304, INT32_MAX, 1 << 30, INT64_MAX,
	};
	const int64_t number = ANY_OF(numbers);

	if (number < desc->min)
		return desc->min;
	return number > desc->max ? desc->max : number;
}

static void any_sysctl(const struct sysctl_desc *desc, struct sysctl_fact *fact)
{
	const unsigned int n = sysctl_numbers(desc->type);

	if (fact->state != FACT_KNOWN || !one_in(5))
		return;
	if (one_in(6))
		fact->state = FACT_DENIED;
	for (unsigned int i = 0; i < n; i++)
		fact->v[i] = any_number(desc);
	if (desc->type == SYSCTL_TYPE_PAIR) {
		fact->v[0] = 1024 + (int64_t)any(40000);
		fact->v[1] = fact->v[0] + (int64_t)any(24000);
	}
}

static void any_ports(struct netns_facts *ns)
{
	const int64_t *range = ns->sysctl[SYSCTL_PORT_RANGE].v;
	struct sysctl_fact *reserved = &ns->sysctl[SYSCTL_RESERVED_PORTS];
	uint64_t usable = (uint64_t)(range[1] - range[0] + 1);

	*reserved = (struct sysctl_fact){ .state = FACT_KNOWN };
	if (one_in(3)) {
		/* one port, which is in the range or not */
		reserved->v[0] = 1;
		(void)snprintf(reserved->text, sizeof(reserved->text), "%u",
		               (unsigned int)(1024 + any(60000)));
		usable -= reserved->text[0] &&
		          atoi(reserved->text) >= range[0] &&
		          atoi(reserved->text) <= range[1];
	}
	ns->ports.usable = fact_known(usable);
	ns->ports.free = fact_known(usable - any(usable / 8 + 1));
}

static void any_listeners(struct netns_facts *ns)
{
	static const uint16_t at[] = { 80, 80, 8080, 40000 };
	static const uint32_t limits[] = { 0, 5, 128, 511, 998, 999, 4096 };
	static const char *const comms[] = { "nginx", "haproxy", "x" };

	for (uint64_t n = any(5); n; n--) {
		const uint32_t members = (uint32_t)any(3) + 1;
		const uint16_t port = ANY_OF(at);
		const bool alike = one_in(2);
		const uint32_t limit = ANY_OF(limits);

		for (uint32_t i = 0; i < members; i++) {
			struct listener *listener = facts_listener_in(
				ns, port, alike ? limit : ANY_OF(limits));

			listener->group_size = members;
			listener->uid = (uint32_t)n;
			listener->queue = one_in(8) ? listener->limit + 1 : 0;
			listener->drops = fact_known(one_in(4) ? 3 : 0);
			listener->owners_state =
				one_in(5) ? OWNERS_DENIED : OWNERS_KNOWN;
			if (!one_in(5))
				facts_owner(listener, 7 + (pid_t)any(3), 3,
				            ANY_OF(comms));
		}
	}
	for (uint64_t n = any(4); n; n--) {
		static const uint64_t soft[] = { 0, 999, 1000, 1024, 65536 };
		const uint64_t limit = ANY_OF(soft);

		/* no two namespaces have one in common */
		facts_server(ns,
		             (pid_t)(ns->inode == HOME ? 6 : ns->inode) +
		                     (pid_t)n,
		             limit, limit + any(2000))
			->fds = fact_known(any(2000));
	}
}

static void any_netns(struct netns_facts *ns)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
		any_sysctl(sysctl_desc(id), &ns->sysctl[id]);
	any_ports(ns);
	any_listeners(ns);
	ns->conntrack.tracks = fact_known(any(2));
	ns->conntrack.entries = fact_known(any(100000));
	ns->sockstat.time_wait = fact_known(any(100000));
	ns->sockstat.mem_pages = fact_known(any(500000));
	ns->sockstat.orphan = fact_known(any(100000));
}

static struct host *any_host(void)
{
	static const char *const kernels[] = { "3.10.0", "4.0.1", "4.18.0",
		                               "6.18.44", "strange" };
	struct host *host = facts_healthy();

	if (one_in(3)) {
		facts_netns(host, "blue", 77);
		facts_netns(host, "green", 66);
	}
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
		any_sysctl(sysctl_desc(id), &host->sysctl[id]);
	for (size_t i = 0; i < host->n_ns; i++)
		any_netns(&host->ns[i]);
	if (one_in(6))
		facts_child(host);
	(void)snprintf(host->kernel, sizeof(host->kernel), "%s",
	               ANY_OF(kernels));
	host->memory.available_bytes.value = UINT64_C(1) << (20 + any(20));
	if (one_in(8))
		host->memory.available_bytes.state = FACT_ABSENT;
	if (one_in(3))
		host->limits.nofile_hard = fact_known(1024);
	host->threads.exempt = fact_known(any(2));
	host->threads.user = fact_known(any(20000));
	return host;
}

static struct goal any_goal(void)
{
	static const uint64_t flows[] = {
		1,     2,     999,   1000,   1001,    10000,  28232, 40000,
		64511, 64512, 70000, 600000, 4000000, 100000, 5000
	};
	static const uint16_t at[] = { 0, 80, 8080, 40000 };
	static const enum goal_role roles[] = { ROLE_CLIENT, ROLE_SERVER,
		                                ROLE_BOTH, ROLE_BOTH };
	struct goal goal = goal_default();

	goal.flows = ANY_OF(flows);
	goal.burst = one_in(3) ? any(goal.flows) + 1 : goal.flows;
	goal.port = ANY_OF(at);
	goal.role = ANY_OF(roles);
	goal.peer = one_in(4) ? "192.0.2.1" : NULL;
	goal.tool = one_in(4) ? "iperf2" : "epoll";
	goal.bytes_in_flight = one_in(3) ? any(UINT64_C(1) << 33) : 0;
	return goal;
}

/* One that may well contradict the rules. */
static void any_requirement(struct requirement *ret)
{
	static const enum sysctl_id ids[] = {
		SYSCTL_SOMAXCONN,     SYSCTL_SYNCOOKIES, SYSCTL_PORT_RANGE,
		SYSCTL_TCP_RMEM,      SYSCTL_TW_REUSE,   SYSCTL_TIMESTAMPS,
		SYSCTL_CONNTRACK_MAX, SYSCTL_TCP_MEM,
	};
	static const int64_t numbers[] = { 0, 1, 2, 3, 998, 4096, 50000 };
	const enum sysctl_id id = ANY_OF(ids);

	*ret = (struct requirement){
		.sysctl = id,
		.index = (unsigned int)any(
			sysctl_numbers(sysctl_desc(id)->type)),
		.op = (enum requirement_op)any(4),
		.number = ANY_OF(numbers),
		.severity = one_in(2) ? VERDICT_FAIL : VERDICT_WARN,
	};
	requirement_complete(ret);
}

static struct sysctl_value value_of(const struct sysctl_desc *desc,
                                    const char *text)
{
	struct sysctl_value value = { 0 };

	assert_true(
		sysctl_value_write(desc, span_of(text, strlen(text)), &value));
	return value;
}

/* From what it is, to what the kernel takes, and no amount less than it is. */
static void check_sysctl(const struct host *host, const struct fix_step *step)
{
	const enum sysctl_id id = sysctl_by_key(step->key);
	const struct sysctl_desc *desc = sysctl_desc(id);
	const bool of_netns = desc->scope == SYSCTL_SCOPE_NETNS;
	const struct sysctl_value from = value_of(desc, step->from);
	const struct sysctl_value to = value_of(desc, step->to);
	const struct sysctl_fact *fact = NULL;
	struct sysctl_value now;

	for (size_t i = 0; i < host->n_ns; i++) {
		if (!of_netns || host->ns[i].inode == step->place.inode)
			fact = host_sysctl(host, &host->ns[i], id);
	}
	assert_true(of_netns || !step->place.inode);
	assert_non_null(fact);
	assert_int_equal(fact->state, FACT_KNOWN);
	now = sysctl_value_of(desc, fact);
	assert_true(sysctl_value_equal(desc, &from, &now));
	assert_false(sysctl_value_equal(desc, &from, &to));
	for (unsigned int i = 0; i < sysctl_numbers(desc->type); i++) {
		const bool is_low = desc->type == SYSCTL_TYPE_PAIR && !i;

		assert_true(to.v[i] < 0 ||
		            (uint64_t)to.v[i] <= remedy_most(host, id));
		if (desc->sense == SYSCTL_AMOUNT)
			assert_true(is_low ? to.v[i] <= from.v[i]
			                   : to.v[i] >= from.v[i]);
	}
}

static void check_relisten(const struct host *after,
                           const struct fix_step *step)
{
	const uint64_t to = strtoull(step->to, NULL, 10);

	assert_true(strtoull(step->from, NULL, 10) < to);
	for (size_t i = 0; i < after->n_ns; i++) {
		const struct netns_facts *ns = &after->ns[i];

		if (ns->inode == step->place.inode)
			assert_true(
				to <=
				(uint64_t)ns->sysctl[SYSCTL_SOMAXCONN].v[0]);
	}
}

static void check_prlimit(const struct host *after, const struct fix_step *step)
{
	const uint64_t from_hard = strtoull(strchr(step->from, ' '), NULL, 10);
	const uint64_t to_hard = strtoull(strchr(step->to, ' '), NULL, 10);
	const struct sysctl_fact *nr_open = &after->sysctl[SYSCTL_NR_OPEN];

	assert_true(strtoull(step->from, NULL, 10) <
	            strtoull(step->to, NULL, 10));
	assert_true(strtoull(step->to, NULL, 10) <= to_hard);
	assert_true(from_hard <= to_hard);
	assert_true(nr_open->state != FACT_KNOWN ||
	            to_hard <= (uint64_t)nr_open->v[0]);
}

static void check_steps(const struct host *before, const struct host *after,
                        const struct fix_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];

		assert_true(step->n_answers > 0);
		assert_true(!i || steps->list[i - 1].kind <= step->kind);
		if (step->skipped[0])
			continue;
		if (step->kind == FIX_SYSCTL)
			check_sysctl(before, step);
		else if (step->kind == FIX_RELISTEN)
			check_relisten(after, step);
		else
			check_prlimit(after, step);
	}
}

static bool is_answer(const struct fix_step *step,
                      const struct finding *finding)
{
	const uint64_t inode = finding->ns ? finding->ns->inode : 0;

	if (step->skipped[0] || step->kind != FIX_SYSCTL ||
	    finding->remedy.kind != REMEDY_SYSCTL ||
	    strcmp(step->key, finding->remedy.key) != 0 ||
	    (step->place.inode && step->place.inode != inode))
		return false;
	for (size_t i = 0; i < step->n_answers; i++) {
		if (!strcmp(step->answers[i], finding->rule->id))
			return true;
	}
	return false;
}

/* It was asked for more than was made, and said so. */
static bool is_skipped(const struct fix_steps *steps,
                       const struct finding *finding)
{
	for (size_t i = 0; i < steps->n; i++) {
		if (steps->list[i].skipped[0] &&
		    !strcmp(steps->list[i].key, finding->remedy.key))
			return true;
	}
	return false;
}

/* What a made step answers is not found again. */
static void check_answers(const struct fixing *again,
                          const struct fix_steps *steps)
{
	for (size_t i = 0; i < again->n; i++) {
		const struct finding *finding = &again->findings[i];

		if (finding->verdict != VERDICT_FAIL &&
		    finding->verdict != VERDICT_WARN)
			continue;
		for (size_t k = 0; k < steps->n; k++) {
			if (is_answer(&steps->list[k], finding) &&
			    !is_skipped(steps, finding))
				fail_msg("%s: %s", finding->rule->id,
				         finding->what);
		}
	}
}

static void check_nothing_left(const struct fix_steps *first,
                               const struct fix_steps *second)
{
	char text[16384];

	if (!fix_steps_made(second))
		return;
	print_message("first:\n%s\n", fixing_text(first, text, sizeof(text)));
	fail_msg("second:\n%s", fixing_text(second, text, sizeof(text)));
}

static void check_host(size_t *n_made)
{
	struct requirement requirement;
	struct policy policy = { .requirements = &requirement };
	const struct goal goal = any_goal();
	struct host *host = any_host();
	struct fix_wish wish = {
		.host = host,
		.goal = &goal,
		.policy = &policy,
		.pid = one_in(5) ? 7 : 0,
	};
	struct host *after;
	struct fixing first;
	struct fixing second;

	if (one_in(3)) {
		any_requirement(&requirement);
		policy.n_requirements = 1;
	}
	fixing_plan(&first, &wish);
	after = assume_copy(host);
	assert_non_null(after);
	fix_assume(after, &first.steps);
	check_steps(host, after, &first.steps);
	wish.host = after;
	fixing_plan(&second, &wish);
	check_nothing_left(&first.steps, &second.steps);
	check_answers(&second, &first.steps);
	*n_made += fix_steps_made(&first.steps);
	fixing_done(&first);
	fixing_done(&second);
	assume_free(after);
	host_free(host);
}

static void a_second_fix_has_nothing_to_do(void **state)
{
	const char *given = getenv("KILOFLOW_SEED");
	const uint64_t first = given ? strtoull(given, NULL, 10) : 1;
	size_t n_made = 0;

	(void)state;
	for (uint64_t i = first; i < first + (given ? 1 : HOSTS); i++) {
		host_number = i;
		seed = i * UINT64_C(0x9e3779b97f4a7c15);
		check_host(&n_made);
	}
	print_message("%zu steps\n", n_made);
	assert_true(given || n_made > 4 * HOSTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sysctl_is_what_it_was_set_to),
		cmocka_unit_test(what_is_skipped_is_not_assumed),
		cmocka_unit_test(free_ports_follow),
		cmocka_unit_test(unknown_ports_stay_unknown),
		cmocka_unit_test(a_limit_is_that_of_the_process),
		cmocka_unit_test(a_listener_is_known_by_its_cookie),
		cmocka_unit_test(a_file_changes_nothing_now),
		cmocka_unit_test(a_copy_is_ones_own),
		cmocka_unit_test_teardown(a_second_fix_has_nothing_to_do,
		                          say_host),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
