// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sos - facts from sosreports. debian-12 has copies of /proc/net, as
 * today's have; rhel-7 has what commands wrote, and that only; namespaces is
 * what sos 4.0 wrote of a host with two named ones and files in sysctl.d.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/drift.h"
#include "probes/facts.h"
#include "probes/goal.h"
#include "probes/sos.h"
#include "tests/support/fdcheck.h"
#include "tests/support/golden.h"
#include "tests/support/rendered.h"

#define DIR_OF(name) "tests/fixtures/sosreport/" name

static struct host *read_any(const char *dir, bool all, const struct goal *goal)
{
	struct err err = { 0 };
	struct host *host = NULL;

	if (sos_read(dir, all, goal, &host, &err))
		fail_msg("%s", err.what);
	return host;
}

static struct host *read_for(const char *dir, const struct goal *goal)
{
	struct host *host = read_any(dir, false, goal);

	assert_int_equal(host->n_ns, 1);
	return host;
}

static struct host *read_dir(const char *dir)
{
	const struct goal goal = goal_default();

	return read_for(dir, &goal);
}

static void known(struct fact_u64 fact, uint64_t value)
{
	assert_int_equal(fact.state, FACT_KNOWN);
	assert_int_equal(fact.value, value);
}

static const struct listener *find(const struct netns_facts *ns, int family,
                                   uint16_t port)
{
	for (size_t i = 0; i < ns->n_listeners; i++) {
		if (ns->listeners[i].family == family &&
		    ns->listeners[i].port == port)
			return &ns->listeners[i];
	}
	fail_msg("nothing listens on %u", port);
	return NULL;
}

static void debian(void **state)
{
	struct host *host = read_dir(DIR_OF("debian-12"));
	const struct netns_facts *ns = &host->ns[0];
	const struct listener *nginx = find(ns, AF_INET6, 80);

	(void)state;
	assert_string_equal(host->name, "db-1");
	assert_string_equal(host->kernel, "6.1.0-37-amd64");
	known(host->limits.nofile_soft, 1024);
	known(host->limits.nofile_hard, 65536);
	assert_int_equal(host->memory.available_bytes.state, FACT_KNOWN);
	assert_int_equal(host->memory.page_bytes.state, FACT_UNREAD);
	assert_int_equal(ns->sysctl[SYSCTL_SOMAXCONN].v[0], 128);
	assert_int_equal(host->sysctl[SYSCTL_TCP_MEM].v[2], 575664);
	known(ns->initial, 1);
	known(ns->counter[COUNTER_LISTEN_OVERFLOWS], 0);
	known(ns->sockstat.inuse, 11);
	known(host->softnet.dropped, 0);
	known(ns->lo.up, 1);
	known(ns->lo.mtu_bytes, 65536);
	known(ns->lo.ipv6, 1);
	known(ns->listeners_read, 4);
	assert_int_equal(nginx->queue, 2);
	assert_int_equal(nginx->limit, 128);
	assert_int_equal(nginx->owners_state, OWNERS_KNOWN);
	assert_string_equal(nginx->owners[0].comm, "nginx");
	known(nginx->drops, 0);
	known(nginx->syn_queue, 0);
	known(ns->ports.usable, 28232);
	known(ns->ports.free, 28232);
	host_free(host);
}

static void rhel(void **state)
{
	struct host *host = read_dir(DIR_OF("rhel-7"));
	const struct netns_facts *ns = &host->ns[0];
	const struct listener *java = find(ns, AF_INET, 8080);

	(void)state;
	assert_string_equal(host->name, "gw-2");
	assert_string_equal(host->kernel, "3.10.0-1160.el7.x86_64");
	assert_int_equal(host->limits.nofile_hard.state, FACT_UNREAD);
	assert_int_equal(host->memory.available_bytes.state, FACT_UNREAD);
	assert_int_equal(ns->sysctl[SYSCTL_SOMAXCONN].v[0], 128);
	assert_int_equal(ns->sysctl[SYSCTL_RESERVED_PORTS].v[0], 0);
	assert_int_equal(ns->sysctl[SYSCTL_TIMESTAMPS].state, FACT_UNREAD);
	known(ns->counter[COUNTER_LISTEN_OVERFLOWS], 1822);
	known(ns->counter[COUNTER_OUT_RSTS], 5120);
	assert_int_equal(ns->counter[COUNTER_RCVQ_DROP].state, FACT_UNREAD);
	assert_int_equal(ns->sockstat.inuse.state, FACT_UNREAD);
	assert_int_equal(ns->lo.up.state, FACT_UNREAD);
	known(ns->listeners_read, 5);
	assert_int_equal(java->queue, 129);
	assert_int_equal(java->uid, 991);
	assert_int_equal(java->drops.state, FACT_ABSENT);
	known(java->syn_queue, 1);
	assert_string_equal(find(ns, AF_INET, 25)->owners[0].comm, "master");
	assert_int_equal(find(ns, AF_INET, 25)->owners[0].pid, 1510);
	assert_int_equal(find(ns, AF_INET6, 22)->group_size, 1);
	host_free(host);
}

