// SPDX-License-Identifier: GPL-2.0-or-later
/* What rules are made of: remedies, a listener's name, numbers that stop. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/goal.h"
#include "rules/listener.h"
#include "rules/remedy.h"
#include "rules/rule.h"
#include "rules/saturate.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *enter;
	const char *command;
} namespaces[] = {
	{ "", "echo 1" },
	{ "/run/netns/blue", "nsenter --net=/run/netns/blue echo 1" },
	{ "/proc/4242/ns/net", "nsenter --net=/proc/4242/ns/net echo 1" },
	{ "./x", "nsenter --net=./x echo 1" },
	/* what a shell would take apart is not offered */
	{ "/run/netns/a b", "" },
	{ "/run/netns/$(reboot)", "" },
	{ "/run/netns/a;b", "" },
	{ "/run/netns/a'b", "" },
	{ "/run/netns/a\nb", "" },
	{ "/run/netns/\x1b[2J", "" },
};

static void a_command_enters_the_namespace(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(namespaces); i++) {
		struct remedy remedy = { .command = "old" };
		struct netns_facts ns = { .name = "a name is not asked" };

		(void)snprintf(ns.enter, sizeof(ns.enter), "%s",
		               namespaces[i].enter);
		remedy_command(&remedy, &ns, "echo %d", 1);
		assert_string_equal(remedy.command, namespaces[i].command);
		remedy_command(&remedy, NULL, "echo %d", 2);
		assert_string_equal(remedy.command, "echo 2");
	}
}

static void a_command_that_does_not_fit_is_not_given(void **state)
{
	struct remedy remedy = { 0 };
	struct netns_facts ns = { 0 };
	const size_t room = sizeof(remedy.command) - 1;

	(void)state;
	remedy_command(&remedy, NULL, "%*d", (int)room, 1);
	assert_int_equal(strlen(remedy.command), room);
	remedy_command(&remedy, NULL, "%*d", (int)room + 1, 1);
	assert_string_equal(remedy.command, "");
	memset(ns.enter, 'a', sizeof(ns.enter) - 1);
	remedy_command(&remedy, &ns, "end");
	assert_string_equal(remedy.command, "");
	ns.enter[room - sizeof("nsenter --net= end") + 1] = '\0';
	remedy_command(&remedy, &ns, "end");
	assert_int_equal(strlen(remedy.command), room);
}

static const struct {
	enum sysctl_id id;
	const char *to;
	const char *from, *command;
	bool live;
} sysctls[] = {
	{ SYSCTL_SOMAXCONN, "8192", "4096",
	  "nsenter --net=/run/netns/blue sysctl -w net.core.somaxconn=8192",
	  false },
	{ SYSCTL_SYNCOOKIES, "1", "1",
	  "nsenter --net=/run/netns/blue sysctl -w net.ipv4.tcp_syncookies=1",
	  true },
	{ SYSCTL_PORT_RANGE, "1024 65535", "32768 60999",
	  "nsenter --net=/run/netns/blue sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"",
	  false },
	/* one for the whole host: no namespace to enter */
	{ SYSCTL_FILE_MAX, "1", "9223372036854775807",
	  "sysctl -w fs.file-max=1", true },
	{ SYSCTL_TCP_MEM, "1 2 3", "287832 383779 575664",
	  "sysctl -w net.ipv4.tcp_mem=\"1 2 3\"", true },
};

static void a_sysctl_is_said_as_sysctl_takes_it(void **state)
{
	struct host *host = facts_healthy();
	const struct rule_input in = { .host = host, .ns = &host->ns[0] };

	(void)state;
	strcpy(host->ns[0].enter, "/run/netns/blue");
	for (size_t i = 0; i < LENGTH(sysctls); i++) {
		struct remedy remedy = { .risk = "kept" };

		remedy_sysctl(&remedy, &in, sysctls[i].id, sysctls[i].to);
		assert_int_equal(remedy.kind, REMEDY_SYSCTL);
		assert_string_equal(remedy.key,
		                    sysctl_desc(sysctls[i].id)->key);
		assert_string_equal(remedy.from, sysctls[i].from);
		assert_string_equal(remedy.to, sysctls[i].to);
		assert_string_equal(remedy.command, sysctls[i].command);
		assert_string_equal(remedy.risk, "kept");
		assert_int_equal(remedy.live, sysctls[i].live);
	}
	host_free(host);
}

static void an_unknown_value_is_raised_from_nothing(void **state)
{
	struct host *host = facts_healthy();
	const struct rule_input in = { .host = host, .ns = &host->ns[0] };
	struct remedy remedy = { 0 };

	(void)state;
	host->ns[0].sysctl[SYSCTL_PORT_RANGE].state = FACT_DENIED;
	remedy_sysctl(&remedy, &in, SYSCTL_PORT_RANGE, "1024 65535");
	assert_string_equal(remedy.from, "");
	host_free(host);
}

