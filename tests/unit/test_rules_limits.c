// SPDX-License-Identifier: GPL-2.0-or-later
/* ports.ephemeral, fds.process, fds.system, memory.tcp, memory.cgroup */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "probes/goal.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define PORTS "ports.ephemeral"
#define PROCESS "fds.process"
#define SYSTEM "fds.system"
#define MEMORY "memory.tcp"
#define CGROUP "memory.cgroup"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct goal flows_of(uint64_t flows)
{
	struct goal goal = goal_default();

	goal.flows = flows;
	goal.burst = flows;
	return goal;
}

/* ---- ports ---- */

static const struct {
	uint64_t usable, free, flows;
	enum verdict verdict;
	const char *to; /* "": a wider range would not do */
} ports[] = {
	{ 28232, 28232, 1000, VERDICT_OK, "" },
	{ 28232, 1000, 1000, VERDICT_OK, "" },
	{ 28232, 999, 1000, VERDICT_FAIL, "1024 65535" },
	{ 28232, 0, 1, VERDICT_FAIL, "1024 65535" },
	{ 0, 0, 1, VERDICT_FAIL, "1024 65535" },
	/* 64512 in 1024-65535, of these 232 in use */
	{ 28232, 28000, 64280, VERDICT_FAIL, "1024 65535" },
	{ 28232, 28000, 64281, VERDICT_FAIL, "" },
	{ 28232, 28232, UINT64_MAX, VERDICT_FAIL, "" },
	/* more free than usable cannot be, and wraps nowhere */
	{ 10, 20, 30, VERDICT_FAIL, "1024 65535" },
	{ UINT64_MAX, UINT64_MAX, UINT64_MAX, VERDICT_OK, "" },
};

static void there_are_ports_for_all_flows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ports); i++) {
		struct host *host = facts_healthy();
		const struct goal goal = flows_of(ports[i].flows);
		struct finding finding;

		host->ns[0].ports.usable = fact_known(ports[i].usable);
		host->ns[0].ports.free = fact_known(ports[i].free);
		finding = judged_one(PORTS, host, &goal, ports[i].verdict);
		assert_string_equal(finding.remedy.to, ports[i].to);
		if (finding.verdict == VERDICT_FAIL) {
			assert_int_equal(finding.observed.value, ports[i].free);
			assert_int_equal(!ports[i].to[0],
			                 !!strstr(finding.why,
			                          "several destination"));
		}
		host_free(host);
	}
}

static const struct {
	int64_t low, reserved, start;
	enum fact_state state; /* of all three */
	const char *to;
} ranges[] = {
	{ 32768, 0, 1024, FACT_KNOWN, "1024 65535" },
	/* never narrower than it is */
	{ 500, 0, 0, FACT_KNOWN, "500 65535" },
	{ 1024, 0, 0, FACT_KNOWN, "1024 65535" },
	/* the kernel refuses one that begins in the privileged ports */
	{ 32768, 0, 2000, FACT_KNOWN, "2000 65535" },
	{ 32768, 0, 1023, FACT_KNOWN, "1024 65535" },
	/* 64512 less the reserved ones, for 60000 flows */
	{ 32768, 4512, 1024, FACT_KNOWN, "1024 65535" },
	{ 32768, 4513, 1024, FACT_KNOWN, "" },
	{ 32768, 65535, 1024, FACT_KNOWN, "" },
	{ 32768, 9999, 9999, FACT_DENIED, "1024 65535" },
};

static void the_range_is_widened_as_far_as_it_goes(void **state)
{
	const struct goal goal = flows_of(60000);

	(void)state;
	for (size_t i = 0; i < LENGTH(ranges); i++) {
		struct host *host = facts_healthy();
		struct sysctl_fact *sysctl = host->ns[0].sysctl;
		struct finding finding;

		sysctl[SYSCTL_PORT_RANGE].v[0] = ranges[i].low;
		sysctl[SYSCTL_PORT_RANGE].state = ranges[i].state;
		sysctl[SYSCTL_RESERVED_PORTS].v[0] = ranges[i].reserved;
		sysctl[SYSCTL_RESERVED_PORTS].state = ranges[i].state;
		sysctl[SYSCTL_UNPRIVILEGED_PORT_START].v[0] = ranges[i].start;
		sysctl[SYSCTL_UNPRIVILEGED_PORT_START].state = ranges[i].state;
		finding = judged_one(PORTS, host, &goal, VERDICT_FAIL);
		assert_string_equal(finding.remedy.to, ranges[i].to);
		host_free(host);
	}
}

