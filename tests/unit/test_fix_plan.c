// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * checker/fix/plan*.c: tables whose rows are the whole plan of a host that
 * something is wrong with. What holds of every plan is in test_fix_assume.c.
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

#include "checker/fix/plan.h"
#include "probes/goal.h"
#include "rules/policy.h"
#include "rules/requirement.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixing.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define MIB (UINT64_C(1) << 20)

static struct netns_facts *ns(struct host *host)
{
	return &host->ns[0];
}

static void set(struct host *host, enum sysctl_id id, int64_t value)
{
	struct sysctl_fact *fact = sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS
	                                   ? &ns(host)->sysctl[id]
	                                   : &host->sysctl[id];

	fact->v[0] = value;
}

static struct goal goal_of(uint64_t flows, uint16_t port)
{
	struct goal goal = goal_default();

	goal.flows = flows;
	goal.burst = flows;
	goal.port = port;
	return goal;
}

/* Everything but what a row is about carries any number of flows. */
static struct host *large_host(void)
{
	struct host *host = facts_healthy();

	host->limits.nofile_soft = fact_known(16777216);
	host->limits.nofile_hard = fact_known(16777216);
	host->memory.available_bytes = fact_known(UINT64_C(1) << 40);
	ns(host)->sysctl[SYSCTL_PORT_RANGE] = (struct sysctl_fact){
		.state = FACT_KNOWN,
		.v = { 1024, 65535 },
	};
	ns(host)->ports.free = fact_known(GOAL_FLOWS_MAX * 2);
	ns(host)->ports.usable = fact_known(GOAL_FLOWS_MAX * 2);
	set(host, SYSCTL_SOMAXCONN, GOAL_FLOWS_MAX);
	set(host, SYSCTL_MAX_TW_BUCKETS, GOAL_FLOWS_MAX);
	set(host, SYSCTL_MAX_ORPHANS, GOAL_FLOWS_MAX);
	set(host, SYSCTL_NR_OPEN, 16777216);
	host->sysctl[SYSCTL_TCP_MEM].v[1] = INT32_MAX;
	host->sysctl[SYSCTL_TCP_MEM].v[2] = INT32_MAX;
	return host;
}

struct row {
	uint64_t flows;
	uint16_t port;
	struct host *(*host)(void);
	void (*breaks)(struct host *host);
	const char *plan;
};

static void check_rows(const struct row *rows, size_t n)
{
	char text[8192];

	for (size_t i = 0; i < n; i++) {
		const struct goal goal = goal_of(rows[i].flows, rows[i].port);
		struct host *host = rows[i].host();
		const struct fix_wish wish = { .host = host, .goal = &goal };
		struct fixing fixing;

		print_message("row %zu\n", i);
		if (rows[i].breaks)
			rows[i].breaks(host);
		fixing_plan(&fixing, &wish);
		assert_string_equal(fixing_text(&fixing.steps, text,
		                                sizeof(text)),
		                    rows[i].plan);
		fixing_done(&fixing);
		host_free(host);
	}
}

/* --- sysctls ---------------------------------------------------------------
 */

static void cap_998(struct host *host)
{
	set(host, SYSCTL_SOMAXCONN, 998);
}

static void cap_999(struct host *host)
{
	set(host, SYSCTL_SOMAXCONN, 999);
}

static void cap_denied(struct host *host)
{
	ns(host)->sysctl[SYSCTL_SOMAXCONN].state = FACT_DENIED;
}

static void cookies_off(struct host *host)
{
	set(host, SYSCTL_SYNCOOKIES, 0);
}

/* A warning only without timestamps, which warn themselves. */
static void cookies_always(struct host *host)
{
	set(host, SYSCTL_SYNCOOKIES, 2);
	set(host, SYSCTL_TIMESTAMPS, 0);
}

static void cookies_always_with_timestamps(struct host *host)
{
	set(host, SYSCTL_SYNCOOKIES, 2);
}

static void aborts(struct host *host)
{
	set(host, SYSCTL_ABORT_ON_OVERFLOW, 1);
}

static void old_kernel(struct host *host)
{
	strcpy(host->kernel, "3.10.0-1160.el7.x86_64");
	cap_998(host);
}

static void small_rmem(struct host *host)
{
	memcpy(ns(host)->sysctl[SYSCTL_TCP_RMEM].v,
	       (int64_t[]){ 4096, 100, 50 }, 3 * sizeof(int64_t));
}

static void nothing_reserved_twice(struct host *host)
{
	struct sysctl_fact *range = &ns(host)->sysctl[SYSCTL_PORT_RANGE];
	struct sysctl_fact *reserved = &ns(host)->sysctl[SYSCTL_RESERVED_PORTS];

	range->v[0] = 8000;
	facts_listener(host, 8080, 4096);
	strcpy(reserved->text, "9000-9010");
	reserved->v[0] = 11;
}

static void long_reserved(struct host *host)
{
	nothing_reserved_twice(host);
	strcpy(ns(host)->sysctl[SYSCTL_RESERVED_PORTS].text, "1,3,5,7...");
}