/* Three connections to 127.0.0.1:5001, from ports of the range. */
static void ports_of_a_goal(void **state)
{
	struct goal goal = goal_default();
	struct host *host;

	(void)state;
	goal.port = 5001;
	host = read_for(DIR_OF("debian-12"), &goal);
	known(host->ns[0].ports.usable, 28232);
	known(host->ns[0].ports.free, 28229);
	host_free(host);
}

static void named_namespaces(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = read_any(DIR_OF("namespaces"), true, &goal);
	const struct netns_facts *pay = &host->ns[1];
	const struct netns_facts *shop = &host->ns[2];
	const struct listener *full = find(shop, AF_INET, 5000);

	(void)state;
	assert_int_equal(host->n_ns, 3);
	assert_string_equal(host->ns[0].name, "");
	assert_string_equal(host->ns[0].enter, "");
	known(host->ns[0].initial, 1);
	known(host->ns[0].listeners_read, 1);
	assert_string_equal(pay->name, "pay-2");
	known(pay->listeners_read, 0);
	known(pay->lo.up, 0);
	known(pay->counter[COUNTER_OUT_RSTS], 0);
	assert_string_equal(shop->name, "shop");
	assert_string_equal(shop->enter, "/run/netns/shop");
	assert_int_equal(shop->initial.state, FACT_UNREAD);
	known(shop->lo.up, 1);
	known(shop->listeners_read, 2);
	assert_int_equal(full->queue, 6);
	assert_int_equal(full->limit, 5);
	known(full->drops, 6);
	assert_string_equal(full->owners[0].comm, "python3");
	known(shop->counter[COUNTER_LISTEN_OVERFLOWS], 6);
	/* sos 4.0 asks them for no sysctls, and the host's are not theirs */
	assert_int_equal(shop->sysctl[SYSCTL_SOMAXCONN].state, FACT_UNREAD);
	assert_int_equal(shop->ports.free.state, FACT_UNREAD);
	host_free(host);
}

static void the_next_boot(void **state)
{
	struct host *host = read_dir(DIR_OF("namespaces"));
	const struct drift_key *key;

	(void)state;
	assert_non_null(host->drift);
	assert_int_equal(host->drift->boot, SYSCTL_LOADER_SYSTEMD);
	assert_string_equal(host->drift->unread, "");
	key = &host->drift->key[SYSCTL_SOMAXCONN];
	assert_string_equal(key->now, "4096");
	assert_true(key->by[SYSCTL_LOADER_SYSTEMD].set);
	assert_int_equal(key->by[SYSCTL_LOADER_SYSTEMD].now, DRIFT_NOW_OTHER);
	assert_string_equal(key->by[SYSCTL_LOADER_SYSTEMD].value.text, "1024");
	assert_string_equal(key->by[SYSCTL_LOADER_SYSTEMD].line.path,
	                    "/etc/sysctl.d/90-old.conf");
	assert_string_equal(key->by[SYSCTL_LOADER_PROCPS].value.text, "2048");
	key = &host->drift->key[SYSCTL_SYNCOOKIES];
	assert_int_equal(key->by[SYSCTL_LOADER_PROCPS].now, DRIFT_NOW_SAME);
	host_free(host);
	/* it has neither the units nor the files */
	host = read_dir(DIR_OF("debian-12"));
	assert_null(host->drift);
	host_free(host);
}

static void the_kernels_log(void **state)
{
	struct host *host = read_dir(DIR_OF("namespaces"));
	const struct kmsg_facts *kmsg = &host->kmsg;

	(void)state;
	known(kmsg->records, 7);
	assert_int_equal(kmsg->now_us.state, FACT_UNREAD);
	assert_int_equal(kmsg->n_events, 3);
	assert_int_equal(kmsg->events[0].port, 28877);
	assert_int_equal(kmsg->events[0].count, 2);
	assert_int_equal(kmsg->events[0].last_us, 2039709684);
	host_free(host);
}

static int check(const char *name, bool all)
{
	const struct goal goal = goal_default();
	char path[96];
	char golden[64];
	struct host *host;
	char *text;
	size_t size;
	int rc;

	(void)snprintf(path, sizeof(path), DIR_OF("%s"), name);
	(void)snprintf(golden, sizeof(golden), "sos-%s.txt", name);
	host = read_any(path, all, &goal);
	text = rendered(host, &goal, "text", &size);
	rc = golden_check(golden, text, size);
	free(text);
	host_free(host);
	return rc;
}

static void reports(void **state)
{
	(void)state;
	assert_int_equal(check("debian-12", false) + check("rhel-7", false) +
	                         check("namespaces", true),
	                 0);
}

static void put(const char *dir, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
}