static void ports_are_said(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = flows_of(30000);
	struct finding finding;

	(void)state;
	host->ns[0].ports.free = fact_known(28000);
	finding = judged_one(PORTS, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.what,
		"28000 local ports are free, 30000 flows to one destination need 30000");
	assert_string_equal(
		finding.why,
		"net.ipv4.ip_local_port_range without the reserved ones has 28232, and 232 are in use, TIME_WAIT included; connect() then fails with EADDRNOTAVAIL");
	assert_string_equal(finding.unit, "ports");
	assert_string_equal(
		finding.remedy.command,
		"sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
	assert_non_null(strstr(finding.remedy.risk, "reserved_ports"));
	/* how many there would be is no need */
	host->ns[0].ports.usable.state = FACT_BROKEN;
	finding = judged_one(PORTS, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.why, "");
	host_free(host);
}

static void only_a_client_needs_ports(void **state)
{
	struct host *host = facts_healthy();
	struct goal goal = flows_of(60000);
	struct judged judged;

	(void)state;
	goal.role = ROLE_SERVER;
	judged_by(rule_by_id(PORTS), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 0);
	goal.role = ROLE_CLIENT;
	judged_one(PORTS, host, &goal, VERDICT_FAIL);
	host_free(host);
}

/* ---- descriptors of a process ---- */

static const struct {
	enum goal_role role;
	uint64_t soft, hard;
	enum verdict verdict;
	const char *to, *command;
} processes[] = {
	/* 1000 flows: 2 x 1000 + 64 on one host, 1000 + 64 on one end */
	{ ROLE_BOTH, 2064, 2064, VERDICT_OK, "", "" },
	{ ROLE_BOTH, 2063, 2064, VERDICT_NOTE, "2064", "ulimit -Sn 2064" },
	{ ROLE_BOTH, 1024, 20000, VERDICT_NOTE, "4096", "ulimit -Sn 4096" },
	{ ROLE_BOTH, 0, UINT64_MAX, VERDICT_NOTE, "4096", "ulimit -Sn 4096" },
	{ ROLE_BOTH, 1024, 2063, VERDICT_FAIL, "4096",
	  "prlimit --pid $$ --nofile=4096:4096" },
	{ ROLE_BOTH, 0, 0, VERDICT_FAIL, "4096",
	  "prlimit --pid $$ --nofile=4096:4096" },
	{ ROLE_BOTH, UINT64_MAX, UINT64_MAX, VERDICT_OK, "", "" },
	{ ROLE_CLIENT, 1064, 1064, VERDICT_OK, "", "" },
	{ ROLE_SERVER, 1063, 1063, VERDICT_FAIL, "2048",
	  "prlimit --pid $$ --nofile=2048:2048" },
};

static void a_process_may_open_all_flows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(processes); i++) {
		struct host *host = facts_healthy();
		struct goal goal = goal_default();
		struct finding finding;

		goal.role = processes[i].role;
		host->limits.nofile_soft = fact_known(processes[i].soft);
		host->limits.nofile_hard = fact_known(processes[i].hard);
		finding =
			judged_one(PROCESS, host, &goal, processes[i].verdict);
		assert_null(finding.ns);
		assert_string_equal(finding.remedy.to, processes[i].to);
		assert_string_equal(finding.remedy.command,
		                    processes[i].command);
		if (finding.verdict != VERDICT_OK)
			assert_int_equal(finding.remedy.kind, REMEDY_PRLIMIT);
		host_free(host);
	}
}