static const struct row sysctls[] = {
	{ 1000, 0, facts_healthy, NULL, "" },
	{ 1000, 0, facts_healthy, cap_999, "" },
	{ 1000, 0, facts_healthy, cap_998,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn)" },
	{ 5000, 0, large_host, cap_998,
	  "sysctl net.core.somaxconn 998 -> 8192 (backlog.somaxconn)" },
	/* unknown, not fail: nothing to answer */
	{ 1000, 0, facts_healthy, cap_denied, "" },
	{ 60000, 0, large_host, old_kernel,
	  "sysctl net.core.somaxconn 998 -> 65535 (backlog.somaxconn)" },
	/* switches: neither raised nor lowered but set */
	{ 1000, 0, facts_healthy, cookies_off,
	  "sysctl net.ipv4.tcp_syncookies 0 -> 1 (syn.cookies)" },
	{ 1000, 0, facts_healthy, cookies_always_with_timestamps, "" },
	{ 1000, 0, facts_healthy, cookies_always,
	  "sysctl net.ipv4.tcp_syncookies 2 -> 1 (syn.cookies)\n"
	  "sysctl net.ipv4.tcp_timestamps 0 -> 1 (tcp.timestamps)" },
	{ 1000, 0, facts_healthy, aborts,
	  "sysctl net.ipv4.tcp_abort_on_overflow 1 -> 0 (syn.abort)" },
	/* three numbers, none of which sinks */
	{ 1000, 0, facts_healthy, small_rmem,
	  "sysctl net.ipv4.tcp_rmem 4096 100 50 -> 4096 131072 6291456 (buffers.rmem)" },
	/* a list that was cut could not be put back, nor be added to */
	{ 1000, 8080, facts_healthy, nothing_reserved_twice,
	  "sysctl net.ipv4.ip_local_reserved_ports 9000-9010 -> 9000-9010,8080 (ports.reserved)" },
	{ 1000, 8080, facts_healthy, long_reserved, "" },
};

static void a_sysctl_is_set(void **state)
{
	(void)state;
	check_rows(sysctls, LENGTH(sysctls));
}

/* Two rules ask for one; the graver is named first. */
static void half_open_are_dropped(struct host *host)
{
	cookies_off(host);
	set(host, SYSCTL_MAX_SYN_BACKLOG, 128);
}

static void several_findings_are_one_step(void **state)
{
	struct goal goal = goal_of(1000, 0);
	struct host *host = facts_healthy();
	const struct fix_wish wish = { .host = host, .goal = &goal };
	struct fixing fixing;
	char text[1024];

	(void)state;
	goal.role = ROLE_SERVER;
	half_open_are_dropped(host);
	fixing_plan(&fixing, &wish);
	assert_string_equal(
		fixing_text(&fixing.steps, text, sizeof(text)),
		"sysctl net.ipv4.tcp_syncookies 0 -> 1 (syn.queue syn.cookies)");
	assert_true(fixing.steps.list[0].live);
	fixing_done(&fixing);
	host_free(host);
}

/* --- one step calls for another ---------------------------------------------
 */

static void small_range(struct host *host)
{
	ns(host)->ports.usable = fact_known(28232);
	ns(host)->ports.free = fact_known(28232);
	ns(host)->sysctl[SYSCTL_PORT_RANGE].v[0] = 32768;
	ns(host)->sysctl[SYSCTL_PORT_RANGE].v[1] = 60999;
	facts_listener(host, 8080, GOAL_FLOWS_MAX);
}

/* One port less, and there are too few. */
static void range_that_just_does(struct host *host)
{
	small_range(host);
	ns(host)->listeners[0].port = 40000;
}

static void range_of_all(struct host *host)
{
	range_that_just_does(host);
	ns(host)->ports.usable = fact_known(64512);
	ns(host)->ports.free = fact_known(64512);
	ns(host)->sysctl[SYSCTL_PORT_RANGE].v[0] = 1024;
	ns(host)->sysctl[SYSCTL_PORT_RANGE].v[1] = 65535;
}

static const struct row consequences[] = {
	/* no goal's listener in the range: nothing to reserve */
	{ 40000, 0, large_host, small_range,
	  "sysctl net.ipv4.ip_local_port_range 32768 60999 -> 1024 65535 (ports.ephemeral)" },
	{ 40000, 8080, large_host, small_range,
	  "sysctl net.ipv4.ip_local_reserved_ports  -> 8080 (ports.reserved)\n"
	  "sysctl net.ipv4.ip_local_port_range 32768 60999 -> 1024 65535 (ports.ephemeral)" },
	{ 28232, 40000, large_host, range_that_just_does,
	  "sysctl net.ipv4.ip_local_reserved_ports  -> 40000 (ports.reserved)\n"
	  "sysctl net.ipv4.ip_local_port_range 32768 60999 -> 1024 65535 (ports.ephemeral)" },
	{ 28231, 40000, large_host, range_that_just_does,
	  "sysctl net.ipv4.ip_local_reserved_ports  -> 40000 (ports.reserved)" },
	/* a port less, and no range is wide enough */
	{ 64511, 40000, large_host, range_of_all,
	  "sysctl net.ipv4.ip_local_reserved_ports  -> 40000 (ports.reserved)" },
	{ 64512, 40000, large_host, range_of_all,
	  "sysctl net.ipv4.ip_local_reserved_ports  -> 40000 (ports.reserved) skipped: ports.ephemeral would then fail: decide yourself" },
};

static void what_follows_from_a_step_is_planned_too(void **state)
{
	(void)state;
	check_rows(consequences, LENGTH(consequences));
}

/* --- memory ----------------------------------------------------------------
 */

/* 4194304 pages for 4000000 flows: 3:4:6 of that, 6291456 at the most. */
static void tcp_mem(struct host *host)
{
	memcpy(host->sysctl[SYSCTL_TCP_MEM].v, (int64_t[]){ 100, 200, 291456 },
	       3 * sizeof(int64_t));
	host->memory.available_bytes = fact_known(UINT64_C(6000000) * 4096);
}

