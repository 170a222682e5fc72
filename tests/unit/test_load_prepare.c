// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * prepare: each resource refuses one below its need and not at it; what is
 * not known is tried, never refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "probes/load/load.h"
#include "probes/load/plan.h"
#include "tests/support/fdcheck.h"

#define FLOWS 1000

/* Exactly what 1000 flows over loopback need: 2 x 1000 + 64 descriptors. */
static void host_that_just_fits(struct host *host, struct netns_facts *ns)
{
	memset(host, 0, sizeof(*host));
	memset(ns, 0, sizeof(*ns));
	host->memory.page_bytes = fact_known(4096);
	host->memory.available_bytes = fact_known(FLOWS * UINT64_C(9728));
	host->limits.nofile_hard = fact_known(2064);
	host->sysctl[SYSCTL_FILE_MAX] = (struct sysctl_fact){
		.state = FACT_KNOWN,
		.v = { 5064 },
	};
	host->sysctl[SYSCTL_FILE_NR] = (struct sysctl_fact){
		.state = FACT_KNOWN,
		.v = { 3000, 0, 5064 },
	};
	host->sysctl[SYSCTL_TCP_MEM] = (struct sysctl_fact){
		.state = FACT_KNOWN,
		.v = { 1, 2, 1200 },
	};
	ns->sockstat.mem_pages = fact_known(200);
	ns->lo.up = fact_known(1);
	ns->lo.ipv6 = fact_known(1);
	ns->ports.free = fact_known(FLOWS);
}

static struct load_options options_of(enum goal_family family)
{
	struct goal goal = goal_default();

	goal.family = family;
	return load_options_default(&goal);
}

static void test_just_fits(void **state)
{
	const struct load_options options = options_of(FAMILY_IPV6);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	host_that_just_fits(&host, &ns);
	assert_false(load_prepare(&options, &host, &ns, &refusal));
	assert_false(refusal.refused);
}

struct fixture {
	struct host host;
	struct netns_facts ns;
};

#define HOST(field) offsetof(struct fixture, host.field)
#define NS(field) offsetof(struct fixture, ns.field)

static const struct {
	const char *resource;
	size_t fact;
	uint64_t need;
} rows[] = {
	{ "lo", NS(lo.up), 1 },
	{ "::1", NS(lo.ipv6), 1 },
	{ "RLIMIT_NOFILE", HOST(limits.nofile_hard), 2064 },
	{ "ports", NS(ports.free), FLOWS },
	{ "memory", HOST(memory.available_bytes), FLOWS *UINT64_C(9728) },
};

static void test_one_less_is_refused(void **state)
{
	const struct load_options options = options_of(FAMILY_IPV6);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct load_refusal refusal;
		struct fixture f;
		struct fact_u64 *fact =
			(struct fact_u64 *)((char *)&f + rows[i].fact);

		host_that_just_fits(&f.host, &f.ns);
		fact->value--;
		assert_true(load_prepare(&options, &f.host, &f.ns, &refusal));
		assert_string_equal(refusal.resource, rows[i].resource);
		assert_int_equal(refusal.need, rows[i].need);
		assert_int_equal(refusal.have, rows[i].need - 1);
	}
}

static void test_unknown_is_tried(void **state)
{
	static const enum fact_state states[] = { FACT_UNREAD, FACT_ABSENT,
		                                  FACT_DENIED, FACT_BROKEN };
	const struct load_options options = options_of(FAMILY_IPV6);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t s = 0; s < 4; s++) {
			struct load_refusal refusal;
			struct fixture f;
			struct fact_u64 *fact =
				(struct fact_u64 *)((char *)&f + rows[i].fact);

			host_that_just_fits(&f.host, &f.ns);
			*fact = (struct fact_u64){ .state = states[s] };
			assert_false(load_prepare(&options, &f.host, &f.ns,
			                          &refusal));
		}
	}
}

