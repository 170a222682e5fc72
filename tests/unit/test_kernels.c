// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_kernels - what saved /proc trees of four kernels make of the report:
 * keys that are absent, other defaults, other ceilings.
 *
 * What is read from the running kernel and not from files (sockets, lo, this
 * process's limits) is the same for all.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/registry.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"
#include "tests/support/rendered.h"

static const struct probe *const probes[] = {
	&probe_sysctl_host, &probe_sysctl_netns, &probe_memory,
	&probe_softnet,     &probe_neigh,        &probe_kmsg,
	&probe_netstat,     &probe_sockstat,     &probe_ports,
};

static void set_constant(const char *kernel, struct host *host)
{
	struct netns_facts *ns = &host->ns[0];

	(void)snprintf(host->name, sizeof(host->name), "fixture");
	(void)snprintf(host->kernel, sizeof(host->kernel), "%s.0", kernel);
	host->limits.nofile_soft = fact_known(1024);
	host->limits.nofile_hard = fact_known(524288);
	host->threads.memory.max = fact_known(UINT64_MAX);
	ns->lo.up = fact_known(1);
	ns->lo.mtu_bytes = fact_known(65536);
	ns->lo.ipv6 = fact_known(1);
	ns->listeners_read = fact_known(0);
}

static struct host *probe_fixture(const char *kernel, const struct goal *goal)
{
	const struct probe_env env = { .root_fd = fixture_root(kernel),
		                       .goal = goal };
	struct host *host = host_new(1);

	set_constant(kernel, host);
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		assert_int_equal(probes[i]->run(&env, host, &host->ns[0], NULL),
		                 0);
	host->memory.page_bytes = fact_known(4096);
	close(env.root_fd);
	return host;
}

static int check(const char *kernel, const char *format, const char *suffix)
{
	const struct goal goal = goal_default();
	struct host *host = probe_fixture(kernel, &goal);
	char name[64];
	size_t size;
	char *text = rendered(host, &goal, format, &size);
	int rc;

	(void)snprintf(name, sizeof(name), "kernel-%s.%s", kernel, suffix);
	rc = golden_check(name, text, size);
	free(text);
	host_free(host);
	return rc;
}

static void reports(void **state)
{
	static const char *const kernels[] = { "3.10", "4.18", "5.15", "6.18" };
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		failed += check(kernels[i], "text", "txt");
		failed += check(kernels[i], "json", "json");
	}
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