/* What the flows take besides does not fit either, but nobody can mend that. */
static void tcp_mem_one_byte_less(struct host *host)
{
	tcp_mem(host);
	host->memory.available_bytes.value--;
}

static void tcp_mem_and_unknown_memory(struct host *host)
{
	tcp_mem(host);
	host->memory.available_bytes.state = FACT_ABSENT;
}

static void cap_and_memory(struct host *host)
{
	cap_998(host);
	host->memory.available_bytes = fact_known((65536 - 998) * 2688);
}

static void cap_and_memory_one_byte_less(struct host *host)
{
	cap_and_memory(host);
	host->memory.available_bytes.value--;
}

static void cap_and_unknown_memory(struct host *host)
{
	cap_998(host);
	host->memory.available_bytes.state = FACT_ABSENT;
}

static void few_tracked(struct host *host)
{
	ns(host)->conntrack.tracks = fact_known(1);
	set(host, SYSCTL_CONNTRACK_MAX, 1000);
	host->memory.available_bytes =
		fact_known(UINT64_C(320) * (65536 - 1000));
}

static void few_tracked_one_byte_less(struct host *host)
{
	few_tracked(host);
	host->memory.available_bytes.value--;
}

/* 1024 more, not a million and 1024. */
static void negative_orphans(struct host *host)
{
	set(host, SYSCTL_MAX_ORPHANS, -1000000);
	host->memory.available_bytes = fact_known(1024 * 2368);
}

static void negative_orphans_one_byte_less(struct host *host)
{
	negative_orphans(host);
	host->memory.available_bytes.value--;
}

#define TCP_MEM_STEP                                                           \
	"sysctl net.ipv4.tcp_mem 100 200 291456 -> 3145728 4194304 6291456 (memory.tcp)"

static const struct row memories[] = {
	{ 4000000, 0, large_host, tcp_mem, TCP_MEM_STEP },
	{ 4000000, 0, large_host, tcp_mem_one_byte_less,
	  TCP_MEM_STEP
	  " skipped: it would let the kernel take 23437 MiB more, and 23437 MiB are available: fewer flows, or more memory" },
	{ 4000000, 0, large_host, tcp_mem_and_unknown_memory,
	  TCP_MEM_STEP
	  " skipped: it would let TCP take 23437 MiB more, and what is available is unknown (absent): set it by hand" },
	{ 40000, 0, large_host, cap_and_memory,
	  "sysctl net.core.somaxconn 998 -> 65536 (backlog.somaxconn)" },
	{ 40000, 0, large_host, cap_and_memory_one_byte_less,
	  "sysctl net.core.somaxconn 998 -> 65536 (backlog.somaxconn) skipped: it would let the kernel take 165 MiB more, and 165 MiB are available: fewer flows, or more memory" },
	{ 40000, 0, large_host, cap_and_unknown_memory,
	  "sysctl net.core.somaxconn 998 -> 65536 (backlog.somaxconn)" },
	{ 1000, 0, large_host, negative_orphans,
	  "sysctl net.ipv4.tcp_max_orphans -1000000 -> 1024 (orphans.limit)" },
	{ 1000, 0, large_host, negative_orphans_one_byte_less,
	  "sysctl net.ipv4.tcp_max_orphans -1000000 -> 1024 (orphans.limit) skipped: it would let the kernel take 2 MiB more, and 2 MiB are available: fewer flows, or more memory" },
	{ 40000, 0, large_host, few_tracked,
	  "sysctl net.netfilter.nf_conntrack_max 1000 -> 65536 (conntrack.entries)" },
	{ 40000, 0, large_host, few_tracked_one_byte_less,
	  "sysctl net.netfilter.nf_conntrack_max 1000 -> 65536 (conntrack.entries) skipped: it would let the kernel take 19 MiB more, and 19 MiB are available: fewer flows, or more memory" },
};

static void never_more_than_memory_bears(void **state)
{
	(void)state;
	check_rows(memories, LENGTH(memories));
}

/* --- listeners -------------------------------------------------------------
 */

static void listener(struct host *host)
{
	facts_owner(facts_listener(host, 80, 5), 7, 3, "redis-server");
}

static void enough(struct host *host)
{
	listener(host);
	ns(host)->listeners[0].limit = 999;
}

static void one_short(struct host *host)
{
	listener(host);
	ns(host)->listeners[0].limit = 998;
}

static void listener_cap_1000(struct host *host)
{
	listener(host);
	set(host, SYSCTL_SOMAXCONN, 1000);
}

static void listener_cap_999(struct host *host)
{
	listener(host);
	set(host, SYSCTL_SOMAXCONN, 999);
}

static void listener_cap_998(struct host *host)
{
	listener(host);
	set(host, SYSCTL_SOMAXCONN, 998);
}

/* Two of them hold the burst at this cap, but neither does. */
static void pair_cap_600(struct host *host)
{
	set(host, SYSCTL_SOMAXCONN, 600);
	for (int i = 0; i < 2; i++) {
		struct listener *member = facts_listener(host, 80, 5);

		facts_owner(member, 7 + i, 3, "nginx");
		member->group_size = 2;
	}
}

