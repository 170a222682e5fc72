// SPDX-License-Identifier: GPL-2.0-or-later
/* drift.changes, drift.lost, drift.loaders */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/drift.h"
#include "probes/goal.h"
#include "rules/rule.h"
#include "tests/support/facts_builder.h"
#include "tests/support/fdcheck.h"
#include "tests/support/judged.h"

#define CHANGES "drift.changes"
#define LOST "drift.lost"
#define LOADERS "drift.loaders"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define SYSTEMD SYSCTL_LOADER_SYSTEMD
#define PROCPS SYSCTL_LOADER_PROCPS

static const char *const ids[] = { CHANGES, LOST, LOADERS };

/* A host that boots with systemd, and whose values may all be defaults. */
static struct host *host_with_drift(void)
{
	struct host *host = facts_healthy();

	host->drift = calloc(1, sizeof(*host->drift));
	assert_non_null(host->drift);
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
		host->drift->key[id].kept = true;
	return host;
}

static struct drift_value value(int64_t a, int64_t b)
{
	struct drift_value made = { .n = b ? 2 : 1, .v = { a, b } };

	if (b)
		(void)snprintf(made.text, sizeof(made.text), "%d %d", (int)a,
		               (int)b);
	else
		(void)snprintf(made.text, sizeof(made.text), "%d", (int)a);
	return made;
}

static struct drift_line line(const char *path, unsigned int number)
{
	struct drift_line made = { .number = number };

	(void)snprintf(made.path, sizeof(made.path), "%s", path);
	return made;
}

/* @id is @now, and a file sets @then under @loader. */
static void set_by(struct host *host, enum sysctl_id id,
                   enum sysctl_loader loader, int64_t now,
                   struct drift_value then)
{
	struct drift_key *key = &host->drift->key[id];
	struct sysctl_fact *fact = sysctl_desc(id)->scope == SYSCTL_SCOPE_NETNS
	                                   ? &host->ns[0].sysctl[id]
	                                   : &host->sysctl[id];

	fact->v[0] = now;
	(void)snprintf(key->now, sizeof(key->now), "%d", (int)now);
	key->by[loader] = (struct drift_set){
		.set = true,
		.value = then,
		.line = line("/etc/sysctl.d/10-net.conf", 3),
		.now = now == then.v[0] ? DRIFT_NOW_SAME : DRIFT_NOW_OTHER,
	};
}

static void all_is_kept(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 4096, value(4096, 0));
	for (size_t i = 0; i < LENGTH(ids); i++)
		judged_one(ids[i], host, &goal, VERDICT_OK);
	host_free(host);
}

/* ---- changes ---- */

static const struct {
	int64_t now, then;
	uint64_t burst;
	enum verdict verdict;
	const char *why;
} changes[] = {
	{ 4096, 4096, 1000, VERDICT_OK, "" },
	{ 4096, 999, 1000, VERDICT_NOTE, "" },
	{ 4096, 998, 1000, VERDICT_WARN,
	  "backlog.somaxconn fails for this goal then" },
	{ 998, 4096, 1000, VERDICT_NOTE,
	  "backlog.somaxconn, which fails now, holds then" },
	{ 998, 997, 1000, VERDICT_NOTE, "" },
	{ 4096, 0, 2, VERDICT_WARN,
	  "backlog.somaxconn fails for this goal then" },
	{ INT32_MAX, 65535, 4000000, VERDICT_WARN,
	  "backlog.somaxconn fails for this goal then" },
};

static void a_file_sets_another_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(changes); i++) {
		struct host *host = host_with_drift();
		struct goal goal = goal_default();
		struct finding finding;

		print_message("%zu\n", i);
		goal.burst = changes[i].burst;
		if (goal.flows < goal.burst)
			goal.flows = goal.burst;
		set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, changes[i].now,
		       value(changes[i].then, 0));
		finding = judged_one(CHANGES, host, &goal, changes[i].verdict);
		assert_string_equal(finding.why, changes[i].why);
		assert_int_equal(finding.remedy.kind,
		                 finding.verdict == VERDICT_WARN ? REMEDY_CONFIG
		                                                 : REMEDY_NONE);
		host_free(host);
	}
}