/* 16 of the 64 that are needed anyway are open by now. */
static void test_inherited_descriptors(void **state)
{
	static const struct {
		uint64_t hard, open;
		enum fact_state state;
		bool refused;
		uint64_t have;
	} inherited[] = {
		{ 2064, 16, FACT_KNOWN, false, 0 },
		{ 2064, 17, FACT_KNOWN, true, 2063 },
		{ 3064, 1016, FACT_KNOWN, false, 0 },
		{ 3064, 1017, FACT_KNOWN, true, 2063 },
		{ UINT64_MAX, 1000000, FACT_KNOWN, false, 0 },
		/* of before the limit was lowered */
		{ 2064, 9000, FACT_KNOWN, true, 0 },
		{ 2064, 9000, FACT_DENIED, false, 0 },
	};
	const struct load_options options = options_of(FAMILY_IPV4);

	(void)state;
	for (size_t i = 0; i < sizeof(inherited) / sizeof(inherited[0]); i++) {
		struct load_refusal refusal;
		struct host host;
		struct netns_facts ns;

		host_that_just_fits(&host, &ns);
		host.limits.nofile_hard = fact_known(inherited[i].hard);
		host.limits.nofile_open = (struct fact_u64){
			.value = inherited[i].open,
			.state = inherited[i].state,
		};
		assert_int_equal(load_prepare(&options, &host, &ns, &refusal),
		                 inherited[i].refused);
		if (!inherited[i].refused)
			continue;
		assert_string_equal(refusal.resource, "RLIMIT_NOFILE");
		assert_int_equal(refusal.have, inherited[i].have);
		assert_int_equal(refusal.need, 2064);
	}
}

static void test_sysctls(void **state)
{
	const struct load_options options = options_of(FAMILY_IPV4);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	host_that_just_fits(&host, &ns);
	host.sysctl[SYSCTL_FILE_MAX].v[0]--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "fs.file-max");
	assert_int_equal(refusal.have, 2063);

	/* root may have opened more than the maximum */
	host.sysctl[SYSCTL_FILE_MAX].v[0] = 10;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_int_equal(refusal.have, 0);

	host_that_just_fits(&host, &ns);
	ns.sockstat.mem_pages = fact_known(201);
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "net.ipv4.tcp_mem");
	assert_int_equal(refusal.have, 999);
	assert_int_equal(refusal.need, 1000);

	host.sysctl[SYSCTL_TCP_MEM].state = FACT_ABSENT;
	assert_false(load_prepare(&options, &host, &ns, &refusal));
}

static void test_ipv6_matters_to_ipv6_only(void **state)
{
	const struct load_options options = options_of(FAMILY_IPV4);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	host_that_just_fits(&host, &ns);
	ns.lo.ipv6 = fact_known(0);
	assert_false(load_prepare(&options, &host, &ns, &refusal));
}

/*
 * More tables and sources lift what one of them bounds; what bounds all of
 * them together stays.
 */
static void test_spread(void **state)
{
	struct load_options options = options_of(FAMILY_IPV4);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	options.spread = true;
	host_that_just_fits(&host, &ns);
	host.memory.available_bytes = fact_known(UINT64_C(1) << 40);
	host.limits.nofile_hard = fact_known(256);
	ns.ports.free = fact_known(2);
	assert_false(load_prepare(&options, &host, &ns, &refusal));

	host.limits.nofile_hard.value = plan_least_nofile(FLOWS);
	assert_false(load_prepare(&options, &host, &ns, &refusal));
	host.limits.nofile_hard.value--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "RLIMIT_NOFILE");
	assert_int_equal(refusal.need, refusal.have + 1);
	host.limits.nofile_hard.state = FACT_DENIED;
	assert_false(load_prepare(&options, &host, &ns, &refusal));

	ns.ports.free.value = 0;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "ports");
	ns.ports.free.state = FACT_DENIED;
	assert_false(load_prepare(&options, &host, &ns, &refusal));

	host.sysctl[SYSCTL_FILE_MAX].v[0]--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "fs.file-max");
}

/* IPv6 has one loopback address. */
static void test_spread_ipv6(void **state)
{
	struct load_options options = options_of(FAMILY_IPV6);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	options.spread = true;
	host_that_just_fits(&host, &ns);
	host.memory.available_bytes = fact_known(UINT64_C(1) << 40);
	assert_false(load_prepare(&options, &host, &ns, &refusal));
	ns.ports.free.value--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "ports");
	assert_int_equal(refusal.have, FLOWS - 1);
	assert_int_equal(refusal.need, FLOWS);
}