/* Three alike, of which the first speaks; one that holds it by itself. */
static void group(struct host *host)
{
	static const uint32_t limits[] = { 5, 5, 999, 5 };

	for (size_t i = 0; i < LENGTH(limits); i++) {
		struct listener *member = facts_listener(host, 80, limits[i]);

		facts_owner(member, 7, 3 + (int)i, "envoy");
		member->group_size = LENGTH(limits);
	}
}

/* As the rows of a MPTCP listener are; one that nobody holds is told of. */
static void group_of_one_inode(struct host *host)
{
	group(host);
	for (size_t i = 0; i < ns(host)->n_listeners; i++)
		ns(host)->listeners[i].inode = 1000;
	ns(host)->listeners[3].n_owners = 0;
}

static void nobodys(struct host *host)
{
	facts_listener(host, 80, 5);
}

static void somebodys(struct host *host)
{
	facts_listener(host, 80, 5)->owners_state = OWNERS_DENIED;
}

static void listener_cap_denied(struct host *host)
{
	listener(host);
	cap_denied(host);
}

static void listener_and_no_memory(struct host *host)
{
	listener_cap_998(host);
	host->memory.available_bytes = fact_known(5 * MIB);
}

static void others(struct host *host)
{
	listener(host);
	facts_owner(facts_listener(host, 81, 5), 8, 3, "other");
}

static void short_of_room(struct host *host)
{
	listener(host);
	ns(host)->listeners[0].drops = fact_known(3);
}

#define REDIS "relisten 0.0.0.0:80 redis-server[7] "
#define ENVOY "relisten 0.0.0.0:80 envoy[7] 5 -> 4096 (backlog.listener)"

static const struct row listeners[] = {
	{ 1000, 80, facts_healthy, enough, "" },
	{ 1000, 80, facts_healthy, one_short,
	  REDIS "998 -> 4096 (backlog.listener)" },
	{ 1000, 80, facts_healthy, listener,
	  REDIS "5 -> 4096 (backlog.listener)" },
	{ 1000, 80, facts_healthy, others,
	  REDIS "5 -> 4096 (backlog.listener)" },
	/* the cap holds the burst: it is left alone */
	{ 1000, 80, facts_healthy, listener_cap_1000,
	  REDIS "5 -> 1000 (backlog.listener)" },
	{ 1000, 80, facts_healthy, listener_cap_999,
	  REDIS "5 -> 999 (backlog.listener)" },
	{ 1000, 80, facts_healthy, listener_cap_998,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn backlog.listener)\n" REDIS
	  "5 -> 4096 (backlog.listener)" },
	/* and a cap that nobody complains of comes with the listener */
	{ 1000, 80, facts_healthy, pair_cap_600,
	  "sysctl net.core.somaxconn 600 -> 4096 (backlog.listener)\n"
	  "relisten 0.0.0.0:80 nginx[7] 5 -> 4096 (backlog.listener)\n"
	  "relisten 0.0.0.0:80 nginx[8] 5 -> 4096 (backlog.listener)" },
	{ 1000, 80, facts_healthy, group, ENVOY "\n" ENVOY "\n" ENVOY },
	{ 1000, 80, facts_healthy, group_of_one_inode,
	  "relisten 0.0.0.0:80 (no owner) 5 -> 4096 (backlog.listener) skipped: no process that can be seen holds it: restart its server with a longer backlog\n" ENVOY
	  "\n" ENVOY },
	/* no note is answered */
	{ 1000, 0, facts_healthy, listener, "" },
	{ 1000, 0, facts_healthy, short_of_room,
	  REDIS "5 -> 4096 (backlog.listener)" },
	/* a remedy that only a person can do is in no plan */
	{ 1000, 80, facts_healthy, nobodys, "" },
	{ 1000, 80, facts_healthy, somebodys,
	  "relisten 0.0.0.0:80 (owner unknown) 5 -> 4096 (backlog.listener) skipped: which process holds it could not be seen: run kiloflow as root" },
	{ 1000, 80, facts_healthy, listener_cap_denied,
	  REDIS
	  "5 -> 4096 (backlog.listener) skipped: net.core.somaxconn, which caps it, is unknown (denied)" },
	{ 1000, 80, large_host, listener_and_no_memory,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn backlog.listener) skipped: it would let the kernel take 7 MiB more, and 5 MiB are available: fewer flows, or more memory\n" REDIS
	  "5 -> 4096 (backlog.listener) skipped: net.core.somaxconn would cut it to 998" },
};

static void a_listener_is_raised(void **state)
{
	(void)state;
	check_rows(listeners, LENGTH(listeners));
}

/* --- descriptors -----------------------------------------------------------
 */

static void server_1000(struct host *host)
{
	facts_server(ns(host), 7, 1000, 4096);
}

static void server_999(struct host *host)
{
	facts_server(ns(host), 7, 999, 4096);
}

static void hard_below(struct host *host)
{
	facts_server(ns(host), 7, 999, 1023);
}

static void hard_at_nr_open(struct host *host)
{
	set(host, SYSCTL_NR_OPEN, 2048);
	facts_server(ns(host), 7, 999, 2048)->fds = fact_known(1000);
}

static void nr_open_below(struct host *host)
{
	set(host, SYSCTL_NR_OPEN, 2047);
	facts_server(ns(host), 7, 999, 2047)->fds = fact_known(1000);
}

/* The kernel refuses to keep it, too. */
static void hard_above_nr_open(struct host *host)
{
	set(host, SYSCTL_NR_OPEN, 4096);
	facts_server(ns(host), 7, 999, 10000);
}