static void a_process_limit_is_said(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = flows_of(10000);
	struct finding finding;

	(void)state;
	finding = judged_one(PROCESS, host, &goal, VERDICT_FAIL);
	assert_int_equal(finding.observed.value, 20000);
	assert_int_equal(finding.needed.value, 20064);
	assert_string_equal(
		finding.what,
		"the hard RLIMIT_NOFILE is 20000, 10000 flows need 20064");
	assert_non_null(strstr(finding.why, "LimitNOFILE=32768"));
	assert_true(finding.remedy.live);
	assert_string_equal(finding.remedy.from, "20000");

	host->limits.nofile_hard = fact_known(50000);
	finding = judged_one(PROCESS, host, &goal, VERDICT_NOTE);
	assert_string_equal(
		finding.what,
		"the soft RLIMIT_NOFILE is 20000, 10000 flows need 20064");
	assert_non_null(strstr(finding.why, "(50000)"));
	host_free(host);
}

/* A hard limit cannot exceed fs.nr_open. */
static void nr_open_comes_first(void **state)
{
	static const struct {
		struct sysctl_fact nr_open;
		const char *command;
	} rows[] = {
		{ { FACT_KNOWN, { 4096 }, "" },
		  "prlimit --pid $$ --nofile=4096:4096" },
		{ { FACT_KNOWN, { 4095 }, "" },
		  "sysctl -w fs.nr_open=4096 && prlimit --pid $$ --nofile=4096:4096" },
		{ { FACT_DENIED, { 0 }, "" },
		  "prlimit --pid $$ --nofile=4096:4096" },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct finding finding;

		host->limits.nofile_hard = fact_known(1024);
		host->sysctl[SYSCTL_NR_OPEN] = rows[i].nr_open;
		finding = judged_one(PROCESS, host, &goal, VERDICT_FAIL);
		assert_string_equal(finding.remedy.command, rows[i].command);
		assert_int_equal(
			!!strstr(finding.why,
		                 "fs.nr_open (4095) must be raised first"),
			!!strstr(rows[i].command, "nr_open"));
		host_free(host);
	}
}

/* ---- open files of the host ---- */

static const struct {
	int64_t max, used;
	enum verdict verdict;
	uint64_t left;
	const char *to;
} systems[] = {
	{ INT64_MAX, 2000, VERDICT_OK, 0, "" },
	{ 4064, 2000, VERDICT_OK, 0, "" },
	{ 4063, 2000, VERDICT_FAIL, 2063, "4096" },
	{ 2064, 0, VERDICT_OK, 0, "" },
	{ 0, 0, VERDICT_FAIL, 0, "4096" },
	/* root may exceed it */
	{ 2000, 3000, VERDICT_FAIL, 0, "8192" },
	{ 2000, INT64_MAX, VERDICT_FAIL, 0, "" },
	{ -1, 0, VERDICT_FAIL, 0, "4096" },
};

static void the_host_has_open_files_left(void **state)
{
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(systems); i++) {
		struct host *host = facts_healthy();
		struct finding finding;

		host->sysctl[SYSCTL_FILE_MAX] = facts_sysctl(systems[i].max);
		host->sysctl[SYSCTL_FILE_NR] = facts_sysctl(systems[i].used);
		finding = judged_one(SYSTEM, host, &goal, systems[i].verdict);
		assert_string_equal(finding.remedy.to, systems[i].to);
		if (finding.verdict == VERDICT_FAIL)
			assert_int_equal(finding.observed.value,
			                 systems[i].left);
		host_free(host);
	}
}

static void open_files_are_said(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_default();
	struct finding finding;

	(void)state;
	host->sysctl[SYSCTL_FILE_MAX] = facts_sysctl(3000);
	finding = judged_one(SYSTEM, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.what,
		"1000 open files are left (fs.file-max 3000, in use 2000), 1000 flows need 2064");
	assert_string_equal(finding.remedy.command,
	                    "sysctl -w fs.file-max=4096");
	host_free(host);
}

/* ---- memory ---- */

