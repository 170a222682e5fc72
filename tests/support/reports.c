// SPDX-License-Identifier: GPL-2.0-or-later
/* reports - see reports.h. */
#include "tests/support/reports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/step.h"
#include "probes/base/err.h"
#include "probes/load/load_result.h"
#include "probes/logs/log_sum.h"
#include "rules/rule.h"

static const struct rule rule_cap = {
	.id = "backlog.somaxconn",
	.group = GROUP_ACCEPT_QUEUE,
	.scope = SCOPE_NETNS,
	.decisive = true,
	.ref = "net/socket.c:__sys_listen_socket",
};

static const struct rule rule_listener = {
	.id = "backlog.listener",
	.group = GROUP_ACCEPT_QUEUE,
	.scope = SCOPE_LISTENER,
	.decisive = true,
};

static const struct rule rule_path = {
	.id = "path.loopback",
	.group = GROUP_PATH,
	.scope = SCOPE_NETNS,
};

static const struct rule rule_ports = {
	.id = "ports.ephemeral",
	.group = GROUP_PORTS,
	.scope = SCOPE_NETNS,
	.decisive = true,
};

static const struct rule rule_memory = {
	.id = "memory.tcp",
	.group = GROUP_MEMORY,
	.scope = SCOPE_HOST,
};

static const struct rule rule_policy = {
	.id = "policy.net.core.somaxconn",
	.group = GROUP_POLICY,
	.scope = SCOPE_NETNS,
	.decisive = true,
	.ref = "net/socket.c:__sys_listen_socket",
};

static const struct rule rule_outcomes = {
	.id = "load.outcomes",
	.group = GROUP_LOAD,
	.scope = SCOPE_LOAD,
};

static void add(struct sample *sample, const struct finding *finding)
{
	report_add(&sample->report, finding);
}

static void add_ok(struct sample *sample, const struct rule *rule,
                   const char *what)
{
	struct finding ok = { .rule = rule, .verdict = VERDICT_OK };

	if (rule->scope != SCOPE_HOST)
		ok.ns = &sample->host->ns[0];
	(void)snprintf(ok.what, sizeof(ok.what), "%s", what);
	add(sample, &ok);
}

/* --- the load test -------------------------------------------------------- */

/* A test that all of @ok flows and @late of them came through. */
static struct load_result *load_new(uint64_t ok, uint64_t late)
{
	struct load_result *load = calloc(1, sizeof(*load));

	if (!load)
		abort();
	load->asked = ok + late;
	load->flows[LOAD_OK] = ok;
	load->flows[LOAD_LATE] = late;
	load->queue_limit = fact_known(4096);
	load->queue_peak = fact_known(ok);
	load->queue_drops = fact_known(late);
	load->syn_queue_peak = fact_known(0);
	load->bytes.written = 15290372096;
	load->bytes.acked = load->bytes.written;
	load->bytes.received = load->bytes.written;
	load->bytes.read = load->bytes.written;
	load->bytes.exact = true;
	load->transfer_ns = 2000000000;
	load->gbit_per_s = 61.161488384;
	load->connect_us.min = fact_known(12);
	load->connect_us.p50 = fact_known(17);
	load->connect_us.p90 = fact_known(20);
	load->connect_us.p99 = fact_known(77);
	load->connect_us.p99_9 = fact_known(1540);
	load->connect_us.max = fact_known(1034000);
	load->rates_known = true;
	load->flow_mbit_per_s.min = 53.5;
	load->flow_mbit_per_s.p50 = 61.25;
	load->flow_mbit_per_s.max = 70;
	load->fairness = 0.9985;
	load->phase_ns[0] = 500000;
	load->phase_ns[1] = 21000000;
	load->phase_ns[2] = 2000000000;
	load->phase_ns[3] = 4000000;
	load->cpu_seconds = 3.75;
	load->rss_kib = fact_known(3840);
	load->time_wait = fact_known(load->asked);
	load->predicted = (struct load_prediction){
		.kernel_bytes = load->asked * 9728,
		.own_bytes = 4194304,
		.descriptors = 2 * load->asked + 64,
	};
	load->mode = (struct load_mode){
		.direction = LOAD_UP,
		.accept = LOAD_ACCEPT_HELD,
		.workers = 2,
		.tables = 1,
		.sources = 1,
		.backlog = INT32_MAX,
		.burst = load->asked,
		.family = FAMILY_IPV4,
	};
	return load;
}

static void add_intervals(struct load_result *load)
{
	load->intervals = calloc(2, sizeof(*load->intervals));
	if (!load->intervals)
		abort();
	load->n_intervals = 2;
	load->intervals[0].end_ns = 1000000000;
	load->intervals[0].bytes = load->bytes.read / 2;
	load->intervals[1].end_ns = 2000000000;
	load->intervals[1].bytes = load->bytes.read / 2;
}

/* --- listeners ------------------------------------------------------------ */