static const struct {
	uint64_t need, least;
	const char *to; /* NULL: no remedy */
} raises[] = {
	{ 0, 4096, "4096" },
	{ 999, 4096, "4096" },
	{ 4096, 4096, "4096" },
	{ 4097, 4096, "8192" },
	{ 3999999, 4096, "4194304" },
	{ 1073741824, 1, "1073741824" },
	/* the kernel takes no more than 2^31 - 1 */
	{ 1073741825, 1, "2147483647" },
	{ 2147483647, 1, "2147483647" },
	{ 2147483648, 1, NULL },
	{ UINT64_MAX, 1, NULL },
};

static void a_limit_is_raised_to_a_power_of_two(void **state)
{
	struct host *host = facts_healthy();
	const struct rule_input in = { .host = host, .ns = &host->ns[0] };

	(void)state;
	for (size_t i = 0; i < LENGTH(raises); i++) {
		struct remedy remedy = { 0 };

		remedy_raise(&remedy, &in, SYSCTL_SOMAXCONN, raises[i].need,
		             raises[i].least);
		assert_int_equal(remedy.kind,
		                 raises[i].to ? REMEDY_SYSCTL : REMEDY_NONE);
		assert_string_equal(remedy.to,
		                    raises[i].to ? raises[i].to : "");
	}
	host_free(host);
}

/* Until 4.0 a listener's limit is a u16. */
static void an_old_kernel_counts_to_65535(void **state)
{
	static const struct {
		const char *kernel;
		uint64_t need;
		const char *to;
	} rows[] = {
		{ "3.10.0-1160.el7.x86_64", 32768, "32768" },
		{ "3.10.0-1160.el7.x86_64", 32769, "65535" },
		{ "4.0.9", 65535, "65535" },
		{ "4.0.9", 65536, "" },
		{ "what is this", 65536, "" },
		{ "4.1.0", 32769, "65536" },
		{ "4.1.0", 65537, "131072" },
	};
	struct host *host = facts_healthy();
	const struct rule_input in = { .host = host, .ns = &host->ns[0] };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct remedy remedy = { 0 };

		(void)snprintf(host->kernel, sizeof(host->kernel), "%s",
		               rows[i].kernel);
		remedy_raise(&remedy, &in, SYSCTL_SOMAXCONN, rows[i].need, 1);
		assert_string_equal(remedy.to, rows[i].to);
		remedy_raise(&remedy, &in, SYSCTL_CONNTRACK_MAX, 65537, 1);
		assert_string_equal(remedy.to, "131072");
	}
	host_free(host);
}

static const struct {
	uint64_t flows, burst;
	enum goal_family asked;
	int family; /* of the listener, which is bound to any address */
	const char *name, *enter;
	const char *command;
} relistens[] = {
	{ 1000, 1000, FAMILY_IPV4, AF_INET, "", "",
	  "kiloflow check --fix --port 5001" },
	{ 5000, 5000, FAMILY_IPV4, AF_INET, "", "",
	  "kiloflow check --fix --port 5001 --flows 5000" },
	{ 1000, 200, FAMILY_IPV4, AF_INET, "", "",
	  "kiloflow check --fix --port 5001 --burst 200" },
	{ 5000, 200, FAMILY_IPV6, AF_INET6, "", "",
	  "kiloflow check --fix --port 5001 --flows 5000 --burst 200 -6" },
	{ 1000, 1000, FAMILY_IPV4, AF_INET6, "", "",
	  "kiloflow check --fix --port 5001 -6" },
	{ 1000, 1000, FAMILY_IPV4, AF_INET, "blue", "/run/netns/blue",
	  "kiloflow check --fix --port 5001 --netns blue" },
	{ 1000, 1000, FAMILY_IPV4, AF_INET, "blue", "/var/run/netns/blue",
	  "kiloflow check --fix --port 5001 --netns blue" },
	/* these would be a process, and every namespace */
	{ 1000, 1000, FAMILY_IPV4, AF_INET, "42", "/run/netns/42",
	  "kiloflow check --fix --port 5001 --netns /run/netns/42" },
	{ 1000, 1000, FAMILY_IPV4, AF_INET, "all", "/run/netns/all",
	  "kiloflow check --fix --port 5001 --netns /run/netns/all" },
	{ 1000, 1000, FAMILY_IPV4, AF_INET, "container 0123", "/proc/7/ns/net",
	  "kiloflow check --fix --port 5001 --netns /proc/7/ns/net" },
	{ 1000, 1000, FAMILY_IPV4, AF_INET, "a b", "/run/netns/a b", "" },
};