static const struct {
	int64_t mem[3];
	uint64_t used, flows, in_flight;
	enum verdict verdict;
	uint64_t observed, needed;
	const char *to;
} memories[] = {
	{ { 300, 2000, 3000 }, 1000, 1000, 0, VERDICT_OK, 0, 0, "" },
	{ { 300, 1999, 3000 },
	  1000,
	  1000,
	  0,
	  VERDICT_WARN,
	  1999,
	  2000,
	  "1536 2048 3072" },
	{ { 300, 1999, 2000 },
	  1000,
	  1000,
	  0,
	  VERDICT_WARN,
	  1999,
	  2000,
	  "1536 2048 3072" },
	{ { 300, 1999, 1999 },
	  1000,
	  1000,
	  0,
	  VERDICT_FAIL,
	  1999,
	  2000,
	  "1536 2048 3072" },
	{ { 0, 0, 0 }, 0, 1, 0, VERDICT_FAIL, 0, 1, "1 1 1" },
	/* bytes in flight count when they are more than a page a flow */
	{ { 300, 400, 500 },
	  0,
	  1,
	  501 * 4096,
	  VERDICT_FAIL,
	  500,
	  501,
	  "384 512 768" },
	{ { 300, 400, 500 },
	  0,
	  1,
	  500 * 4096,
	  VERDICT_WARN,
	  400,
	  500,
	  "384 512 768" },
	/* what is larger already stays */
	{ { 1000, 1999, 9999 },
	  1000,
	  1000,
	  0,
	  VERDICT_WARN,
	  1999,
	  2000,
	  "1536 2048 9999" },
	{ { 1800, 1999, 9999 },
	  1000,
	  1000,
	  0,
	  VERDICT_WARN,
	  1999,
	  2000,
	  "1800 2048 9999" },
	{ { 1, 2, 3 }, UINT64_MAX, 1000, 0, VERDICT_FAIL, 3, UINT64_MAX, "" },
	{ { 1, 2, INT64_MAX },
	  0,
	  1000,
	  UINT64_MAX,
	  VERDICT_WARN,
	  2,
	  UINT64_C(1) << 52,
	  "3377699720527872 4503599627370496 9223372036854775807" },
};

static void buffers_fit_below_tcp_mem(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(memories); i++) {
		struct host *host = facts_healthy();
		struct goal goal = flows_of(memories[i].flows);
		struct finding finding;

		goal.bytes_in_flight = memories[i].in_flight;
		memcpy(host->sysctl[SYSCTL_TCP_MEM].v, memories[i].mem,
		       sizeof(memories[i].mem));
		host->ns[0].sockstat.mem_pages = fact_known(memories[i].used);
		finding = judged_one(MEMORY, host, &goal, memories[i].verdict);
		assert_string_equal(finding.remedy.to, memories[i].to);
		if (finding.verdict != VERDICT_OK) {
			assert_string_equal(finding.subject,
			                    "net.ipv4.tcp_mem");
			assert_true(finding.observed.value ==
			            memories[i].observed);
			assert_true(finding.needed.value == memories[i].needed);
		}
		host_free(host);
	}
}

static void buffers_are_said(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_default();
	struct finding finding;

	(void)state;
	host->sysctl[SYSCTL_TCP_MEM].v[1] = 1099;
	finding = judged_one(MEMORY, host, &goal, VERDICT_WARN);
	assert_string_equal(
		finding.what,
		"net.ipv4.tcp_mem allows 1099 pages of TCP buffers, 1000 flows need 1000 and 100 are in use");
	assert_non_null(strstr(finding.why, "under pressure"));
	assert_string_equal(
		finding.remedy.command,
		"sysctl -w net.ipv4.tcp_mem=\"287832 2048 575664\"");
	assert_non_null(strstr(finding.remedy.risk, "575664 pages"));
	host->sysctl[SYSCTL_TCP_MEM].v[2] = 1099;
	finding = judged_one(MEMORY, host, &goal, VERDICT_FAIL);
	assert_non_null(strstr(finding.why, "stall"));
	host_free(host);
}