struct made_up {
	const char *address;
	uint16_t port;
	uint32_t queue, limit, group_size;
	struct fact_u64 drops, syn_queue;
	const char *comm; /* NULL: no owner */
	size_t n_owners;
	enum owners_state state;
};

static void fill_listener(struct listener *ret, const struct made_up *from,
                          uint32_t inode)
{
	ret->family = strchr(from->address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(ret->family, from->address, ret->addr) != 1)
		abort();
	ret->port = from->port;
	ret->queue = from->queue;
	ret->limit = from->limit;
	ret->drops = from->drops;
	ret->syn_queue = from->syn_queue;
	ret->group_size = from->group_size;
	ret->inode = inode;
	ret->cookie = 0x1000 + inode;
	ret->owners_state = from->state;
	ret->owners = calloc(from->n_owners + 1, sizeof(*ret->owners));
	if (!ret->owners)
		abort();
	ret->n_owners = from->n_owners;
	for (size_t i = 0; i < from->n_owners; i++) {
		ret->owners[i].pid = (pid_t)(800 + i);
		ret->owners[i].fd = 6;
		(void)snprintf(ret->owners[i].comm, sizeof(ret->owners[i].comm),
		               "%s", from->comm);
	}
}

static void add_listeners(struct sample *sample, const struct made_up *rows,
                          size_t n)
{
	struct netns_facts *ns = &sample->host->ns[0];

	ns->listeners = calloc(n + 1, sizeof(*ns->listeners));
	if (!ns->listeners)
		abort();
	ns->n_listeners = n;
	ns->listeners_read = fact_known(n);
	for (size_t i = 0; i < n; i++)
		fill_listener(&ns->listeners[i], &rows[i], (uint32_t)(70 + i));
}

/* --- the reports ---------------------------------------------------------- */

static void add_fine(struct sample *sample)
{
	add_ok(sample, &rule_path, "lo is up");
	add_ok(sample, &rule_ports, "there are local ports for all flows");
	add_ok(sample, &rule_memory, "there is memory for all flows");
}