static void the_change_is_said(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct drift_set *set = &host->drift->key[SYSCTL_SOMAXCONN].by[SYSTEMD];
	struct finding finding;

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 4096, value(128, 0));
	finding = judged_one(CHANGES, host, &goal, VERDICT_WARN);
	assert_string_equal(finding.subject, "net.core.somaxconn");
	assert_string_equal(
		finding.what,
		"net.core.somaxconn is 4096, and /etc/sysctl.d/10-net.conf:3 sets 128 at the next boot");
	assert_string_equal(finding.remedy.key, "net.core.somaxconn");
	assert_string_equal(finding.remedy.from, "128");
	assert_string_equal(finding.remedy.to, "4096");
	/* of the lines that lose, only one that surprises */
	set->lost = true;
	set->lost_line = line("/etc/sysctl.conf", 9);
	set->lost_why = SYSCTL_LOST_LATER;
	finding = judged_one(CHANGES, host, &goal, VERDICT_WARN);
	assert_null(strstr(finding.why, "sysctl.conf"));
	set->lost_why = SYSCTL_LOST_NOT_READ;
	finding = judged_one(CHANGES, host, &goal, VERDICT_WARN);
	assert_non_null(strstr(
		finding.why,
		"; /etc/sysctl.conf:9 does not set it: that file is not read at boot"));
	host_free(host);
}

/* Only the loader that the host boots with counts. */
static void the_loader_counts(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, PROCPS, 4096, value(128, 0));
	judged_one(CHANGES, host, &goal, VERDICT_OK);
	host->drift->boot = PROCPS;
	judged_one(CHANGES, host, &goal, VERDICT_WARN);
	host_free(host);
}

static void what_is_not_known_now_is_not_judged(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 4096, value(128, 0));
	host->drift->key[SYSCTL_SOMAXCONN].by[SYSTEMD].now = DRIFT_NOW_UNKNOWN;
	judged_one(CHANGES, host, &goal, VERDICT_OK);
	host_free(host);
}

/* The range of ports: what the probe counted is counted again. */
static void fewer_ports(void **state)
{
	static const struct {
		int64_t low, high, reserved;
		enum verdict verdict;
	} rows[] = {
		{ 20000, 20999, 0, VERDICT_NOTE },
		{ 20000, 20998, 0, VERDICT_WARN },
		{ 20000, 21099, 100, VERDICT_NOTE },
		{ 20000, 21099, 101, VERDICT_WARN },
	};
	const struct goal goal = goal_default();

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host *host = host_with_drift();

		set_by(host, SYSCTL_PORT_RANGE, SYSTEMD, 32768,
		       value(rows[i].low, rows[i].high));
		host->ns[0].sysctl[SYSCTL_RESERVED_PORTS].v[0] =
			rows[i].reserved;
		judged_one(CHANGES, host, &goal, rows[i].verdict);
		host_free(host);
	}
}

/* Where the ports could not be counted now, nothing is said of them then. */
static void ports_that_are_not_known(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();

	(void)state;
	set_by(host, SYSCTL_PORT_RANGE, SYSTEMD, 32768, value(20000, 20010));
	host->ns[0].ports.free.state = FACT_DENIED;
	judged_one(CHANGES, host, &goal, VERDICT_NOTE);
	host_free(host);
	/* nor where the range is not known, which the reserved ones are in */
	host = host_with_drift();
	set_by(host, SYSCTL_RESERVED_PORTS, SYSTEMD, 0, value(27300, 0));
	host->ns[0].sysctl[SYSCTL_PORT_RANGE].state = FACT_BROKEN;
	judged_one(CHANGES, host, &goal, VERDICT_NOTE);
	host_free(host);
	/* reserved ports that are not known take none away */
	host = host_with_drift();
	set_by(host, SYSCTL_PORT_RANGE, SYSTEMD, 32768, value(20000, 20999));
	host->ns[0].sysctl[SYSCTL_RESERVED_PORTS] =
		(struct sysctl_fact){ .state = FACT_DENIED, .v = { 500 } };
	judged_one(CHANGES, host, &goal, VERDICT_NOTE);
	host_free(host);
}