/* Its own memory counts too; unread data is that of a wave. */
static void test_spread_memory(void **state)
{
	struct load_options options = options_of(FAMILY_IPV4);
	struct load_refusal refusal;
	struct load_prediction predicted;
	struct host host;
	struct netns_facts ns;

	(void)state;
	options.spread = true;
	options.flows = 1000000;
	options.burst = 65536;
	host_that_just_fits(&host, &ns);
	host.sysctl[SYSCTL_FILE_MAX].v[0] = 2003064;
	host.sysctl[SYSCTL_TCP_MEM].v[2] = 65736;
	host.limits.nofile_hard = fact_known(20000);
	predicted = load_predict(&options);
	assert_int_equal(predicted.kernel_bytes, UINT64_C(9728000000));
	assert_int_equal(predicted.descriptors, 2000064);
	assert_in_range(predicted.own_bytes, 1000000, 300000000);
	host.memory.available_bytes =
		fact_known(predicted.kernel_bytes + predicted.own_bytes);
	assert_false(load_prepare(&options, &host, &ns, &refusal));

	host.memory.available_bytes.value--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "memory");
	host.memory.available_bytes.value++;
	ns.sockstat.mem_pages.value++;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "net.ipv4.tcp_mem");
	assert_int_equal(refusal.need, 65536);

	/* small waves: what the transfer finds unread */
	options.burst = 1;
	assert_false(load_prepare(&options, &host, &ns, &refusal));
	host.sysctl[SYSCTL_TCP_MEM].v[2] = 20200;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_int_equal(refusal.need, LOAD_UNREAD_MAX);
}

/* Connections come and go: how many, and how many ports rest meanwhile? */
static void test_churn(void **state)
{
	static const struct {
		uint64_t per_s, time_s, rest_s;
		enum load_close close;
		uint64_t time_wait_left;
		uint64_t connections, ports, time_wait;
	} churns[] = {
		{ 500, 2, 60, LOAD_CLOSE_FIN, UINT64_MAX, 1000, 1000, 1000 },
		{ 500, 60, 60, LOAD_CLOSE_FIN, UINT64_MAX, 30000, 30000,
		  30000 },
		{ 500, 3600, 60, LOAD_CLOSE_FIN, UINT64_MAX, 1800000, 30000,
		  30000 },
		{ 500, 3600, 1, LOAD_CLOSE_FIN, UINT64_MAX, 1800000, 500,
		  30000 },
		{ 500, 3600, 60, LOAD_CLOSE_FIN, 700, 1800000, 30000, 700 },
		{ 500, 3600, 60, LOAD_CLOSE_RST, UINT64_MAX, 1800000, FLOWS,
		  0 },
		{ 500, 1, 60, LOAD_CLOSE_RST, UINT64_MAX, 500, 500, 0 },
		{ 1, 1, 60, LOAD_CLOSE_FIN, UINT64_MAX, 1, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(churns) / sizeof(churns[0]); i++) {
		struct load_options options = options_of(FAMILY_IPV4);
		struct load_prediction predicted;

		options.shape = LOAD_CHURN;
		options.rate_per_s = churns[i].per_s;
		options.time_ns = churns[i].time_s * UINT64_C(1000000000);
		options.port_rest_ns = churns[i].rest_s * UINT64_C(1000000000);
		options.close = churns[i].close;
		options.time_wait_left = churns[i].time_wait_left;
		predicted = load_predict(&options);
		assert_int_equal(load_connections(&options),
		                 churns[i].connections);
		assert_int_equal(predicted.ports, churns[i].ports);
		assert_int_equal(predicted.time_wait, churns[i].time_wait);
		assert_int_equal(predicted.kernel_bytes,
		                 FLOWS * UINT64_C(9728) +
		                         256 * predicted.time_wait);
	}
}

/* That ports run out is what a churn may show: no reason to refuse. */
static void test_churn_is_not_refused_for_its_ports(void **state)
{
	struct load_options options = options_of(FAMILY_IPV4);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	host_that_just_fits(&host, &ns);
	options.shape = LOAD_CHURN;
	options.rate_per_s = 100000;
	assert_false(load_prepare(&options, &host, &ns, &refusal));
	ns.ports.free = fact_known(FLOWS - 1);
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "ports");
	options.sources = 2;
	assert_false(load_prepare(&options, &host, &ns, &refusal));
}