static void structures_fit_into_memory(void **state)
{
	static const struct {
		enum goal_role role;
		uint64_t available;
		enum verdict verdict;
	} rows[] = {
		{ ROLE_BOTH, 9728000, VERDICT_OK },
		{ ROLE_BOTH, 9727999, VERDICT_FAIL },
		{ ROLE_BOTH, 0, VERDICT_FAIL },
		{ ROLE_BOTH, UINT64_MAX, VERDICT_OK },
		{ ROLE_SERVER, 4864000, VERDICT_OK },
		{ ROLE_CLIENT, 4863999, VERDICT_FAIL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct goal goal = goal_default();
		struct finding finding;

		goal.role = rows[i].role;
		host->memory.available_bytes = fact_known(rows[i].available);
		finding = judged_one(MEMORY, host, &goal, rows[i].verdict);
		if (finding.verdict != VERDICT_OK) {
			assert_string_equal(finding.subject, "MemAvailable");
			assert_string_equal(finding.unit, "bytes");
		}
		host_free(host);
	}
}

static void memory_is_said(void **state)
{
	struct host *host = facts_healthy();
	const struct goal goal = goal_default();
	struct finding finding;

	(void)state;
	host->memory.available_bytes = fact_known(5 << 20);
	finding = judged_one(MEMORY, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.what,
		"5 MiB of memory are available, 1000 flows need 10");
	host_free(host);
}

/* Each of the two is judged, whatever became of the other. */
static void one_unknown_does_not_hide_the_other(void **state)
{
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_ABSENT,
		FACT_DENIED,
		FACT_BROKEN,
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(states); i++) {
		struct host *host = facts_healthy();
		struct finding finding;
		struct judged judged;

		host->sysctl[SYSCTL_TCP_MEM].state = states[i];
		finding = judged_one(MEMORY, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject, "net.ipv4.tcp_mem");
		host->sysctl[SYSCTL_TCP_MEM].state = FACT_KNOWN;

		host->ns[0].sockstat.mem_pages.state = states[i];
		finding = judged_one(MEMORY, host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(finding.subject,
		                    "the memory of TCP buffers");

		host->memory.available_bytes.value = 0;
		judged_by(rule_by_id(MEMORY), host, &goal, NULL, &judged);
		assert_int_equal(judged.n, 2);
		assert_int_equal(judged.list[1].verdict, VERDICT_FAIL);

		host->memory.available_bytes.state = states[i];
		judged_by(rule_by_id(MEMORY), host, &goal, NULL, &judged);
		assert_int_equal(judged.n, 2);
		assert_int_equal(judged.list[1].verdict, VERDICT_UNKNOWN);
		assert_string_equal(judged.list[1].subject, "MemAvailable");
		host_free(host);
	}
}

/* 1000 flows: 4800000 bytes at least, 13824000 at most; 2016 threads. */
static void flows_fit_into_the_control_group(void **state)
{
	static const struct {
		const char *tool;
		uint64_t max, current;
		enum verdict verdict;
		uint64_t observed, needed;
	} rows[] = {
		{ "epoll", UINT64_MAX, UINT64_MAX, VERDICT_OK, 0, 0 },
		{ "epoll", 13824000, 0, VERDICT_OK, 0, 0 },
		{ "epoll", 13823999, 0, VERDICT_WARN, 13823999, 13824000 },
		{ "epoll", 13825000, 1000, VERDICT_OK, 0, 0 },
		{ "epoll", 13825000, 1001, VERDICT_WARN, 13823999, 13824000 },
		{ "epoll", 4800000, 0, VERDICT_WARN, 4800000, 13824000 },
		{ "epoll", 4800000, 5000000, VERDICT_WARN, 0, 13824000 },
		{ "epoll", 4799999, 0, VERDICT_FAIL, 4799999, 4800000 },
		{ "epoll", 0, 0, VERDICT_FAIL, 0, 4800000 },
		{ "epoll", UINT64_MAX - 1, 0, VERDICT_OK, 0, 0 },
		{ "iperf2", 84013056, 0, VERDICT_OK, 0, 0 },
		{ "iperf2", 84013055, 0, VERDICT_WARN, 84013055, 84013056 },
		{ "iperf2", 74989056, 0, VERDICT_WARN, 74989056, 84013056 },
		{ "iperf2", 74989055, 0, VERDICT_FAIL, 74989055, 74989056 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = facts_healthy();
		struct goal goal = goal_default();
		struct finding finding;

		goal.tool = rows[i].tool;
		host->threads.memory.max = fact_known(rows[i].max);
		host->threads.memory.current = fact_known(rows[i].current);
		finding = judged_one(CGROUP, host, &goal, rows[i].verdict);
		if (rows[i].verdict != VERDICT_OK) {
			assert_string_equal(finding.subject, "memory.max");
			assert_string_equal(finding.unit, "bytes");
			assert_int_equal(finding.observed.value,
			                 rows[i].observed);
			assert_int_equal(finding.needed.value, rows[i].needed);
		}
		host_free(host);
	}
}

static void the_control_group_is_said(void **state)
{
	struct host *host = facts_healthy();
	struct cgroup_facts *memory = &host->threads.memory;
	const struct goal goal = goal_default();
	struct finding finding;

	(void)state;
	memory->max = fact_known(64 << 20);
	memory->current = fact_known((60 << 20) + 1);
	finding = judged_one(CGROUP, host, &goal, VERDICT_WARN);
	assert_string_equal(
		finding.what,
		"memory.max leaves 3 MiB (64, in use 61), 1000 flows may take 14");
	assert_int_equal(finding.remedy.kind, REMEDY_CONFIG);
	assert_true(finding.remedy.live);
	assert_string_equal(finding.remedy.from, "67108864");
	assert_string_equal(finding.remedy.to, "134217728");
	assert_string_equal(finding.remedy.command, "");

	memory->max = fact_known(4 << 20);
	finding = judged_one(CGROUP, host, &goal, VERDICT_FAIL);
	assert_string_equal(
		finding.what,
		"memory.max is 4 MiB, 1000 flows take at least 5 MiB of it");
	assert_string_equal(finding.remedy.from, "4194304");
	assert_string_equal(finding.remedy.to, "134217728");
	/* what is in use only adds to what is proposed */
	memory->current.state = FACT_DENIED;
	finding = judged_one(CGROUP, host, &goal, VERDICT_FAIL);
	assert_string_equal(finding.remedy.to, "16777216");
	host_free(host);
}

static void an_unknown_control_group_is_said(void **state)
{
	static const enum fact_state states[] = {
		FACT_UNREAD,
		FACT_ABSENT,
		FACT_DENIED,
		FACT_BROKEN,
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(states); i++) {
		struct host *host = facts_healthy();
		struct cgroup_facts *memory = &host->threads.memory;

		memory->current.state = states[i];
		judged_one(CGROUP, host, &goal, VERDICT_OK);
		memory->max = fact_known(64 << 20);
		assert_string_equal(judged_one(CGROUP, host, &goal,
		                               VERDICT_UNKNOWN)
		                            .subject,
		                    "the cgroup's memory.current");
		memory->max.state = states[i];
		assert_string_equal(judged_one(CGROUP, host, &goal,
		                               VERDICT_UNKNOWN)
		                            .subject,
		                    "the cgroup's memory.max");
		host_free(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_ports_for_all_flows),
		cmocka_unit_test(the_range_is_widened_as_far_as_it_goes),
		cmocka_unit_test(ports_are_said),
		cmocka_unit_test(only_a_client_needs_ports),
		cmocka_unit_test(a_process_may_open_all_flows),
		cmocka_unit_test(a_process_limit_is_said),
		cmocka_unit_test(nr_open_comes_first),
		cmocka_unit_test(the_host_has_open_files_left),
		cmocka_unit_test(open_files_are_said),
		cmocka_unit_test(buffers_fit_below_tcp_mem),
		cmocka_unit_test(buffers_are_said),
		cmocka_unit_test(structures_fit_into_memory),
		cmocka_unit_test(memory_is_said),
		cmocka_unit_test(one_unknown_does_not_hide_the_other),
		cmocka_unit_test(flows_fit_into_the_control_group),
		cmocka_unit_test(the_control_group_is_said),
		cmocka_unit_test(an_unknown_control_group_is_said),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