/* A host's sysctl, one of two numbers of a triple, and what is reserved. */
static void other_scopes_and_types(void **state)
{
	struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct finding finding;

	(void)state;
	set_by(host, SYSCTL_FILE_MAX, SYSTEMD, INT32_MAX, value(2500, 0));
	finding = judged_one(CHANGES, host, &goal, VERDICT_WARN);
	assert_string_equal(finding.why, "fds.system fails for this goal then");
	host->drift->key[SYSCTL_FILE_MAX].by[SYSTEMD].set = false;

	/* the third number stays as it is */
	set_by(host, SYSCTL_TCP_MEM, SYSTEMD, 287832, value(10, 20));
	judged_one(CHANGES, host, &goal, VERDICT_NOTE);
	host->drift->key[SYSCTL_TCP_MEM].by[SYSTEMD].value.n = 3;
	host->drift->key[SYSCTL_TCP_MEM].by[SYSTEMD].value.v[2] = 30;
	judged_one(CHANGES, host, &goal, VERDICT_WARN);
	host->drift->key[SYSCTL_TCP_MEM].by[SYSTEMD].set = false;

	set_by(host, SYSCTL_RESERVED_PORTS, SYSTEMD, 0, value(27300, 0));
	finding = judged_one(CHANGES, host, &goal, VERDICT_WARN);
	assert_string_equal(finding.why,
	                    "ports.ephemeral fails for this goal then");
	host_free(host);
}

static void several_keys(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct judged judged;

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 4096, value(128, 0));
	set_by(host, SYSCTL_SYN_RETRIES, SYSTEMD, 6, value(2, 0));
	judged_by(rule_by_id(CHANGES), host, &goal, NULL, &judged);
	assert_int_equal(judged.n, 2);
	assert_int_equal(judged.list[0].verdict, VERDICT_WARN);
	assert_int_equal(judged.list[1].verdict, VERDICT_NOTE);
	assert_string_equal(judged.list[1].subject, "net.ipv4.tcp_syn_retries");
	host_free(host);
}

/* ---- lost ---- */

static void lose(struct host *host, enum sysctl_id id, int64_t now)
{
	set_by(host, id, SYSTEMD, now, value(now, 0));
	host->drift->key[id].by[SYSTEMD].set = false;
	host->drift->key[id].kept = false;
}

static void a_value_is_lost(void **state)
{
	struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct drift_key *key = &host->drift->key[SYSCTL_SOMAXCONN];
	struct finding finding;

	(void)state;
	lose(host, SYSCTL_SOMAXCONN, 65536);
	key->default_known = true;
	key->initial = value(4096, 0);
	finding = judged_one(LOST, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.subject, "net.core.somaxconn");
	assert_string_equal(
		finding.what,
		"net.core.somaxconn is 65536, and no file sets it at the next boot");
	assert_string_equal(finding.why,
	                    "it is then the kernel's default, 4096");
	assert_int_equal(finding.remedy.kind, REMEDY_NONE);

	goal.flows = goal.burst = 4097;
	judged_one(LOST, host, &goal, VERDICT_NOTE);
	goal.flows = goal.burst = 4098;
	finding = judged_one(LOST, host, &goal, VERDICT_WARN);
	assert_string_equal(
		finding.why,
		"it is then the kernel's default, 4096; backlog.somaxconn fails for this goal then");
	assert_string_equal(
		finding.remedy.command,
		"echo 'net.core.somaxconn = 65536' >>/etc/sysctl.d/99-kiloflow.conf");
	assert_string_equal(finding.remedy.from, "4096");
	assert_string_equal(finding.remedy.to, "65536");

	key->kept = true;
	judged_one(LOST, host, &goal, VERDICT_OK);
	key->kept = false;
	key->by[SYSTEMD].set = true;
	judged_one(LOST, host, &goal, VERDICT_OK);
	host_free(host);
}