static void hard_unlimited(struct host *host)
{
	facts_server(ns(host), 7, 999, UINT64_MAX);
}

static void hard_at_the_end(struct host *host)
{
	facts_server(ns(host), 7, 999, 2147483584);
}

static void hard_beyond_the_end(struct host *host)
{
	facts_server(ns(host), 7, 999, 2147483585);
}

static void hard_unknown(struct host *host)
{
	facts_server(ns(host), 7, 999, 0)->nofile_hard.state = FACT_BROKEN;
}

static void nr_open_unknown(struct host *host)
{
	facts_server(ns(host), 7, 999, 999);
	host->sysctl[SYSCTL_NR_OPEN].state = FACT_DENIED;
}

static void three_servers(struct host *host)
{
	facts_server(ns(host), 7, 999, 4096);
	facts_server(ns(host), 8, 1000, 4096);
	facts_server(ns(host), 9, 10, 20)->fds = fact_known(100);
}

static void shell(struct host *host)
{
	host->limits.nofile_soft = fact_known(1024);
	host->limits.nofile_hard = fact_known(1024);
}

/* A note, which nobody answers. */
static void shell_soft(struct host *host)
{
	host->limits.nofile_soft = fact_known(1024);
}

#define NGINX "prlimit RLIMIT_NOFILE of nginx[7] "

static const struct row limits[] = {
	{ 1000, 80, facts_healthy, server_1000, "" },
	{ 1000, 80, facts_healthy, server_999,
	  NGINX "999 4096 -> 1024 4096 (fds.server)" },
	{ 1000, 0, facts_healthy, server_999, "" },
	{ 1000, 80, facts_healthy, hard_below,
	  NGINX "999 1023 -> 1024 1024 (fds.server)" },
	{ 1000, 80, facts_healthy, hard_at_nr_open,
	  "sysctl fs.nr_open 2048 -> 4096 (fds.nr_open)\n" NGINX
	  "999 2048 -> 2048 2048 (fds.server)" },
	{ 1000, 80, facts_healthy, nr_open_below,
	  "sysctl fs.nr_open 2047 -> 4096 (fds.nr_open fds.server)\n" NGINX
	  "999 2047 -> 2048 2048 (fds.server)" },
	{ 1000, 80, facts_healthy, hard_above_nr_open,
	  "sysctl fs.nr_open 4096 -> 16384 (fds.server)\n" NGINX
	  "999 10000 -> 1024 10000 (fds.server)" },
	{ 1000, 80, facts_healthy, hard_unlimited,
	  NGINX
	  "999 unlimited -> 1024 unlimited (fds.server) skipped: fs.nr_open allows no more than 1048576, and cannot be raised far enough" },
	{ 1000, 80, facts_healthy, hard_at_the_end,
	  "sysctl fs.nr_open 1048576 -> 2147483584 (fds.server)\n" NGINX
	  "999 2147483584 -> 1024 2147483584 (fds.server)" },
	{ 1000, 80, facts_healthy, hard_beyond_the_end,
	  NGINX
	  "999 2147483585 -> 1024 2147483585 (fds.server) skipped: fs.nr_open allows no more than 1048576, and cannot be raised far enough" },
	{ 1000, 80, facts_healthy, hard_unknown,
	  NGINX
	  " ->  (fds.server) skipped: its hard limit is unknown (broken), so it could not be put back" },
	{ 1000, 80, facts_healthy, nr_open_unknown,
	  NGINX "999 999 -> 1024 1024 (fds.server)" },
	{ 1000, 80, facts_healthy, three_servers,
	  NGINX
	  "999 4096 -> 1024 4096 (fds.server)\n"
	  "prlimit RLIMIT_NOFILE of nginx[9] 10 20 -> 2048 2048 (fds.server)" },
	{ 1000, 0, facts_healthy, shell,
	  "prlimit RLIMIT_NOFILE 1024 -> 4096 (fds.process) skipped: raise it in the shell that starts the program: prlimit --pid $$ --nofile=4096:4096" },
	{ 1000, 0, facts_healthy, shell_soft, "" },
};

static void a_server_gets_descriptors(void **state)
{
	(void)state;
	check_rows(limits, LENGTH(limits));
}

/* --- whose -----------------------------------------------------------------
 */

static void plan_for(const struct fix_wish *wish, const char *plan)
{
	struct fixing fixing;
	char text[8192];

	fixing_plan(&fixing, wish);
	assert_string_equal(fixing_text(&fixing.steps, text, sizeof(text)),
	                    plan);
	fixing_done(&fixing);
}

/* Notes too; and of a group only what that process holds. */
static void a_process_has_only_its_own_raised(void **state)
{
	const struct goal any = goal_of(1000, 0);
	const struct goal port = goal_of(1000, 80);
	struct host *host = facts_healthy();
	struct fix_wish wish = { .host = host, .goal = &any, .pid = 8 };

	(void)state;
	pair_cap_600(host);
	cap_999(host);
	facts_owner(facts_listener(host, 81, 5), 9, 3, "other");
	facts_server(ns(host), 7, 10, 20);
	facts_server(ns(host), 8, 10, 20);
	plan_for(&wish,
	         "relisten 0.0.0.0:80 nginx[8] 5 -> 999 (backlog.listener)");
	wish.goal = &port;
	plan_for(
		&wish,
		"prlimit RLIMIT_NOFILE of nginx[8] 10 20 -> 1024 1024 (fds.server)\n"
		"relisten 0.0.0.0:80 nginx[8] 5 -> 999 (backlog.listener)");
	/* several hold it: the one that was named is gone to */
	facts_owner(&ns(host)->listeners[2], 10, 4, "child");
	wish.pid = 10;
	wish.goal = &any;
	plan_for(&wish,
	         "relisten 0.0.0.0:81 other[9] +1 5 -> 999 (backlog.listener)");
	wish.pid = 11;
	plan_for(&wish, "");
	host_free(host);
}

