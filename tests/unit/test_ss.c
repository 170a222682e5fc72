// SPDX-License-Identifier: GPL-2.0-or-later
/* test_ss - rows of old and new versions of ss, whole and broken. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/ss.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define TITLE "Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\n"
#define ROWS_MAX 64

struct rows {
	struct ss_row row[ROWS_MAX];
	size_t n;
	int rc; /* that a row is answered with */
};

static int keep(void *to, const struct ss_row *row)
{
	struct rows *rows = to;

	assert_true(rows->n < ROWS_MAX);
	rows->row[rows->n++] = *row;
	return rows->rc;
}

static int parse(const char *text, struct rows *ret)
{
	*ret = (struct rows){ .n = 0 };
	return ss_parse(text, strlen(text), keep, ret);
}

/* "inet 127.0.0.1%lo 80" */
static void local_text(const struct ss_row *row, char *buf, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(row->diag.family, row->diag.src, address,
	                sizeof(address));
	(void)snprintf(buf, size, "%s%s%.*s %u", address,
	               row->device.at < row->device.end ? "%" : "",
	               (int)(row->device.end - row->device.at), row->device.at,
	               row->diag.sport);
}

static void addresses(void **state)
{
	static const struct {
		const char *row, *local;
		int family;
	} rows[] = {
		{ "0.0.0.0:22 0.0.0.0:*", "0.0.0.0 22", AF_INET },
		{ "127.0.0.53%lo:53 0.0.0.0:*", "127.0.0.53%lo 53", AF_INET },
		{ "*:80 *:*", ":: 80", AF_INET6 },
		{ "[::]:443 [::]:*", ":: 443", AF_INET6 },
		{ "[::1]:631 [::]:*", "::1 631", AF_INET6 },
		{ "[fe80::1]%eth0:8080 [::]:*", "fe80::1%eth0 8080", AF_INET6 },
		{ "[::ffff:127.0.0.1]:80 [::ffff:127.0.0.1]:52910",
		  "::ffff:127.0.0.1 80", AF_INET6 },
		{ "*:65535 *:*", ":: 65535", AF_INET6 },
		/* of old versions */
		{ ":::80 :::*", ":: 80", AF_INET6 },
		{ "::1:25 :::*", "::1 25", AF_INET6 },
		{ "fe80::1%eth0:22 :::*", "fe80::1%eth0 22", AF_INET6 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct rows parsed;
		char text[256];
		char local[128];

		(void)snprintf(text, sizeof(text),
		               TITLE "tcp LISTEN 0 5 %s ino:1 sk:1\n",
		               rows[i].row);
		assert_int_equal(parse(text, &parsed), 0);
		assert_int_equal(parsed.n, 1);
		local_text(&parsed.row[0], local, sizeof(local));
		assert_string_equal(local, rows[i].local);
		assert_int_equal(parsed.row[0].diag.family, rows[i].family);
	}
}

static void old_any(void **state)
{
	struct rows rows;

	(void)state;
	assert_int_equal(parse(TITLE "tcp LISTEN 0 5 *:22 *:* sk:1\n"
	                             "tcp LISTEN 0 5 :::22 :::* sk:2\n",
	                       &rows),
	                 0);
	assert_int_equal(rows.n, 2);
	assert_int_equal(rows.row[0].diag.family, AF_INET);
	assert_int_equal(rows.row[1].diag.family, AF_INET6);
}

static void details(void **state)
{
	struct rows rows;
	const struct diag_row *diag = &rows.row[0].diag;

	(void)state;
	assert_int_equal(
		parse("RTNETLINK answers: Invalid argument\n" TITLE
	              "udp UNCONN 0 0 *:68 *:* ino:9 sk:9\n"
	              "\t skmem:(d9)\n"
	              "mptcp LISTEN 0 5 *:1 *:* ino:8 sk:8\n"
	              "tcp LISTEN 129 128 *:80 *:* users:((\"a b\",pid=2,fd=3)) uid:991 ino:24410 sk:ffff9c2a36b407c0 cgroup:/ino:7 v6only:1 <->\n"
	              "\t skmem:(r0,rb87380,t0,tb16384,f0,w0,o0,bl0,d77) cubic\n"
	              "\n",
	              &rows),
		0);
	assert_int_equal(rows.n, 1);
	assert_int_equal(diag->state, TCP_LISTEN);
	assert_int_equal(diag->rqueue, 129);
	assert_int_equal(diag->wqueue, 128);
	assert_int_equal(diag->uid, 991);
	assert_int_equal(diag->inode, 24410);
	assert_true(diag->cookie == UINT64_C(0xffff9c2a36b407c0));
	assert_int_equal(diag->v6only.value, 1);
	assert_int_equal(diag->drops.state, FACT_KNOWN);
	assert_int_equal(diag->drops.value, 77);
	assert_int_equal(diag->cgroup_id.state, FACT_UNREAD);
}

static void drops(void **state)
{
	static const struct {
		const char *skmem;
		enum fact_state state;
	} rows[] = {
		{ "skmem:(r0,bl0,d0)", FACT_KNOWN },
		{ "skmem:(r0,bl0)", FACT_ABSENT },
		{ "skmem:(r0,bl0,d)", FACT_BROKEN },
		{ "skmem:(d0)", FACT_ABSENT },
		{ "skmem:(", FACT_ABSENT },
		{ "skmem:(r0,d-1)", FACT_BROKEN },
		{ "skmem:(r0,dx)", FACT_BROKEN },
		{ "", FACT_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct rows parsed;
		char text[256];

		(void)snprintf(text, sizeof(text),
		               TITLE "tcp LISTEN 0 5 *:80 *:* sk:1 %s\n",
		               rows[i].skmem);
		assert_int_equal(parse(text, &parsed), 0);
		assert_int_equal(parsed.row[0].diag.drops.state, rows[i].state);
	}
}

static void owners(void **state)
{
	static const struct {
		const char *users, *owners;
	} rows[] = {
		{ "((\"nginx\",pid=812,fd=6),(\"nginx\",pid=813,fd=7))",
		  "nginx 812 6;nginx 813 7;" },
		{ "((\"master\",1510,13))", "master 1510 13;" },
		{ "((\"a b)\",pid=1,fd=2))", "a b) 1 2;" },
		{ "((\"a\"b\",pid=1,fd=2))", "a\"b 1 2;" },
		{ "((\"\",pid=1,fd=2))", " 1 2;" },
		{ "((\"fifteen bytes..\",pid=1,fd=2))",
		  "fifteen bytes.. 1 2;" },
		{ "((\"sixteen bytes...\",pid=1,fd=2))", "" },
		{ "((\"a\",pid=-1,fd=2))", "" },
		{ "((\"a\",pid=2147483648,fd=2))", "" },
		{ "((\"a\",pid=1,fd=2),(\"b\",pid=1", "a 1 2;" },
		{ "((\"a", "" },
		{ "((", "" },
		{ "(", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct rows parsed;
		struct owner owner;
		struct span users;
		char text[256];
		char got[128] = "";

		(void)snprintf(text, sizeof(text),
		               TITLE "tcp LISTEN 0 5 *:80 *:* users:%s sk:1\n",
		               rows[i].users);
		assert_int_equal(parse(text, &parsed), 0);
		users = parsed.row[0].users;
		while (ss_owner(&users, &owner))
			(void)snprintf(got + strlen(got),
			               sizeof(got) - strlen(got), "%s %d %d;",
			               owner.comm, owner.pid, owner.fd);
		assert_string_equal(got, rows[i].owners);
	}
}

static void broken(void **state)
{
	static const char *const texts[] = {
		"",
		"tcp LISTEN 0 5 *:80 *:* sk:1\n",
		TITLE "tcp LISTEN 0 5 *:80 *:* sk:1",
		TITLE "tcp\t\n",
		TITLE "tcp LISTENING 0 5 *:80 *:*\n",
		TITLE "tcp LISTEN -1 5 *:80 *:*\n",
		TITLE "tcp LISTEN 0 4294967296 *:80 *:*\n",
		TITLE "tcp LISTEN 0 5 *:80\n",
		TITLE "tcp LISTEN 0 5 *:65536 *:*\n",
		TITLE "tcp LISTEN 0 5 *:http *:*\n",
		TITLE "tcp LISTEN 0 5 80 *:*\n",
		TITLE "tcp LISTEN 0 5 1.2.3:80 *:*\n",
		TITLE "tcp LISTEN 0 5 [::1:80 *:*\n",
		TITLE "tcp LISTEN 0 5 []:80 *:*\n",
		TITLE
		"tcp LISTEN 0 5 0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:80 *:*\n",
		TITLE "tcp LISTEN 0 5 *:80 *:* sk:zz\n",
		TITLE "tcp LISTEN 0 5 *:80 *:* sk:10000000000000000\n",
		TITLE "tcp LISTEN 0 5 *:80 *:* ino:-1\n",
		TITLE "tcp LISTEN 0 5 *:80 *:* uid:x\n",
		TITLE "tcp LISTEN 0 5 *:80 *:* v6only:\n",
		TITLE "tcp LISTEN 0 5 *:80 *:*\n sk:zz\n",
	};

	(void)state;
	for (size_t i = 0; i < N(texts); i++) {
		struct rows rows;

		if (parse(texts[i], &rows) != -EBADMSG)
			fail_msg("taken: %s", texts[i]);
	}
}

static void stops(void **state)
{
	struct rows rows = { .rc = -ENOMEM };
	static const char text[] = TITLE "tcp LISTEN 0 5 *:80 *:*\n"
					 "tcp LISTEN 0 5 *:81 *:*\n";

	(void)state;
	assert_int_equal(ss_parse(text, strlen(text), keep, &rows), -ENOMEM);
	assert_int_equal(rows.n, 1);
}

static size_t count(const char *fixture, uint8_t tcp_state)
{
	struct rows rows = { .n = 0 };
	size_t len, n = 0;
	char *bytes = fixture_bytes(fixture, &len);

	assert_int_equal(ss_parse(bytes, len, keep, &rows), 0);
	for (size_t i = 0; i < rows.n; i++)
		n += rows.row[i].diag.state == tcp_state;
	free(bytes);
	return n;
}

static void fixtures(void **state)
{
	(void)state;
	assert_int_equal(count("ss/iproute2-6.1", TCP_LISTEN), 4);
	assert_int_equal(count("ss/iproute2-6.1", TCP_ESTABLISHED), 10);
	assert_int_equal(count("ss/iproute2-4.11", TCP_LISTEN), 5);
	assert_int_equal(count("ss/iproute2-4.11", TCP_SYN_RECV), 1);
	assert_int_equal(count("ss/iproute2-4.11", TCP_TIME_WAIT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses), cmocka_unit_test(old_any),
		cmocka_unit_test(details),   cmocka_unit_test(drops),
		cmocka_unit_test(owners),    cmocka_unit_test(broken),
		cmocka_unit_test(stops),     cmocka_unit_test(fixtures),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