static void add_capacity(struct sample *sample, uint64_t somaxconn)
{
	const struct netns_facts *ns = &sample->host->ns[0];
	const struct capacity rows[] = {
		{ "accept queue", "net.core.somaxconn", "", true, ns,
		  fact_known(somaxconn + 1) },
		{ "TCP memory", "net.ipv4.tcp_mem", "", false, NULL,
		  fact_known(575564) },
		{ "local ports", "ports", "to one destination", false, ns,
		  fact_known(28232) },
		{ "memory", "memory", "", false, NULL, fact_known(331129) },
		{ "descriptors of a process", "RLIMIT_NOFILE", "", false, NULL,
		  fact_known(9968) },
		{ "descriptors of the system",
		  "fs.file-max",
		  "",
		  false,
		  NULL,
		  { 0, FACT_DENIED } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		report_add_capacity(&sample->report, &rows[i]);
}

static void add_small_listener(struct sample *sample, unsigned int port)
{
	struct finding note = {
		.rule = &rule_listener,
		.verdict = VERDICT_NOTE,
		.ns = &sample->host->ns[0],
		.observed = fact_known(6),
		.needed = fact_known(1000),
		.unit = "connections",
		.remedy = {
			.kind = REMEDY_RELISTEN,
			.key = "listen",
			.from = "5",
			.to = "4096",
			.live = true,
		},
	};

	(void)snprintf(note.subject, sizeof(note.subject),
	               "0.0.0.0:%u iperf[4242]", port);
	(void)snprintf(
		note.what, sizeof(note.what),
		"%s holds at most 6 waiting connections (its limit is 5)",
		note.subject);
	(void)snprintf(note.remedy.command, sizeof(note.remedy.command),
	               "kiloflow check --fix --port %u", port);
	add(sample, &note);
}

static void fill_ready(struct sample *sample)
{
	add_fine(sample);
	add_ok(sample, &rule_cap, "the cap on accept queues holds the burst");
	for (unsigned int port = 5001; port <= 5007; port++)
		add_small_listener(sample, port);
	add_capacity(sample, 4096);
	sample->host->ns[0].load = load_new(1000, 0);
	add_intervals(sample->host->ns[0].load);
	add_ok(sample, &rule_outcomes, "every flow came through");
}

static void fill_warnings(struct sample *sample)
{
	struct finding warn = {
		.rule = &rule_listener,
		.verdict = VERDICT_WARN,
		.ns = &sample->host->ns[0],
		.subject = "[::1]:80 nginx[8]",
		.what = "[::1]:80 nginx[8] dropped 20 connections since it began",
	};

	add_fine(sample);
	add(sample, &warn);
	sample->goal.role = ROLE_SERVER;
	sample->goal.port = 80;
	sample->report.load_left_out = "--role without --load";
}

static void add_cap_too_low(struct sample *sample)
{
	static const struct finding fail = {
		.rule = &rule_cap,
		.verdict = VERDICT_FAIL,
		.observed = { .value = 128, .state = FACT_KNOWN },
		.needed = { .value = 999, .state = FACT_KNOWN },
		.unit = "connections",
		.what = "net.core.somaxconn is 128, a burst of 1000 needs 999",
		.why = "listeners on this host drop handshakes once 129 connections wait to be accepted",
		.remedy = {
			.kind = REMEDY_SYSCTL,
			.key = "net.core.somaxconn",
			.from = "128",
			.to = "4096",
			.risk = "only listen() calls from now on",
			.command = "sysctl -w net.core.somaxconn=4096",
		},
	};
	struct finding here = fail;

	here.ns = &sample->host->ns[0];
	add(sample, &here);
}

/* The origin: a thousand flows, and a cap of 128. */
static void fill_origin(struct sample *sample)
{
	struct finding fail = {
		.rule = &rule_outcomes,
		.verdict = VERDICT_FAIL,
		.ns = &sample->host->ns[0],
		.observed = fact_known(129),
		.needed = fact_known(1000),
		.unit = "connections",
		.what = "871 of 1000 connections did not fit into the accept queue (limit 128, peak 129)",
	};
	struct load_result *load = load_new(129, 871);

	add_fine(sample);
	add_cap_too_low(sample);
	add(sample, &fail);
	add_capacity(sample, 128);
	load->queue_limit = fact_known(128);
	load->counter[COUNTER_LISTEN_OVERFLOWS] = fact_known(1125);
	load->counter[COUNTER_LISTEN_DROPS] = fact_known(1125);
	load->counter[COUNTER_OUT_RSTS] = fact_known(0);
	sample->host->ns[0].load = load;
}

/* One finding that a policy has made less of, and one that it requires. */
static void fill_policy(struct sample *sample)
{
	struct finding ignored = {
		.rule = &rule_listener,
		.verdict = VERDICT_NOTE,
		.ns = &sample->host->ns[0],
		.subject = "[::1]:80 nginx[8]",
		.what = "[::1]:80 nginx[8] dropped 20 connections since it began (ignored)",
		.why = "policy: a batch floods it at night",
	};
	struct finding required = {
		.rule = &rule_policy,
		.verdict = VERDICT_WARN,
		.ns = &sample->host->ns[0],
		.observed = fact_known(4096),
		.needed = fact_known(65536),
		.what = "net.core.somaxconn is 4096, the policy requires >= 65536",
		.why = "our fleet standard",
		.remedy = {
			.kind = REMEDY_SYSCTL,
			.key = "net.core.somaxconn",
			.from = "4096",
			.to = "65536",
			.command = "sysctl -w net.core.somaxconn=65536",
		},
	};

	add_fine(sample);
	add_ok(sample, &rule_policy, "net.core.somaxconn != 128");
	add(sample, &ignored);
	add(sample, &required);
	sample->report.load_left_out = "--no-load";
}

static void add_told(struct load_peer *peer, const char *finding)
{
	peer->findings = realloc(peer->findings,
	                         (peer->n_findings + 1) * sizeof(char *));
	if (!peer->findings)
		abort();
	peer->findings[peer->n_findings++] = strdup(finding);
}

/* The far host says whatever it likes, and then is gone. */
static void fill_two_hosts(struct sample *sample)
{
	struct load_result *load = load_new(129, 871);
	struct load_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		abort();
	sample->goal.role = ROLE_CLIENT;
	sample->goal.peer = "10.0.0.2";
	add_fine(sample);
	load->queue_limit = fact_known(128);
	load->bytes.exact = false;
	load->bytes.flows_untold = 12;
	strcpy(peer->address, "10.0.0.2:5202");
	strcpy(peer->host, "web\033[2J-4");
	strcpy(peer->kernel, "6.18.44");
	strcpy(peer->verdict, "not-ready");
	strcpy(peer->why, "it closed the control connection");
	peer->lost = true;
	peer->counter[COUNTER_LISTEN_OVERFLOWS] = fact_known(871);
	add_told(
		peer,
		"{\"id\":\"backlog.somaxconn\",\"verdict\":\"fail\",\"group\":\"accept queue\",\"subject\":\"net.core.somaxconn\",\"observed\":128,\"needed\":999,\"unit\":\"connections\",\"netns\":{\"inode\":4026531840,\"name\":null},\"ref\":\"net/socket.c\",\"why\":\"net.core.somaxconn is 128, a burst of 1000 needs 999\",\"remedy\":{\"kind\":\"sysctl\",\"key\":\"net.core.somaxconn\",\"from\":128,\"to\":4096,\"live\":false,\"risk\":null,\"command\":\"sysctl -w net.core.somaxconn=4096\"}}");
	add_told(
		peer,
		"{\"verdict\":\"warn\",\"why\":\"\\u001b]0;x\\u0007\",\"observed\":\"many\",\"remedy\":[]}");
	add_told(peer, "{\"verdict\":\"doom\",\"why\":\"is not a verdict\"}");
	add_told(peer, "{\"verdict\":\"ok\",\"why\":\"fine\"}");
	add_told(peer, "{\"verdict\":\"note\",\"why\":\"a note\"}");
	load->peer = peer;
	sample->host->ns[0].load = load;
}

/* Everything that may go wrong with flows at once. */
static void fill_broken(struct sample *sample)
{
	struct load_result *load = load_new(100, 800);

	load->asked = 1000;
	load->flows[LOAD_RESET] = 60;
	load->flows[LOAD_GHOST] = 30;
	load->flows[LOAD_FAILED] = 10;
	load->errors[0] =
		(struct load_error){ LOAD_PHASE_HELLO, ECONNRESET, 60 };
	load->errors[1] = (struct load_error){ LOAD_PHASE_SOCKET, EMFILE, 10 };
	load->n_errors = 2;
	load->bytes.exact = false;
	load->bytes.flows_off = 2;
	load->bytes.read -= 4096;
	load->fairness = 0.0 / 0.0;
	load->rates_known = true;
	load->retransmits = 12;
	load->interrupted = true;
	load->deadline = true;
	(void)snprintf(load->deadline_phase, sizeof(load->deadline_phase),
	               "drain");
	load->mode.burst = 100;
	load->mode.accept = LOAD_ACCEPT_SLOW;
	load->mode.accept_per_s = 500;
	load->mode.eager = true;
	load->mode.emulates = 5001;
	load->mode.backlog = 5;
	load->mode.family = FAMILY_IPV6;
	load->mode.direction = LOAD_BOTH;
	sample->host->ns[0].load = load;
	sample->goal.burst = 100;
	sample->goal.family = FAMILY_IPV6;
	sample->report.command = "load";
	sample->report.exit_code = 130;
}

static void fill_refused(struct sample *sample)
{
	static const struct finding fail = {
		.rule = &rule_outcomes,
		.verdict = VERDICT_FAIL,
		.observed = { .value = 1024, .state = FACT_KNOWN },
		.needed = { .value = 2064, .state = FACT_KNOWN },
		.unit = "descriptors",
		.what = "load test refused: RLIMIT_NOFILE: need 2064, have 1024",
		.remedy = {
			.kind = REMEDY_CONFIG,
			.key = "RLIMIT_NOFILE",
			.from = "1024",
			.to = "4096",
		},
	};
	struct load_result *load = load_new(0, 0);

	add_fine(sample);
	add(sample, &fail);
	*load = (struct load_result){ .asked = 1000, .mode = load->mode };
	load->mode.workers = 0;
	load->mode.burst = 1000;
	load->refusal = (struct load_refusal){
		.refused = true,
		.resource = "RLIMIT_NOFILE",
		.have = 1024,
		.need = 2064,
	};
	sample->host->ns[0].load = load;
}

/* A child namespace: what is global is not there. */
static void fill_unknown(struct sample *sample)
{
	static const struct finding not_decisive = {
		.rule = &rule_path,
		.verdict = VERDICT_UNKNOWN,
		.what = "the state of lo is unknown (broken)",
	};
	static const struct finding unknown = {
		.rule = &rule_ports,
		.verdict = VERDICT_UNKNOWN,
		.subject = "net.ipv4.ip_local_port_range",
		.what = "net.ipv4.ip_local_port_range is unknown (denied)",
		.why = "/proc/sys/net/ipv4/ip_local_port_range may not be read: run kiloflow as root",
	};

	add(sample, &not_decisive);
	add_ok(sample, &rule_memory, "there is memory for all flows");
	add(sample, &unknown);
	(void)snprintf(sample->host->ns[0].name,
	               sizeof(sample->host->ns[0].name), "pod");
	sample->report.load_left_out = "--netns without --load";
}

/* ESC [2J, an invalid byte, a line feed, U+202E, a backslash. */
static const char hostile[] = { 'a',        '\033',     '[',  '2',
	                        'J',        (char)0xff, '\n', (char)0xe2,
	                        (char)0x80, (char)0xae, 'b',  '\\',
	                        '\0' };

/* Names that others chose. */
static void fill_hostile(struct sample *sample)
{
	const struct made_up row = {
		.address = "127.0.0.1",
		.port = 5001,
		.limit = 5,
		.group_size = 1,
		.drops = fact_known(0),
		.syn_queue = fact_known(0),
		.comm = hostile,
		.n_owners = 1,
		.state = OWNERS_KNOWN,
	};
	struct finding note = {
		.rule = &rule_listener,
		.verdict = VERDICT_NOTE,
		/* escaped by its rule, as is the backslash */
		.subject = "127.0.0.1:5001 a\\x1b[2J\\xff\\x0a\\\\[800]",
		.what = "127.0.0.1:5001 a\\x1b[2J\\xff\\x0a\\\\[800] holds 6",
	};

	/* and what a rule forgot */
	(void)snprintf(note.why, sizeof(note.why), "%s", hostile);
	add_listeners(sample, &row, 1);
	(void)snprintf(sample->host->name, sizeof(sample->host->name),
	               "web\033]0;x\007");
	(void)snprintf(sample->host->kernel, sizeof(sample->host->kernel),
	               "6.18\xc3");
	(void)snprintf(sample->host->ns[0].name,
	               sizeof(sample->host->ns[0].name), "../\n");
	add(sample, &note);
}

static void fill_listeners(struct sample *sample)
{
	static const struct made_up rows[] = {
		{ "0.0.0.0",
		  80,
		  0,
		  511,
		  1,
		  { 0, FACT_KNOWN },
		  { 0, FACT_KNOWN },
		  "nginx",
		  3,
		  OWNERS_KNOWN },
		{ "127.0.0.1",
		  6379,
		  6,
		  5,
		  1,
		  { 14, FACT_KNOWN },
		  { 3, FACT_KNOWN },
		  "redis-server",
		  1,
		  OWNERS_KNOWN },
		{ "::",
		  22,
		  0,
		  4096,
		  1,
		  { 0, FACT_ABSENT },
		  { 0, FACT_DENIED },
		  NULL,
		  0,
		  OWNERS_DENIED },
		{ "::1",
		  8080,
		  2,
		  100,
		  4,
		  { 7, FACT_KNOWN },
		  { 0, FACT_KNOWN },
		  "java",
		  1,
		  OWNERS_PARTIAL },
		{ "10.0.0.1",
		  9,
		  0,
		  8192,
		  1,
		  { 0, FACT_KNOWN },
		  { 0, FACT_KNOWN },
		  NULL,
		  0,
		  OWNERS_KNOWN },
		{ "127.0.0.1",
		  2222,
		  0,
		  128,
		  1,
		  { 0, FACT_KNOWN },
		  { 0, FACT_KNOWN },
		  "sshd",
		  1,
		  OWNERS_KNOWN },
	};

	add_listeners(sample, rows, sizeof(rows) / sizeof(rows[0]));
	sample->host->ns[0].listeners[4].ifindex = 2;
	sample->report.command = "listeners";
	sample->report.judged = false;
	sample->report.goal = NULL;
}

static void fill_listeners_denied(struct sample *sample)
{
	sample->host->ns[0].listeners_read.state = FACT_DENIED;
	sample->report.command = "listeners";
	sample->report.judged = false;
	sample->report.goal = NULL;
	sample->report.exit_code = 3;
}

/* --- many namespaces ------------------------------------------------------ */

static const struct rule rule_netns = {
	.id = "netns.read",
	.group = GROUP_NETNS,
	.scope = SCOPE_SEARCH,
	.decisive = true,
};

/* One that was not entered in time, one that may not be. */
enum { NETNS_LONG = 7, NETNS_VANISHED, NETNS_DENIED, NETNS_COUNT };

static void add_namespaces(struct sample *sample)
{
	static const char *const names[NETNS_COUNT] = {
		"", "blue",        "green", "3f2a9c81d07e", "nginx[812]",
		"", "a\033[2J\nb", "x",     "gone",         "locked",
	};
	struct host *host = sample->host;

	host->ns = reallocarray(host->ns, NETNS_COUNT, sizeof(*host->ns));
	if (!host->ns)
		abort();
	host->n_ns = NETNS_COUNT;
	host->netns_hidden = fact_known(0);
	for (size_t i = 1; i < NETNS_COUNT; i++) {
		struct netns_facts *ns = &host->ns[i];

		*ns = (struct netns_facts){
			.inode = host->ns[0].inode + i,
			.entered = fact_known(1),
			.listeners_read = fact_known(0),
		};
		memcpy(ns->sysctl, host->ns[0].sysctl, sizeof(ns->sysctl));
		(void)snprintf(ns->name, sizeof(ns->name), "%s", names[i]);
	}
	memset(host->ns[NETNS_LONG].name, 'x',
	       sizeof(host->ns[NETNS_LONG].name) - 1);
	host->ns[NETNS_VANISHED].entered.state = FACT_ABSENT;
	host->ns[NETNS_DENIED].entered.state = FACT_DENIED;
}

static void add_in(struct sample *sample, size_t at,
                   const struct finding *finding)
{
	struct finding here = *finding;

	here.ns = &sample->host->ns[at];
	add(sample, &here);
}

/* In each other namespace a small listener, in two of them the cap. */
static void add_elsewhere(struct sample *sample, size_t at)
{
	static const struct finding cap = {
		.rule = &rule_cap,
		.verdict = VERDICT_FAIL,
		.what = "net.core.somaxconn is 128, a burst of 1000 needs 999",
		.why = "listeners in this namespace drop handshakes once 129 connections wait to be accepted",
		.remedy = {
			.kind = REMEDY_SYSCTL,
			.key = "net.core.somaxconn",
			.to = "4096",
			.command = "nsenter --net=/run/netns/blue sysctl -w net.core.somaxconn=4096",
		},
	};
	static const struct finding down = {
		.rule = &rule_path,
		.verdict = VERDICT_WARN,
		.what = "lo is down",
	};
	static const struct finding small = {
		.rule = &rule_path,
		.verdict = VERDICT_WARN,
		.what = "lo has a small MTU",
	};
	static const struct finding ok = {
		.rule = &rule_ports,
		.verdict = VERDICT_OK,
		.what = "there are local ports for all flows",
	};
	struct finding note = {
		.rule = &rule_listener,
		.verdict = VERDICT_NOTE,
	};

	(void)snprintf(
		note.what, sizeof(note.what),
		"0.0.0.0:80 nginx[%zu] holds at most 6 waiting connections",
		800 + at);
	add_in(sample, at, &note);
	add_in(sample, at, &ok);
	if (at == 1 || at == 3)
		add_in(sample, at, &cap);
	else
		add_in(sample, at, at == 2 ? &small : &down);
}

static void fill_namespaces(struct sample *sample)
{
	static const struct finding vanished = {
		.rule = &rule_netns,
		.verdict = VERDICT_NOTE,
		.subject = "gone",
		.what = "a network namespace vanished",
	};
	static const struct finding dropped = {
		.rule = &rule_outcomes,
		.verdict = VERDICT_FAIL,
		.what = "49 of 100 connections did not fit into the accept queue",
	};
	static const struct finding denied = {
		.rule = &rule_netns,
		.verdict = VERDICT_UNKNOWN,
		.subject = "locked",
		.what = "a network namespace could not be entered (denied)",
		.why = "nothing is known of it; run kiloflow as root",
	};

	add_namespaces(sample);
	add_fine(sample);
	for (unsigned int port = 5001; port <= 5007; port++)
		add_small_listener(sample, port);
	for (size_t i = 1; i < NETNS_VANISHED; i++)
		add_elsewhere(sample, i);
	add_in(sample, NETNS_VANISHED, &vanished);
	add_in(sample, NETNS_DENIED, &denied);
	add_in(sample, 2, &dropped);
	sample->host->ns[0].load = load_new(1000, 0);
	add_ok(sample, &rule_outcomes, "every flow came through");
}

/* One row in the caller's own namespace, one that is full in another. */
static void fill_listeners_namespaces(struct sample *sample)
{
	static const struct made_up row = {
		.address = "0.0.0.0",
		.port = 80,
		.limit = 511,
		.group_size = 1,
		.drops = { 0, FACT_KNOWN },
		.syn_queue = { 0, FACT_KNOWN },
		.comm = "nginx",
		.n_owners = 1,
		.state = OWNERS_KNOWN,
	};
	struct host *host = sample->host;

	add_namespaces(sample);
	for (size_t i = 0; i < NETNS_VANISHED - 1; i++) {
		const struct netns_facts first = host->ns[0];

		add_listeners(sample, &row, 1);
		if (!i)
			continue;
		host->ns[i].listeners = host->ns[0].listeners;
		host->ns[i].n_listeners = 1;
		host->ns[0] = first;
	}
	host->ns[3].listeners->queue = 512;
	host->ns[3].listeners->drops = fact_known(7);
	host->ns[NETNS_LONG].listeners_read.state = FACT_BROKEN;
	host->netns_hidden = fact_known(3);
	sample->report.command = "listeners";
	sample->report.judged = false;
	sample->report.goal = NULL;
	sample->report.exit_code = 3;
}

/* One step of each kind; the listener's name is hostile. */
static struct fix_step fixed_steps[] = {
	{
		.kind = FIX_SYSCTL,
		.key = "net.core.somaxconn",
		.from = (char[]){ "128" },
		.to = (char[]){ "4096" },
		.answers = { "backlog.somaxconn", "backlog.listener" },
		.n_answers = 2,
	},
	{
		.kind = FIX_PRLIMIT,
		.key = "RLIMIT_NOFILE of redis-server[812]",
		.from = (char[]){ "256 4096" },
		.to = (char[]){ "2048 4096" },
		.live = true,
		.answers = { "fds.server" },
		.n_answers = 1,
		.lasts =
			"until it restarts; LimitNOFILE=2048 in its unit makes it last",
	},
	{
		.kind = FIX_RELISTEN,
		.place = { .inode = 4026532177,
	                   .name = "blue",
	                   .enter = "/run/netns/blue" },
		.key = "127.0.0.1:6379 redis-server[812]",
		.from = (char[]){ "5" },
		.to = (char[]){ "4096" },
		.live = true,
		.risk = "a long queue hides a slow accept()",
		.answers = { "backlog.listener" },
		.n_answers = 1,
		.lasts = "until it restarts; tcp-backlog makes it last",
	},
	{
		.kind = FIX_FILE,
		.key = "/etc/sysctl.d/99-kiloflow.conf",
		.from =
			(char[]){
				"# by hand\nnet.core.somaxconn = 512\nvm.swappiness = 10\n" },
		.to = (char[]){ "# by hand\nnet.core.somaxconn = 4096\nvm.swappiness = 10\n" },
		.answers = { "backlog.somaxconn" },
		.n_answers = 1,
	},
	{
		.kind = FIX_SYSCTL,
		.key = "net.ipv4.tcp_mem",
		.from = (char[]){ "1 2 3" },
		.to = (char[]){ "4 5 6" },
		.answers = { "memory.tcp" },
		.n_answers = 1,
		.skipped = "/proc/sys is read-only here\033[2J",
	},
};

static const struct fix_steps fixed_list = {
	.list = fixed_steps,
	.n = sizeof(fixed_steps) / sizeof(fixed_steps[0]),
};

static void fill_fixed(struct sample *sample)
{
	static const struct report_fix fix = {
		.steps = &fixed_list,
		.state = REPORT_FIX_IN_FORCE,
		.undo_id = 3,
	};

	fill_ready(sample);
	sample->report.fix = &fix;
}

static void fill_planned(struct sample *sample)
{
	static const struct report_fix fix = {
		.steps = &fixed_list,
		.state = REPORT_FIX_PLANNED,
	};

	fill_origin(sample);
	load_result_free(sample->host->ns[0].load);
	sample->host->ns[0].load = NULL;
	sample->report.load_left_out = "--dry-run";
	sample->report.fix = &fix;
}

static void fill_nothing_to_fix(struct sample *sample)
{
	static const struct fix_steps none;
	static const struct report_fix fix = { .steps = &none };

	fill_ready(sample);
	sample->report.fix = &fix;
}

/* A [SUM] that is wrong, an interval's too, and errors from outside. */
static void fill_sum(struct sample *sample)
{
	static const struct log_sum sum = {
		.format = "iperf3 text",
		.n_tests = 3,
		.n_tests_right = 2,
		.test = 2,
		.n_lines_cut = 1,
		.is_cut = true,
		.verdict = LOG_SUM_WRONG,
		.n_asked = 128,
		.n_covered = 127,
		.n_summed = 126,
		.failed = { 3, 2, 1, { { ECONNRESET, 1 } } },
		.total = {
			[LOG_SENT] = { 127, { 1000, 1000 }, true,
		                       { 900, 950 }, LOG_WRONG },
			[LOG_RECEIVED] = { 127, { 1 << 20, 3 << 20 }, true,
		                           { 4 << 20, 5 << 20 },
		                           LOG_UNPROVEN },
			[LOG_SENT_BACK] = { .n_flows = 2,
		                            .sum = { 7, UINT64_MAX },
		                            .state = LOG_MISSING },
			[LOG_RECEIVED_BACK] = { 1, { 5, 5 }, true, { 5, 5 },
		                                LOG_RIGHT },
		},
		.intervals = {
			.n = { 8, 1, 2, 1 },
			.first = { 2, { 5, 6 }, true, { 7, 8 }, LOG_WRONG },
			.start_us = 1500000,
		},
		.errors = { { "write failed: \\x1b[2J", ECONNRESET, 4, 2,
		              { 5, 7 } } },
		.n_errors = 1,
		.n_errors_more = 2,
	};

	sample->report.command = "sum";
	sample->report.judged = false;
	sample->report.goal = NULL;
	sample->report.exit_code = 1;
	sample->report.sum = &sum;
}

/* --- incidents ------------------------------------------------------------ */

static const struct cause cause_overflow = {
	.id = "accept-queue-overflow",
	.mend = "a larger queue",
};

static const struct cause cause_refused = {
	.id = "refused",
	.mend = "start the server, or correct the address",
};

static const struct cause cause_unexplained = {
	.id = "unexplained",
	.mend = "look at the other end",
};

static void add_cause(struct sample *sample, const struct cause_found *found)
{
	report_add_cause(&sample->report, found);
}

static struct report_incident *incident_of(struct sample *sample)
{
	sample->report.command = "postmortem";
	sample->report.goal = NULL;
	sample->report.judged = false;
	sample->report.incident = &sample->incident;
	return &sample->incident;
}

static void fill_incident(struct sample *sample)
{
	struct netns_facts *ns = &sample->host->ns[0];

	incident_of(sample)->failed = (struct count_range){ 443, 450 };
	sample->incident.notes[0] = "from counters alone";
	add_cause(
		sample,
		&(struct cause_found){
			.cause = &cause_refused,
			.min = 7,
			.max = 9,
			.confidence = CONFIDENCE_LIKELY,
			.ns = ns,
			.what = "7 to 9 connections went to a port on which nobody listened",
			.sees = "ECONNREFUSED at once",
		});
	add_cause(
		sample,
		&(struct cause_found){
			.cause = &cause_overflow,
			.min = 436,
			.max = 436,
			.confidence = CONFIDENCE_CERTAIN,
			.ns = ns,
			.listener = "0.0.0.0:5001",
			.pid = 4242,
			.comm = "iperf",
			.evidence = { { "ListenOverflows", 1000 },
	                              { "SyncookiesFailed", 436 },
	                              { "queue limit", 128 } },
			.n_evidence = 3,
			.what = "436 connections met a full accept queue: it holds 129",
			.sees = "ECONNRESET at once, on a client that wrote more than one segment",
			.why = "436 connections reset at once: the full queue dropped the ACK of their SYN cookie, and their next segment was no cookie",
			.remedy = { .kind = REMEDY_RELISTEN,
	                            .key = "listen(2) backlog",
	                            .from = "128",
	                            .to = "4096",
	                            .live = true,
	                            .command =
	                                    "kiloflow check --fix --port 5001" },
		});
	add_cause(sample,
	          &(struct cause_found){
			  .cause = &cause_overflow,
			  .confidence = CONFIDENCE_CERTAIN,
			  .ns = ns,
			  .listener = "0.0.0.0:80",
			  .what = "no connection met a full accept queue",
			  .sees = "connect() took 1, 2, 3 s and more",
		  });
	sample->report.exit_code = report_finish_incident(&sample->report);
}

static void fill_incident_unknown(struct sample *sample)
{
	incident_of(sample)->failed = (struct count_range){ 3, UINT64_MAX };
	add_cause(sample, &(struct cause_found){
				  .cause = &cause_unexplained,
				  .min = 3,
				  .max = UINT64_MAX,
				  .what = "3 connections failed \033[2J",
				  .why = "counters could not be read",
			  });
	add_cause(sample, &(struct cause_found){
				  .cause = &cause_refused,
				  .max = 3,
				  .pid = 9,
				  .comm = "\033[2J\xff",
				  .what = "up to 3 connections",
				  .sees = "ECONNREFUSED",
			  });
	sample->report.exit_code = report_finish_incident(&sample->report);
}

static void fill_incident_none(struct sample *sample)
{
	incident_of(sample)->notes[0] = "since boot";
	sample->report.exit_code = report_finish_incident(&sample->report);
}

const struct sample_case sample_cases[] = {
	{ "ready", fill_ready },
	{ "warnings", fill_warnings },
	{ "origin", fill_origin },
	{ "policy", fill_policy },
	{ "broken", fill_broken },
	{ "fixed", fill_fixed },
	{ "planned", fill_planned },
	{ "nothing-to-fix", fill_nothing_to_fix },
	{ "refused", fill_refused },
	{ "two-hosts", fill_two_hosts },
	{ "unknown", fill_unknown },
	{ "hostile", fill_hostile },
	{ "listeners", fill_listeners },
	{ "listeners-denied", fill_listeners_denied },
	{ "namespaces", fill_namespaces },
	{ "listeners-namespaces", fill_listeners_namespaces },
	{ "sum", fill_sum },
	{ "incident", fill_incident },
	{ "incident-unknown", fill_incident_unknown },
	{ "incident-none", fill_incident_none },
	{ NULL, NULL },
};

static int status_of(enum report_verdict verdict)
{
	switch (verdict) {
	case REPORT_NOT_READY:
		return 1;
	case REPORT_UNKNOWN:
		return 3;
	case REPORT_READY:
	case REPORT_READY_WITH_WARNINGS:
	default:
		return 0;
	}
}

static void sample_init(struct sample *sample)
{
	*sample = (struct sample){
		.goal = goal_default(),
		.host = host_new(1),
	};
	if (!sample->host)
		abort();
	(void)snprintf(sample->host->name, sizeof(sample->host->name), "web-3");
	(void)snprintf(sample->host->kernel, sizeof(sample->host->kernel),
	               "6.18.44");
	sample->host->taken_at_ns = UINT64_C(1767225599999999999);
	sample->host->ns[0].inode = 4026531840;
	sample->host->ns[0].sysctl[SYSCTL_SOMAXCONN] =
		(struct sysctl_fact){ .state = FACT_KNOWN, .v = { 4096 } };
	sample->report = (struct report){
		.command = "check",
		.host = sample->host,
		.goal = &sample->goal,
		.judged = true,
		.elapsed_ns = 2400000000,
	};
}

void sample_make(struct sample *sample, const char *name)
{
	const struct sample_case *row = sample_cases;

	while (strcmp(row->name, name) != 0)
		row++;
	sample_init(sample);
	row->fill(sample);
	if (!sample->report.judged)
		return;
	report_finish(&sample->report);
	if (!sample->report.exit_code)
		sample->report.exit_code = status_of(sample->report.verdict);
}

void sample_done(struct sample *sample)
{
	report_done(&sample->report);
	host_free(sample->host);
}

char *sample_render(const struct sample *sample, const char *format,
                    const struct report_style *style, size_t *ret_size)
{
	struct err err = { 0 };
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	if (!out || report_format_by_name(format)->write(&sample->report, style,
	                                                 out, &err))
		abort();
	(void)fclose(out);
	return text;
}