/* A sosreport that has little, and some of that broken. */
static void poor(void **state)
{
	char dir[] = "/tmp/kiloflow-sos-XXXXXX";
	char command[64];
	struct host *host;

	(void)state;
	assert_non_null(mkdtemp(dir));
	put(dir, "sos_commands/networking/ss_-peaonmi",
	    "Netid State\ntcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:* sk:1\ntcp LISTEN 0 5 0.0.0.0:81 0.0.0.0:*\n");
	put(dir, "sos_commands/networking/nstat_-az", "TcpOutRsts 5 0.0\n");
	put(dir, "proc/sys/net/core/somaxconn", "4096\n");
	put(dir, "proc/sys/net/ipv4/ip_local_port_range", "5\n");
	put(dir, "sos_commands/kernel/sysctl_-a", "net.core.somaxconn = 1\n");
	host = read_dir(dir);
	assert_string_equal(host->name, "");
	/* a row without a cookie cannot be told from another */
	assert_int_equal(host->ns[0].listeners_read.state, FACT_BROKEN);
	assert_int_equal(host->ns[0].n_listeners, 0);
	assert_int_equal(host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0], 4096);
	assert_int_equal(host->ns[0].sysctl[SYSCTL_PORT_RANGE].state,
	                 FACT_BROKEN);
	assert_int_equal(host->ns[0].ports.usable.state, FACT_UNREAD);
	assert_int_equal(host->ns[0].initial.state, FACT_UNREAD);
	known(host->ns[0].counter[COUNTER_OUT_RSTS], 5);
	host_free(host);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

#define NAMED "sos_commands/networking/namespaces/web/ip_netns_exec_web_"

/* Where later ones have it, with sysctls; and names that are no file's. */
static void later_namespaces(void **state)
{
	char dir[] = "/tmp/kiloflow-sos-XXXXXX";
	const struct goal goal = goal_default();
	const struct netns_facts *ns;
	char command[64];
	struct host *host;

	(void)state;
	assert_non_null(mkdtemp(dir));
	put(dir, "sos_commands/networking/ip_netns",
	    "web (id: 0)\n\n\tindented\n a b\na/b\nw;b\n"
	    "0123456789012345678901234567890123456789012345678901234567890123\n"
	    "012345678901234567890123456789012345678901234567890123456789012");
	put(dir, NAMED "sysctl_-a", "net.core.somaxconn = 77\n");
	put(dir, NAMED "nstat_-zas", "TcpOutRsts 5 0.0\n");
	put(dir, NAMED "ip_-d_address_show", "1: lo: <LOOPBACK> mtu 65536\n");
	put(dir, "proc/sys/net/core/somaxconn", "4096\n");
	put(dir, "proc/sys/net/ipv4/tcp_timestamps", "1\n");
	put(dir, "proc/net/snmp", "Tcp: OutRsts\nTcp: 9\n");
	put(dir, "sos_commands/kernel/dmesg",
	    "dmesg: read kernel buffer failed: Operation not permitted\n");
	host = read_any(dir, true, &goal);
	assert_int_equal(host->n_ns, 3);
	assert_int_equal(host->kmsg.records.state, FACT_UNREAD);
	assert_int_equal(host->ns[0].sysctl[SYSCTL_SOMAXCONN].v[0], 4096);
	ns = &host->ns[1];
	assert_string_equal(ns->name, "web");
	assert_int_equal(ns->sysctl[SYSCTL_SOMAXCONN].v[0], 77);
	assert_int_equal(ns->sysctl[SYSCTL_TIMESTAMPS].state, FACT_UNREAD);
	known(ns->counter[COUNTER_OUT_RSTS], 5);
	known(ns->lo.up, 0);
	assert_int_equal(ns->listeners_read.state, FACT_UNREAD);
	assert_int_equal(strlen(host->ns[2].name), 63);
	assert_int_equal(host->ns[2].lo.up.state, FACT_UNREAD);
	host_free(host);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

static void refusals(void **state)
{
	static const struct {
		const char *dir;
		int code;
		const char *what;
	} rows[] = {
		{ "/nonexistent", -ENOENT,
		  "cannot open /nonexistent: No such file or directory" },
		{ "Makefile", -ENOTDIR,
		  "cannot open Makefile: Not a directory" },
		{ "tests", -ENOENT,
		  "tests: is no unpacked sosreport: it has no folder sos_commands" },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		struct host *host = NULL;

		assert_int_equal(sos_read(rows[i].dir, true, &goal, &host,
		                          &err),
		                 rows[i].code);
		assert_string_equal(err.what, rows[i].what);
		assert_null(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debian),
		cmocka_unit_test(rhel),
		cmocka_unit_test(ports_of_a_goal),
		cmocka_unit_test(named_namespaces),
		cmocka_unit_test(the_next_boot),
		cmocka_unit_test(the_kernels_log),
		cmocka_unit_test(reports),
		cmocka_unit_test(poor),
		cmocka_unit_test(later_namespaces),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