static void each_namespace_has_its_own(void **state)
{
	const struct goal goal = goal_of(1000, 80);
	struct host *host = facts_healthy();
	const struct fix_wish wish = { .host = host, .goal = &goal };
	struct fixing fixing;
	char text[8192];

	(void)state;
	facts_netns(host, "blue", 77);
	facts_netns(host, "green", 66);
	set(host, SYSCTL_TW_REUSE, 0);
	host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0] = 128;
	host->ns[1].sysctl[SYSCTL_SOMAXCONN].v[0] = 5;
	host->ns[2].sysctl[SYSCTL_SOMAXCONN].v[0] = 999;
	for (int i = 0; i < 3; i++) {
		host->ns[i].conntrack.tracks = fact_known(1);
		facts_owner(facts_listener_in(&host->ns[i], 80, 5), 7 + i, 3,
		            "x");
	}
	host->sysctl[SYSCTL_CONNTRACK_MAX].v[0] = 100;
	host->ns[2].conntrack.entries = fact_known(5000);
	fixing_plan(&fixing, &wish);
	/* of what the whole host has one of, the largest that any needs */
	assert_string_equal(
		fixing_text(&fixing.steps, text, sizeof(text)),
		"sysctl net.netfilter.nf_conntrack_max 100 -> 8192 (conntrack.entries)\n"
		"sysctl net.core.somaxconn in namespace blue 5 -> 4096 (backlog.somaxconn backlog.listener)\n"
		"sysctl net.core.somaxconn 128 -> 4096 (backlog.somaxconn backlog.listener)\n"
		"relisten 0.0.0.0:80 x[9] in namespace green 5 -> 999 (backlog.listener)\n"
		"relisten 0.0.0.0:80 x[8] in namespace blue 5 -> 4096 (backlog.listener)\n"
		"relisten 0.0.0.0:80 x[7] 5 -> 4096 (backlog.listener)");
	assert_int_equal(fixing.steps.list[0].place.inode, 0);
	assert_int_equal(fixing.steps.list[1].place.inode, 77);
	assert_string_equal(fixing.steps.list[1].place.enter,
	                    "/run/netns/blue");
	assert_int_equal(fixing.steps.list[1].place.cookie, 0);
	/* only one that is made anew begins with a default */
	assert_non_null(strstr(fixing.steps.list[1].lasts, "--emit docker"));
	assert_string_equal(fixing.steps.list[2].lasts, "");
	fixing_done(&fixing);
	host_free(host);
}

/* --- what a step says ------------------------------------------------------
 */

static const struct {
	const char *comm; /* NULL: not one that is known */
	const char *lasts;
} servers[] = {
	{ "unheard-of",
	  "a restart sets it back; to last, the program itself has to ask listen() for 4096" },
	{ "redis-server",
	  "a restart sets it back; Redis's tcp-backlog makes it last" },
	{ "haproxy",
	  "a restart sets it back, a reload may; HAProxy's backlog makes it last" },
	{ "node",
	  "a restart sets it back; reported: Node.js's server.listen({backlog}) makes it last" },
	{ "systemd",
	  "a restart sets it back; reported: systemd's Backlog= of the .socket unit makes it last" },
	{ "sshd",
	  "a restart sets it back; OpenSSH has no setting for it (rebuild)" },
};

static void a_listener_says_what_sets_it_back(void **state)
{
	const struct goal goal = goal_of(1000, 80);

	(void)state;
	for (size_t i = 0; i < LENGTH(servers); i++) {
		struct host *host = facts_healthy();
		const struct fix_wish wish = { .host = host, .goal = &goal };
		struct listener *one = facts_listener(host, 80, 5);
		const struct fix_step *step;
		struct fixing fixing;

		facts_owner(one, 42, 9, servers[i].comm);
		one->family = AF_INET6;
		fixing_plan(&fixing, &wish);
		assert_int_equal(fixing.steps.n, 1);
		step = fixing.steps.list;
		assert_string_equal(step->lasts, servers[i].lasts);
		assert_string_equal(step->risk,
		                    "a long queue hides a slow accept()");
		assert_true(step->live);
		assert_int_equal(step->process.pid, 42);
		assert_string_equal(step->process.comm, servers[i].comm);
		assert_int_equal(step->process.start_ticks, 0);
		assert_int_equal(step->socket.family, AF_INET6);
		assert_int_equal(step->socket.port, 80);
		assert_int_equal(step->socket.inode, one->inode);
		assert_int_equal(step->socket.cookie, one->cookie);
		assert_int_equal(step->socket.fd, 9);
		assert_int_equal(step->place.inode, ns(host)->inode);
		fixing_done(&fixing);
		host_free(host);
	}
}

