// SPDX-License-Identifier: GPL-2.0-or-later
/* test_facts - the host model, and the probes that only ask libc. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/limits.h"
#include "probes/load/load_result.h"
#include "probes/registry.h"
#include "probes/system.h"
#include "tests/support/fdcheck.h"

static void states(void **state)
{
	static const struct {
		int code;
		const char *name;
	} rows[] = {
		{ -ENOENT, "absent" }, { -ENOTDIR, "absent" },
		{ -EACCES, "denied" }, { -EPERM, "denied" },
		{ -EIO, "broken" },    { -EFBIG, "broken" },
		{ -EISDIR, "broken" }, { -ENOMEM, "broken" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
			fact_state_name(fact_state_from_errno(rows[i].code)),
			rows[i].name);
	assert_string_equal(fact_state_name(FACT_UNREAD), "unread");
	assert_string_equal(fact_state_name(FACT_KNOWN), "known");
}

/* Nothing is known of a new host; leaks are the sanitizer's to find. */
static void life(void **state)
{
	struct host *host = host_new(2);

	(void)state;
	assert_int_equal(host->n_ns, 2);
	assert_int_equal(host->ns[1].counter[0].state, FACT_UNREAD);
	assert_int_equal(host->sysctl[0].state, FACT_UNREAD);
	host->ns[1].listeners = calloc(1, sizeof(struct listener));
	host->ns[1].n_listeners = 1;
	host->ns[1].listeners[0].owners = calloc(1, sizeof(struct owner));
	host->ns[0].load = calloc(1, sizeof(*host->ns[0].load));
	host_free(host);
	host_free(host_new(0));
	host_free(NULL);
}

static void sysctl_by_scope(void **state)
{
	struct host *host = host_new(1);

	(void)state;
	assert_ptr_equal(host_sysctl(host, &host->ns[0], SYSCTL_SOMAXCONN),
	                 &host->ns[0].sysctl[SYSCTL_SOMAXCONN]);
	assert_ptr_equal(host_sysctl(host, &host->ns[0], SYSCTL_TCP_MEM),
	                 &host->sysctl[SYSCTL_TCP_MEM]);
	assert_ptr_equal(host_sysctl(host, &host->ns[0], SYSCTL_FILE_MAX),
	                 &host->sysctl[SYSCTL_FILE_MAX]);
	host_free(host);
}

static void listener_text(void **state)
{
	static const struct {
		int family;
		const char *addr;
		uint32_t ifindex;
		uint16_t port;
		const char *text;
	} rows[] = {
		{ AF_INET, "0.0.0.0", 0, 80, "0.0.0.0:80" },
		{ AF_INET, "127.0.0.1", 3, 1, "127.0.0.1%3:1" },
		{ AF_INET6, "::1", 0, 443, "[::1]:443" },
		{ AF_INET6, "fe80::1", 3, 22, "[fe80::1%3]:22" },
		{ AF_INET6, "2001:db8:1111:2222:3333:4444:5555:6666",
		  UINT32_MAX, 65535,
		  "[2001:db8:1111:2222:3333:4444:5555:6666%4294967295]:65535" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct listener listener = {
			.family = rows[i].family,
			.ifindex = rows[i].ifindex,
			.port = rows[i].port,
		};
		char text[64];

		assert_int_equal(inet_pton(rows[i].family, rows[i].addr,
		                           listener.addr),
		                 1);
		listener_format(&listener, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static void listener_holds_one_more(void **state)
{
	struct listener listener = { .queue = 128, .limit = 128 };

	(void)state;
	assert_false(listener_is_full(&listener));
	listener.queue = 129;
	assert_true(listener_is_full(&listener));
	listener.limit = UINT32_MAX;
	assert_int_equal(listener_capacity(&listener), UINT64_C(1) << 32);
}

static void limits(void **state)
{
	const struct rlimit limit = { .rlim_cur = 1024,
		                      .rlim_max = RLIM_INFINITY };
	struct limits_facts facts = { 0 };

	(void)state;
	limits_parse(&limit, &facts);
	assert_int_equal(facts.nofile_soft.state, FACT_KNOWN);
	assert_int_equal(facts.nofile_soft.value, 1024);
	assert_int_equal(facts.nofile_hard.state, FACT_KNOWN);
	assert_int_equal(facts.nofile_hard.value, UINT64_MAX);
}

static void names_fit(void **state)
{
	struct utsname uts;
	struct host *host = host_new(0);

	(void)state;
	memset(&uts, 'x', sizeof(uts));
	uts.nodename[sizeof(uts.nodename) - 1] = '\0';
	uts.release[sizeof(uts.release) - 1] = '\0';
	system_parse(&uts, host);
	assert_string_equal(host->name, uts.nodename);
	assert_string_equal(host->kernel, uts.release);
	host_free(host);
}

/* Each row once, each with all that probe_run() uses. */
static void registry(void **state)
{
#define ROW(row) &probe_##row,
	static const struct probe *const rows[] = { PROBES(ROW) };
#undef ROW

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_non_null(rows[i]->name);
		assert_non_null(rows[i]->run);
		assert_true(rows[i]->serves);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(rows[i]->name, rows[k]->name);
	}
}

static void host_probes_run(void **state)
{
	const struct goal goal = goal_default();
	const struct probe_env env = { .root_fd = -1, .goal = &goal };
	struct host *host = host_new(0);

	(void)state;
	assert_int_equal(probe_run(&env, PROBE_HOST, PROBE_FOR_LISTENERS, host,
	                           NULL, NULL),
	                 0);
	assert_true(host->kernel[0] && host->taken_at_ns);
	assert_int_equal(host->limits.nofile_soft.state, FACT_UNREAD);
	assert_int_equal(probe_run(&env, PROBE_HOST, PROBE_FOR_CHECK, host,
	                           NULL, NULL),
	                 0);
	assert_int_equal(host->limits.nofile_soft.state, FACT_KNOWN);
	assert_int_equal(host->sysctl[SYSCTL_FILE_MAX].state, FACT_BROKEN);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),
		cmocka_unit_test(life),
		cmocka_unit_test(sysctl_by_scope),
		cmocka_unit_test(listener_text),
		cmocka_unit_test(listener_holds_one_more),
		cmocka_unit_test(limits),
		cmocka_unit_test(names_fit),
		cmocka_unit_test(registry),
		cmocka_unit_test(host_probes_run),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