static void test_given_sources(void **state)
{
	struct load_options options = options_of(FAMILY_IPV4);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	host_that_just_fits(&host, &ns);
	options.spread = true;
	options.sources = 4;
	host.memory.available_bytes.state = FACT_UNREAD;
	ns.ports.free = fact_known(FLOWS / 4);
	assert_false(load_prepare(&options, &host, &ns, &refusal));
	ns.ports.free.value--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "ports");
	assert_int_equal(refusal.have, FLOWS - 4);
}

/* Of a server that runs already the other ends are somebody else's. */
static void test_destination(void **state)
{
	const struct load_destination destination = { .send_first = 1 };
	struct load_options options = options_of(FAMILY_IPV6);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	options.destination = &destination;
	host_that_just_fits(&host, &ns);
	host.limits.nofile_hard.value = FLOWS + 64;
	/* it may be another host's */
	ns.lo.up.value = 0;
	ns.lo.ipv6.value = 0;
	assert_false(load_prepare(&options, &host, &ns, &refusal));
	assert_int_equal(load_predict(&options).descriptors, FLOWS + 64);
	assert_int_equal(load_predict(&options).kernel_bytes, FLOWS * 4864);

	host.limits.nofile_hard.value--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "RLIMIT_NOFILE");
	host.limits.nofile_hard.value++;
	ns.ports.free.value--;
	assert_true(load_prepare(&options, &host, &ns, &refusal));
	assert_string_equal(refusal.resource, "ports");
}

/* Every number of ports is found, with the reason for no more. */
static void test_most(void **state)
{
	struct load_options options = options_of(FAMILY_IPV4);
	struct load_refusal refusal;
	struct host host;
	struct netns_facts ns;

	(void)state;
	host_that_just_fits(&host, &ns);
	assert_int_equal(load_most(&options, &host, &ns, &refusal), FLOWS);
	assert_false(refusal.refused);
	for (uint64_t ports = 0; ports < FLOWS; ports++) {
		ns.ports.free.value = ports;
		assert_int_equal(load_most(&options, &host, &ns, &refusal),
		                 ports);
		assert_true(refusal.refused);
		assert_string_equal(refusal.resource, "ports");
		assert_int_equal(refusal.have, ports);
		assert_int_equal(refusal.need, ports + 1);
	}
	ns.lo.up.value = 0;
	assert_int_equal(load_most(&options, &host, &ns, &refusal), 0);
	assert_string_equal(refusal.resource, "lo");
	options.flows = 1;
	assert_int_equal(load_most(&options, &host, &ns, &refusal), 0);
}

static void test_refused_result(void **state)
{
	const struct load_options options = options_of(FAMILY_IPV4);
	const struct load_refusal refusal = {
		.refused = true,
		.resource = "ports",
		.have = 1,
		.need = 2,
	};
	struct load_result *result = load_refused(&options, &refusal);

	(void)state;
	assert_non_null(result);
	assert_true(result->refusal.refused);
	assert_string_equal(result->refusal.resource, "ports");
	assert_int_equal(result->asked, FLOWS);
	load_result_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_just_fits),
		cmocka_unit_test(test_one_less_is_refused),
		cmocka_unit_test(test_unknown_is_tried),
		cmocka_unit_test(test_inherited_descriptors),
		cmocka_unit_test(test_sysctls),
		cmocka_unit_test(test_ipv6_matters_to_ipv6_only),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_spread_ipv6),
		cmocka_unit_test(test_spread_memory),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_churn_is_not_refused_for_its_ports),
		cmocka_unit_test(test_given_sources),
		cmocka_unit_test(test_destination),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_refused_result),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