static void a_limit_and_a_sysctl_say_what_they_are(void **state)
{
	const struct goal goal = goal_of(1000, 80);
	struct host *host = facts_healthy();
	const struct fix_wish wish = { .host = host, .goal = &goal };
	const struct fix_step *sysctl;
	const struct fix_step *prlimit;
	struct fixing fixing;

	(void)state;
	cap_998(host);
	server_999(host);
	fixing_plan(&fixing, &wish);
	assert_int_equal(fixing.steps.n, 2);
	sysctl = &fixing.steps.list[0];
	prlimit = &fixing.steps.list[1];
	assert_false(sysctl->live);
	assert_string_equal(
		sysctl->risk,
		"acts on listen() calls from now on: restart the servers that run already");
	assert_int_equal(sysctl->process.pid, 0);
	assert_true(prlimit->live);
	assert_int_equal(prlimit->process.pid, 7);
	assert_string_equal(prlimit->process.comm, "nginx");
	assert_int_equal(prlimit->place.inode, 0);
	assert_non_null(strstr(prlimit->risk, "select()"));
	assert_string_equal(prlimit->lasts,
	                    "a restart of it sets the old limit again");
	fixing_done(&fixing);
	host_free(host);
}

/* --- policy ----------------------------------------------------------------
 */

static void what_is_ignored_is_not_mended(void **state)
{
	const struct policy_change ignore = {
		.id = "backlog.somaxconn",
		.kind = POLICY_IGNORE,
	};
	const struct policy policy = { .changes = &ignore, .n_changes = 1 };
	const struct goal goal = goal_of(1000, 0);
	struct host *host = facts_healthy();
	struct fix_wish wish = { .host = host, .goal = &goal };

	(void)state;
	cap_998(host);
	plan_for(&wish,
	         "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn)");
	wish.policy = &policy;
	plan_for(&wish, "");
	host_free(host);
}

static struct requirement require(enum sysctl_id id, unsigned int index,
                                  enum requirement_op op, int64_t number,
                                  enum verdict severity)
{
	return (struct requirement){
		.sysctl = id,
		.index = index,
		.op = op,
		.number = number,
		.severity = severity,
	};
}

static const struct {
	struct requirement requirement;
	void (*breaks)(struct host *host);
	const char *plan;
} required[] = {
	/* amounts: the larger one */
	{ { .sysctl = SYSCTL_SOMAXCONN,
	    .op = REQUIRE_AT_LEAST,
	    .number = 5000,
	    .severity = VERDICT_WARN },
	  cap_998,
	  "sysctl net.core.somaxconn 998 -> 5000 (backlog.somaxconn policy.net.core.somaxconn)" },
	{ { .sysctl = SYSCTL_SOMAXCONN,
	    .op = REQUIRE_AT_LEAST,
	    .number = 2000,
	    .severity = VERDICT_FAIL },
	  cap_998,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn policy.net.core.somaxconn)" },
	/* a choice that both can live with */
	{ { .sysctl = SYSCTL_SYNCOOKIES,
	    .op = REQUIRE_EQUAL,
	    .number = 2,
	    .severity = VERDICT_WARN },
	  cookies_off,
	  "sysctl net.ipv4.tcp_syncookies 0 -> 2 (syn.cookies policy.net.ipv4.tcp_syncookies)" },
	/* a switch: the graver, and of two alike neither */
	{ { .sysctl = SYSCTL_SYNCOOKIES,
	    .op = REQUIRE_EQUAL,
	    .number = 2,
	    .severity = VERDICT_FAIL },
	  cookies_off,
	  "sysctl net.ipv4.tcp_syncookies 0 -> 2 (policy.net.ipv4.tcp_syncookies)\n"
	  "sysctl net.ipv4.tcp_syncookies 0 -> 1 (syn.cookies) skipped: policy.net.ipv4.tcp_syncookies wants it to be 2" },
	{ { .sysctl = SYSCTL_SYNCOOKIES,
	    .op = REQUIRE_EQUAL,
	    .number = 2,
	    .severity = VERDICT_FAIL },
	  cookies_always,
	  "sysctl net.ipv4.tcp_syncookies 2 -> 1 (syn.cookies) skipped: policy.net.ipv4.tcp_syncookies would then fail: decide yourself\n"
	  "sysctl net.ipv4.tcp_timestamps 0 -> 1 (tcp.timestamps)" },
	{ { .sysctl = SYSCTL_SYNCOOKIES,
	    .op = REQUIRE_EQUAL,
	    .number = 2,
	    .severity = VERDICT_WARN },
	  cookies_always,
	  "sysctl net.ipv4.tcp_syncookies 2 -> 1 (syn.cookies) skipped: policy.net.ipv4.tcp_syncookies would then warn: decide yourself\n"
	  "sysctl net.ipv4.tcp_timestamps 0 -> 1 (tcp.timestamps)" },
	/* what is forbidden */
	{ { .sysctl = SYSCTL_SOMAXCONN,
	    .op = REQUIRE_AT_MOST,
	    .number = 4095,
	    .severity = VERDICT_FAIL },
	  cap_998,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn) skipped: policy.net.core.somaxconn would then fail: decide yourself" },
	{ { .sysctl = SYSCTL_SOMAXCONN,
	    .op = REQUIRE_AT_MOST,
	    .number = 4095,
	    .severity = VERDICT_WARN },
	  cap_998,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn)" },
	/* it is no worse than before */
	{ { .sysctl = SYSCTL_SOMAXCONN,
	    .op = REQUIRE_AT_MOST,
	    .number = 997,
	    .severity = VERDICT_FAIL },
	  cap_998,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn)" },
	/* what the kernel would refuse, and what it would cut */
	{ { .sysctl = SYSCTL_SOMAXCONN,
	    .op = REQUIRE_AT_LEAST,
	    .number = 65536,
	    .severity = VERDICT_FAIL },
	  old_kernel,
	  "sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn)\n"
	  "sysctl net.core.somaxconn 998 -> 65536 (policy.net.core.somaxconn) skipped: this kernel takes no more than 65535" },
	{ { .sysctl = SYSCTL_TW_REUSE,
	    .op = REQUIRE_AT_LEAST,
	    .number = 3,
	    .severity = VERDICT_FAIL },
	  NULL,
	  "sysctl net.ipv4.tcp_tw_reuse 2 -> 3 (policy.net.ipv4.tcp_tw_reuse) skipped: the kernel does not take that value" },
	/* of three numbers each */
	{ { .sysctl = SYSCTL_TCP_RMEM,
	    .index = 1,
	    .op = REQUIRE_AT_LEAST,
	    .number = 200000,
	    .severity = VERDICT_FAIL },
	  small_rmem,
	  "sysctl net.ipv4.tcp_rmem 4096 100 50 -> 4096 200000 6291456 (policy.net.ipv4.tcp_rmem[1] buffers.rmem)" },
};