static void a_line_that_does_not_count(void **state)
{
	static const struct {
		enum sysctl_lost why;
		const char *said;
	} rows[] = {
		{ SYSCTL_LOST_LATER, "a later line does" },
		{ SYSCTL_LOST_EXPLICIT, "names the key itself" },
		{ SYSCTL_LOST_EXCLUDED, "excludes the key" },
		{ SYSCTL_LOST_REFUSED, "the kernel refuses that value" },
		{ SYSCTL_LOST_MASKED, "a file of the same name masks it" },
		{ SYSCTL_LOST_NOT_READ, "that file is not read at boot" },
	};
	struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct drift_key *key = &host->drift->key[SYSCTL_SOMAXCONN];

	(void)state;
	goal.flows = goal.burst = 5000;
	lose(host, SYSCTL_SOMAXCONN, 65536);
	key->default_known = true;
	key->initial = value(4096, 0);
	key->by[SYSTEMD].lost = true;
	key->by[SYSTEMD].lost_line = line("/etc/sysctl.conf", 7);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct finding finding;

		key->by[SYSTEMD].lost_why = rows[i].why;
		finding = judged_one(LOST, host, &goal, VERDICT_WARN);
		assert_non_null(
			strstr(finding.why, "/etc/sysctl.conf:7 does not"));
		assert_non_null(strstr(finding.why, rows[i].said));
		/* what stands in the way would stand in this way, too */
		assert_string_equal(finding.remedy.command, "");
	}
	host_free(host);
}

static void a_default_that_is_not_known(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct finding finding;

	(void)state;
	lose(host, SYSCTL_MAX_TW_BUCKETS, 2000001);
	finding = judged_one(LOST, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.why,
	                    "it is then what the kernel computes at boot");
	/* and one that is an empty list */
	host->drift->key[SYSCTL_MAX_TW_BUCKETS].kept = true;
	lose(host, SYSCTL_RESERVED_PORTS, 8080);
	host->drift->key[SYSCTL_RESERVED_PORTS].default_known = true;
	finding = judged_one(LOST, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.why,
	                    "it is then the kernel's default, none");
	host_free(host);
}

/* ---- loaders ---- */

static void loaders_disagree(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct drift_key *key = &host->drift->key[SYSCTL_SOMAXCONN];
	struct finding finding;

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 14, value(14, 0));
	set_by(host, SYSCTL_SOMAXCONN, PROCPS, 14, value(15, 0));
	key->by[PROCPS].line = line("/etc/sysctl.conf", 1);
	judged_one(LOADERS, host, &goal, VERDICT_OK);
	key->loaders_differ = true;
	finding = judged_one(LOADERS, host, &goal, VERDICT_NOTE);
	assert_string_equal(finding.subject, "net.core.somaxconn");
	assert_string_equal(
		finding.what,
		"net.core.somaxconn depends on who reads the files: at boot systemd-sysctl sets 14 (/etc/sysctl.d/10-net.conf:3)");
	assert_string_equal(finding.why,
	                    "sysctl --system sets 15 (/etc/sysctl.conf:1)");

	host->drift->boot = PROCPS;
	key->by[SYSTEMD].set = false;
	finding = judged_one(LOADERS, host, &goal, VERDICT_NOTE);
	assert_non_null(
		strstr(finding.what, "at boot sysctl --system sets 15 "));
	assert_string_equal(finding.why, "systemd-sysctl leaves it alone");

	/* as net.ipv4.ip_local_reserved_ports may be */
	key->by[PROCPS].value.text[0] = '\0';
	finding = judged_one(LOADERS, host, &goal, VERDICT_NOTE);
	assert_non_null(
		strstr(finding.what, "at boot sysctl --system sets none "));
	host_free(host);
}

/* ---- all of them ---- */