static void a_listener_is_raised_by_kiloflow_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(relistens); i++) {
		struct host *host = facts_healthy();
		struct netns_facts *ns = &host->ns[0];
		struct goal goal = goal_default();
		const struct rule_input in = {
			.host = host,
			.ns = ns,
			.goal = &goal,
			.listener = facts_listener(host, 5001, 5),
		};
		struct remedy remedy = { .risk = "kept" };

		goal.flows = relistens[i].flows;
		goal.burst = relistens[i].burst;
		goal.family = relistens[i].asked;
		ns->listeners[0].family = relistens[i].family;
		ns->listeners[0].v6only =
			fact_known(relistens[i].family == AF_INET6);
		strcpy(ns->name, relistens[i].name);
		strcpy(ns->enter, relistens[i].enter);
		remedy_relisten(&remedy, &in, 4096);
		assert_int_equal(remedy.kind, REMEDY_RELISTEN);
		assert_true(remedy.live);
		assert_string_equal(remedy.key, "listen(2) backlog");
		assert_string_equal(remedy.from, "5");
		assert_string_equal(remedy.to, "4096");
		assert_string_equal(remedy.risk, "kept");
		assert_string_equal(remedy.command, relistens[i].command);
		host_free(host);
	}
}

static void a_listener_is_named_by_address_and_owner(void **state)
{
	struct host *host = facts_healthy();
	struct listener *listener = facts_listener(host, 5001, 5);
	char subject[sizeof(((struct finding *)NULL)->subject)];

	(void)state;
	listener_subject(listener, subject, sizeof(subject));
	assert_string_equal(subject, "0.0.0.0:5001 (no owner)");
	listener->owners_state = OWNERS_DENIED;
	listener_subject(listener, subject, sizeof(subject));
	assert_string_equal(subject, "0.0.0.0:5001 (owner unknown)");
	listener->owners_state = OWNERS_UNREAD;
	listener_subject(listener, subject, sizeof(subject));
	assert_string_equal(subject, "0.0.0.0:5001 (owner unknown)");

	facts_owner(listener, 4242, 3, "iperf");
	listener_subject(listener, subject, sizeof(subject));
	assert_string_equal(subject, "0.0.0.0:5001 iperf[4242]");
	listener->owners_state = OWNERS_PARTIAL;
	facts_owner(listener, 4243, 3, "iperf");
	facts_owner(listener, 4244, 3, "iperf");
	listener_subject(listener, subject, sizeof(subject));
	assert_string_equal(subject, "0.0.0.0:5001 iperf[4242] +2");
	host_free(host);
}

/* A process may call itself what it likes. */
static void the_worst_name_is_harmless_and_fits(void **state)
{
	struct host *host = facts_healthy();
	struct listener *listener = facts_listener(host, 65535, 5);
	char subject[sizeof(((struct finding *)NULL)->subject)];

	(void)state;
	listener->family = AF_INET6;
	listener->ifindex = UINT32_MAX;
	memset(listener->addr, 0xfe, sizeof(listener->addr));
	facts_owner(listener, INT32_MAX, 3, "");
	memset(listener->owners[0].comm, 0x1b,
	       sizeof(listener->owners[0].comm));
	facts_owner(listener, 2, 3, "x");
	listener_subject(listener, subject, sizeof(subject));
	assert_string_equal(
		subject,
		"[fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe%4294967295]:65535 "
		"\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b"
		"\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b\\x1b[2147483647] +1");
	host_free(host);
}

static void numbers_stop_instead_of_wrapping(void **state)
{
	const struct sysctl_fact fact = { .v = { -1, 0, INT64_MAX } };

	(void)state;
	assert_true(saturate_add(1, 2) == 3);
	assert_true(saturate_add(UINT64_MAX, 1) == UINT64_MAX);
	assert_true(saturate_sub(3, 2) == 1);
	assert_true(saturate_sub(2, 3) == 0);
	assert_true(saturate_mul(3, 2) == 6);
	assert_true(saturate_mul(UINT64_MAX / 2, 3) == UINT64_MAX);
	assert_true(saturate_sysctl(&fact, 0) == 0);
	assert_true(saturate_sysctl(&fact, 1) == 0);
	assert_true(saturate_sysctl(&fact, 2) == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_enters_the_namespace),
		cmocka_unit_test(a_command_that_does_not_fit_is_not_given),
		cmocka_unit_test(a_sysctl_is_said_as_sysctl_takes_it),
		cmocka_unit_test(an_unknown_value_is_raised_from_nothing),
		cmocka_unit_test(a_limit_is_raised_to_a_power_of_two),
		cmocka_unit_test(an_old_kernel_counts_to_65535),
		cmocka_unit_test(a_listener_is_raised_by_kiloflow_itself),
		cmocka_unit_test(a_listener_is_named_by_address_and_owner),
		cmocka_unit_test(the_worst_name_is_harmless_and_fits),
		cmocka_unit_test(numbers_stop_instead_of_wrapping),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