static void what_a_policy_requires_is_planned_too(void **state)
{
	const struct goal goal = goal_of(1000, 0);

	(void)state;
	for (size_t i = 0; i < LENGTH(required); i++) {
		struct requirement requirement = required[i].requirement;
		const struct policy policy = {
			.requirements = &requirement,
			.n_requirements = 1,
		};
		struct host *host = facts_healthy();
		const struct fix_wish wish = {
			.host = host,
			.goal = &goal,
			.policy = &policy,
		};

		print_message("row %zu\n", i);
		requirement_complete(&requirement);
		if (required[i].breaks)
			required[i].breaks(host);
		plan_for(&wish, required[i].plan);
		host_free(host);
	}
}

/* Two that contradict each other do not move a switch to and fro. */
static void requirements_that_contradict(void **state)
{
	struct requirement requirements[] = {
		require(SYSCTL_SYNCOOKIES, 0, REQUIRE_EQUAL, 5, VERDICT_WARN),
		require(SYSCTL_SYNCOOKIES, 0, REQUIRE_EQUAL, 7, VERDICT_WARN),
	};
	const struct policy policy = {
		.requirements = requirements,
		.n_requirements = LENGTH(requirements),
	};
	const struct goal goal = goal_of(1000, 0);
	struct host *host = facts_healthy();
	const struct fix_wish wish = {
		.host = host,
		.goal = &goal,
		.policy = &policy,
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(requirements); i++)
		requirement_complete(&requirements[i]);
	plan_for(
		&wish,
		"sysctl net.ipv4.tcp_syncookies 1 -> 5 (policy.net.ipv4.tcp_syncookies)\n"
		"sysctl net.ipv4.tcp_syncookies 1 -> 7 (policy.net.ipv4.tcp_syncookies) skipped: policy.net.ipv4.tcp_syncookies wants it to be 5");
	set(host, SYSCTL_SYNCOOKIES, 5);
	plan_for(
		&wish,
		"sysctl net.ipv4.tcp_syncookies 5 -> 7 (policy.net.ipv4.tcp_syncookies) skipped: policy.net.ipv4.tcp_syncookies would then warn: decide yourself");
	host_free(host);
}

/* Two that one step brings up cost no other step. */
static void one_step_is_taken_back_for_two(void **state)
{
	struct requirement requirements[] = {
		require(SYSCTL_SOMAXCONN, 0, REQUIRE_AT_MOST, 4000,
		        VERDICT_FAIL),
		require(SYSCTL_SOMAXCONN, 0, REQUIRE_AT_MOST, 4095,
		        VERDICT_FAIL),
	};
	const struct policy policy = {
		.requirements = requirements,
		.n_requirements = LENGTH(requirements),
	};
	const struct goal goal = goal_of(1000, 0);
	struct host *host = facts_healthy();
	const struct fix_wish wish = {
		.host = host,
		.goal = &goal,
		.policy = &policy,
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(requirements); i++)
		requirement_complete(&requirements[i]);
	cap_998(host);
	aborts(host);
	cookies_off(host);
	plan_for(
		&wish,
		"sysctl net.core.somaxconn 998 -> 4096 (backlog.somaxconn) skipped: policy.net.core.somaxconn would then fail: decide yourself\n"
		"sysctl net.ipv4.tcp_syncookies 0 -> 1 (syn.cookies)\n"
		"sysctl net.ipv4.tcp_abort_on_overflow 1 -> 0 (syn.abort)");
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sysctl_is_set),
		cmocka_unit_test(several_findings_are_one_step),
		cmocka_unit_test(what_follows_from_a_step_is_planned_too),
		cmocka_unit_test(never_more_than_memory_bears),
		cmocka_unit_test(a_listener_is_raised),
		cmocka_unit_test(a_server_gets_descriptors),
		cmocka_unit_test(a_process_has_only_its_own_raised),
		cmocka_unit_test(each_namespace_has_its_own),
		cmocka_unit_test(a_listener_says_what_sets_it_back),
		cmocka_unit_test(a_limit_and_a_sysctl_say_what_they_are),
		cmocka_unit_test(what_is_ignored_is_not_mended),
		cmocka_unit_test(what_a_policy_requires_is_planned_too),
		cmocka_unit_test(requirements_that_contradict),
		cmocka_unit_test(one_step_is_taken_back_for_two),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