static void not_in_other_namespaces(void **state)
{
	static const struct fact_u64 others[] = {
		{ 0, FACT_KNOWN },
		{ 1, FACT_ABSENT },
		{ 1, FACT_UNREAD },
	};
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct judged judged;

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 4096, value(128, 0));
	lose(host, SYSCTL_SYN_RETRIES, 3);
	host->drift->key[SYSCTL_SOMAXCONN].loaders_differ = true;
	for (size_t i = 0; i < LENGTH(ids); i++) {
		for (size_t j = 0; j < LENGTH(others); j++) {
			host->ns[0].initial = others[j];
			judged_by(rule_by_id(ids[i]), host, &goal, NULL,
			          &judged);
			assert_int_equal(judged.n, 0);
		}
	}
	host->ns[0].initial = fact_known(1);
	free(host->drift);
	host->drift = NULL;
	for (size_t i = 0; i < LENGTH(ids); i++) {
		judged_by(rule_by_id(ids[i]), host, &goal, NULL, &judged);
		assert_int_equal(judged.n, 0);
	}
	host_free(host);
}

static void a_file_that_cannot_be_read(void **state)
{
	const struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct finding finding;

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 4096, value(128, 0));
	strcpy(host->drift->unread, "/etc/sysctl.d/\033[2J.conf");
	host->drift->unread_state = FACT_DENIED;
	for (size_t i = 0; i < LENGTH(ids); i++) {
		finding = judged_one(ids[i], host, &goal, VERDICT_UNKNOWN);
		assert_string_equal(
			finding.what,
			"what /etc/sysctl.d/\\x1b[2J.conf sets at boot is unknown (denied)");
		assert_non_null(strstr(finding.why, "as root"));
	}
	host->drift->unread_state = FACT_BROKEN;
	finding = judged_one(CHANGES, host, &goal, VERDICT_UNKNOWN);
	assert_null(strstr(finding.why, "as root"));
	host_free(host);
}

/* The longest name that there can be, of bytes that have to be escaped. */
static void hostile_names_fit(void **state)
{
	struct goal goal = goal_default();
	struct host *host = host_with_drift();
	struct drift_key *key = &host->drift->key[SYSCTL_SOMAXCONN];
	struct finding finding;

	(void)state;
	set_by(host, SYSCTL_SOMAXCONN, SYSTEMD, 4096, value(128, 0));
	memset(key->by[SYSTEMD].line.path, '\033',
	       sizeof(key->by[SYSTEMD].line.path) - 1);
	key->by[SYSTEMD].line.number = UINT32_MAX;
	key->by[PROCPS] = key->by[SYSTEMD];
	key->loaders_differ = true;
	finding = judged_one(CHANGES, host, &goal, VERDICT_WARN);
	assert_non_null(strstr(finding.what, ":4294967295 sets 128 at"));
	assert_null(strchr(finding.what, '\033'));
	finding = judged_one(LOADERS, host, &goal, VERDICT_NOTE);
	assert_non_null(strstr(finding.why, ":4294967295)"));
	/* of a long name the end is shown */
	memset(key->by[SYSTEMD].line.path, 'a', 200);
	strcpy(key->by[SYSTEMD].line.path + 200, "/99-x.conf");
	finding = judged_one(CHANGES, host, &goal, VERDICT_WARN);
	assert_non_null(strstr(finding.what, "/99-x.conf:4294967295 sets"));
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_kept),
		cmocka_unit_test(a_file_sets_another_value),
		cmocka_unit_test(the_change_is_said),
		cmocka_unit_test(the_loader_counts),
		cmocka_unit_test(what_is_not_known_now_is_not_judged),
		cmocka_unit_test(fewer_ports),
		cmocka_unit_test(ports_that_are_not_known),
		cmocka_unit_test(other_scopes_and_types),
		cmocka_unit_test(several_keys),
		cmocka_unit_test(a_value_is_lost),
		cmocka_unit_test(a_line_that_does_not_count),
		cmocka_unit_test(a_default_that_is_not_known),
		cmocka_unit_test(loaders_disagree),
		cmocka_unit_test(not_in_other_namespaces),
		cmocka_unit_test(a_file_that_cannot_be_read),
		cmocka_unit_test(hostile_names_fit),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
