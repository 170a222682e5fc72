// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy file: what each line means, and where each mistake is. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checker/policy.h"
#include "probes/base/err.h"
#include "rules/requirement.h"
#include "tests/support/fdcheck.h"
#include "tests/support/fixture.h"

static int parse(struct policy_file *ret, const char *text, struct err *err)
{
	*err = (struct err){ 0 };
	assert_int_equal(policy_init(ret, NULL, 0, err), 0);
	return policy_parse(ret, "fleet", text, strlen(text), err);
}

static void parse_good(struct policy_file *ret, const char *text)
{
	struct err err;

	if (parse(ret, text, &err))
		fail_msg("%s", err.what);
}

static void empty(void **state)
{
	static const char *const texts[] = {
		"", "\n", "# nothing", "\n\n  \t\r\n# a\n#\n", " #",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct policy_file file;

		parse_good(&file, texts[i]);
		assert_int_equal(file.policy.n_changes, 0);
		assert_int_equal(file.policy.n_requirements, 0);
		policy_done(&file);
	}
}

static void changes(void **state)
{
	static const char text[] =
		"# our fleet\n"
		"ignore backlog.drops \"a batch at night # no comment\" # why\n"
		"severity syn.cookies fail\n"
		"\tseverity memory.tcp note \"small hosts\"\r\n"
		"threshold load.outcomes 5 \"\xc3\xa9 \\ \"\n"
		"threshold backlog.drops 18446744073709551615#end";
	static const struct {
		const char *id, *reason;
		enum policy_kind kind;
		enum verdict severity;
		uint64_t threshold;
		unsigned int line;
	} rows[] = {
		{ "backlog.drops", "a batch at night # no comment",
		  POLICY_IGNORE, VERDICT_OK, 0, 2 },
		{ "syn.cookies", "", POLICY_SEVERITY, VERDICT_FAIL, 0, 3 },
		{ "memory.tcp", "small hosts", POLICY_SEVERITY, VERDICT_NOTE, 0,
		  4 },
		{ "load.outcomes", "\xc3\xa9 \\\\ ", POLICY_THRESHOLD,
		  VERDICT_OK, 5, 5 },
		{ "backlog.drops", "", POLICY_THRESHOLD, VERDICT_OK, UINT64_MAX,
		  6 },
	};
	struct policy_file file;

	(void)state;
	parse_good(&file, text);
	assert_int_equal(file.policy.n_changes, 5);
	assert_int_equal(file.policy.n_requirements, 0);
	for (size_t i = 0; i < 5; i++) {
		const struct policy_change *change = &file.policy.changes[i];

		assert_string_equal(change->id, rows[i].id);
		assert_string_equal(change->reason, rows[i].reason);
		assert_int_equal(change->kind, rows[i].kind);
		assert_int_equal(change->severity, rows[i].severity);
		assert_int_equal(change->threshold, rows[i].threshold);
		assert_int_equal(change->line, rows[i].line);
	}
	policy_done(&file);
}

static void requirements(void **state)
{
	static const struct {
		const char *line, *id, *title, *reason;
		enum verdict severity;
	} rows[] = {
		{ "net.core.somaxconn >= 65536 warn \"our fleet standard\"",
		  "policy.net.core.somaxconn", "net.core.somaxconn >= 65536",
		  "our fleet standard", VERDICT_WARN },
		{ "net.core.somaxconn>=65536", "policy.net.core.somaxconn",
		  "net.core.somaxconn >= 65536", "", VERDICT_FAIL },
		{ "net.core.somaxconn<=0 fail", "policy.net.core.somaxconn",
		  "net.core.somaxconn <= 0", "", VERDICT_FAIL },
		{ "net.core.somaxconn == 2147483647 note",
		  "policy.net.core.somaxconn",
		  "net.core.somaxconn == 2147483647", "", VERDICT_NOTE },
		{ "net.ipv4.tcp_rmem[2] != 5 \"x\"",
		  "policy.net.ipv4.tcp_rmem[2]", "net.ipv4.tcp_rmem[2] != 5",
		  "x", VERDICT_FAIL },
		{ "net.ipv4.ip_local_port_range[0] <= 15000",
		  "policy.net.ipv4.ip_local_port_range[0]",
		  "net.ipv4.ip_local_port_range[0] <= 15000", "",
		  VERDICT_FAIL },
		{ "net.ipv4.tcp_max_syn_backlog >= -1",
		  "policy.net.ipv4.tcp_max_syn_backlog",
		  "net.ipv4.tcp_max_syn_backlog >= -1", "", VERDICT_FAIL },
		{ "net.ipv4.tcp_congestion_control == bbr#fast",
		  "policy.net.ipv4.tcp_congestion_control",
		  "net.ipv4.tcp_congestion_control == bbr", "", VERDICT_FAIL },
		{ "net.ipv4.tcp_congestion_control != reno warn \"old\"",
		  "policy.net.ipv4.tcp_congestion_control",
		  "net.ipv4.tcp_congestion_control != reno", "old",
		  VERDICT_WARN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct requirement *one;
		struct policy_file file;

		parse_good(&file, rows[i].line);
		assert_int_equal(file.policy.n_requirements, 1);
		one = &file.policy.requirements[0];
		assert_string_equal(one->rule.id, rows[i].id);
		assert_string_equal(one->rule.title, rows[i].title);
		assert_string_equal(one->reason, rows[i].reason);
		assert_int_equal(one->severity, rows[i].severity);
		policy_done(&file);
	}
}

/* Each of them points into itself: none may have been moved. */
static void many_requirements(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	struct policy_file file;

	(void)state;
	for (int i = 0; i < 500; i++)
		(void)fprintf(to, "net.core.somaxconn >= %d\n", i);
	(void)fclose(to);
	parse_good(&file, text);
	assert_int_equal(file.policy.n_requirements, 500);
	for (int i = 0; i < 500; i++) {
		const struct requirement *one = &file.policy.requirements[i];

		assert_ptr_equal(one->rule.id, one->id);
		assert_ptr_equal(one->rule.title, one->title);
		assert_int_equal(one->number, i);
	}
	policy_done(&file);
	free(text);
}

#define LONG_REASON                                                            \
	"1234567890123456789012345678901234567890"                             \
	"1234567890123456789012345678901234567890"                             \
	"1234567890123456789012345678901234567890"

/* The first line is good in all of them. */
static const struct {
	const char *line, *what;
} mistakes[] = {
	{ "ignore", "2:7: the id of a rule is missing" },
	{ "ignore nosuch \"x\"", "2:8: there is no rule \"nosuch\"" },
	{ "ignore  backlog.drop \"x\"",
	  "2:9: there is no rule \"backlog.drop\"" },
	{ "ignore policy.net.core.somaxconn \"x\"",
	  "2:8: there is no rule \"policy.net.core.somaxconn\"" },
	{ "ignore backlog.drops",
	  "2:21: say why it is ignored, in quotes: ignore backlog.drops \"REASON\"" },
	{ "ignore backlog.drops # \"x\"",
	  "2:22: say why it is ignored, in quotes: ignore backlog.drops \"REASON\"" },
	{ "ignore backlog.drops \"\"", "2:22: the reason is empty" },
	{ "ignore backlog.drops \"x", "2:22: the closing quote is missing" },
	{ "ignore backlog.drops \"x\" y",
	  "2:26: nothing more is expected here: y" },
	{ "ignore backlog.drops \"" LONG_REASON "1\"",
	  "2:22: the reason has 121 bytes, at most 120 are shown" },
	{ "ignore syn.abort \"x\"",
	  "2:8: line 1 says this of syn.abort already" },
	{ "ignore backlog.drops \"\x1b[2J\"", "2:23: a byte 0x1b is no text" },

	{ "severity syn.cookies", "2:21: \"\" is no severity" },
	{ "severity syn.cookies ok", "2:22: \"ok\" is no severity" },
	{ "severity syn.cookies unknown", "2:22: \"unknown\" is no severity" },
	{ "severity syn.cookies fail 3",
	  "2:27: nothing more is expected here: 3" },

	{ "threshold backlog.drops", "2:24: \"\" is no number from 0 on" },
	{ "threshold backlog.drops -1", "2:25: \"-1\" is no number from 0 on" },
	{ "threshold backlog.drops 18446744073709551616",
	  "2:25: \"18446744073709551616\" is no number from 0 on" },

	{ "ignor syn.abort \"x\"", "2:1: there is no statement \"ignor\"" },
	{ ">= 3", "2:1: a line begins with" },
	{ "\"x\"", "2:1: a line begins with" },
	{ "  net.core.somaxcon >= 3",
	  "2:3: there is no sysctl \"net.core.somaxcon\"" },
	{ "net.core.somaxconn", "2:19: expected >=, <=, == or !=" },
	{ "net.core.somaxconn 3", "2:20: expected >=, <=, == or !=" },
	{ "net.core.somaxconn = 3", "2:20: expected >=, <=, == or !=, not =" },
	{ "net.core.somaxconn > 3", "2:20: expected >=, <=, == or !=, not >" },
	{ "net.core.somaxconn >== 3",
	  "2:20: expected >=, <=, == or !=, not >==" },
	{ "net.core.somaxconn >=", "2:22: the value is missing" },
	{ "net.core.somaxconn >= \"3\"", "2:23: the value is missing" },
	{ "net.core.somaxconn >= 3k", "2:23: \"3k\" is no whole number" },
	{ "net.core.somaxconn >= 0x10", "2:23: \"0x10\" is no whole number" },
	{ "net.core.somaxconn >= -1",
	  "2:23: -1 is out of range: net.core.somaxconn takes 0 to 2147483647" },
	{ "net.core.somaxconn >= 2147483648",
	  "2:23: 2147483648 is out of range" },
	{ "net.core.somaxconn >= 99999999999999999999",
	  "2:23: 99999999999999999999 is out of range" },
	{ "net.core.somaxconn >= 3 4", "2:25: \"4\" is no severity" },
	{ "net.core.somaxconn >= 3 warn 4",
	  "2:30: nothing more is expected here: 4" },
	{ "net.core.somaxconn[0] >= 3",
	  "2:19: net.core.somaxconn has one value: leave out [0]" },
	{ "net.ipv4.tcp_rmem >= 3",
	  "2:18: net.ipv4.tcp_rmem has 3 numbers: say which, [0] to [2]" },
	{ "net.ipv4.tcp_rmem[3] >= 3", "2:18: [3] is not one of [0] to [2]" },
	{ "net.ipv4.tcp_rmem[-] >= 3", "2:18: [-] is not one of [0] to [2]" },
	{ "net.ipv4.tcp_rmem[] >= 3", "2:18: [] is not one of [0] to [2]" },
	{ "net.ipv4.tcp_rmem[1 >= 3", "2:18: [1 is not one of [0] to [2]" },
	{ "net.ipv4.tcp_rmem[1]x >= 3", "2:18: [1]x is not one of [0] to [2]" },
	{ "net.ipv4.ip_local_port_range[2] >= 3",
	  "2:29: [2] is not one of [0] to [1]" },
	{ "net.ipv4.tcp_congestion_control >= bbr",
	  "2:33: net.ipv4.tcp_congestion_control is a word: use == or !=" },
	{ "net.ipv4.tcp_congestion_control[0] == bbr",
	  "2:32: net.ipv4.tcp_congestion_control has one value: leave out [0]" },
	{ "net.ipv4.tcp_congestion_control == b\xc3\xa9",
	  "2:36: \"b\xc3\xa9\" is no word" },
	{ "net.ipv4.tcp_congestion_control == " LONG_REASON,
	  "2:36: \"1234567890" },
	{ "net.ipv4.ip_local_reserved_ports == 8080",
	  "2:1: net.ipv4.ip_local_reserved_ports is a list" },
	{ "\x01", "2:1: a byte 0x01 is no text" },
};

static void every_mistake_has_its_place(void **state)
{
	static const char first[] = "ignore syn.abort \"first\"\n";

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct policy_file file;
		char text[512];
		char what[256];
		struct err err;

		(void)snprintf(text, sizeof(text), "%s%s\n# last", first,
		               mistakes[i].line);
		(void)snprintf(what, sizeof(what), "fleet:%s",
		               mistakes[i].what);
		assert_int_equal(parse(&file, text, &err), -EINVAL);
		if (strncmp(err.what, what, strlen(what)) != 0)
			fail_msg("\"%s\" is not \"%s\"", err.what, what);
		policy_done(&file);
	}
}

static void near_names_are_offered(void **state)
{
	static const struct {
		const char *line, *hint;
	} rows[] = {
		{ "ignore backlog.drop \"x\"", "did you mean backlog.drops?" },
		{ "net.core.somaxcon >= 1",
		  "did you mean net.core.somaxconn?" },
		{ "ignroe", "did you mean ignore?" },
		{ "x.y == 1", "`kiloflow list sysctls` has all" },
		{ "severity x note", "`kiloflow list rules` has all" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy_file file;
		struct err err;

		assert_int_equal(parse(&file, rows[i].line, &err), -EINVAL);
		assert_string_equal(err.hint, rows[i].hint);
		policy_done(&file);
	}
}

static void nul_is_no_text(void **state)
{
	static const char text[] = "ignore backlog.drops \"a\0b\"";
	struct policy_file file;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(policy_init(&file, NULL, 0, &err), 0);
	assert_int_equal(policy_parse(&file, "f", text, sizeof(text) - 1, &err),
	                 -EINVAL);
	assert_string_equal(err.what, "f:1:24: a byte 0x00 is no text");
	policy_done(&file);
}

/* --- with --ignore ---------------------------------------------------------
 */

static void ignored_on_the_command_line(void **state)
{
	static const char *const ids[] = { "syn.abort", "backlog.drops",
		                           "syn.abort" };
	static const char text[] = "ignore backlog.drops \"the file's\"\n"
				   "severity syn.abort fail\n";
	struct policy_file file;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(policy_init(&file, ids, 3, &err), 0);
	assert_int_equal(file.policy.n_changes, 2);
	assert_int_equal(policy_parse(&file, "f", text, sizeof(text) - 1, &err),
	                 0);
	assert_int_equal(file.policy.n_changes, 3);
	assert_string_equal(file.policy.changes[1].id, "backlog.drops");
	assert_string_equal(file.policy.changes[1].reason, "the file's");
	assert_int_equal(file.policy.changes[1].kind, POLICY_IGNORE);
	policy_done(&file);
}

/* --- files -----------------------------------------------------------------
 */

static void reads_files(void **state)
{
	struct policy_file file;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(policy_init(&file, NULL, 0, &err), 0);
	assert_int_equal(
		policy_read(&file, "tests/fixtures/policy/fleet", &err), 0);
	assert_true(file.policy.n_changes > 0);
	assert_true(file.policy.n_requirements > 0);
	policy_done(&file);
}

static void says_why_it_cannot(void **state)
{
	static const struct {
		const char *path, *what;
		int code;
	} rows[] = {
		{ "/nonexistent/\n",
		  "--policy: cannot read /nonexistent/\\x0a: No such file or directory",
		  -ENOENT },
		{ "/", "--policy: cannot read /: Is a directory", -EISDIR },
		{ "", "--policy: cannot read : No such file or directory",
		  -ENOENT },
		{ "/dev/zero",
		  "--policy: cannot read /dev/zero: File too large", -EFBIG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy_file file;
		struct err err = { 0 };

		assert_int_equal(policy_init(&file, NULL, 0, &err), 0);
		assert_int_equal(policy_read(&file, rows[i].path, &err),
		                 rows[i].code);
		assert_string_equal(err.what, rows[i].what);
		policy_done(&file);
	}
}

/* A file without its last line, byte by byte: a mistake, or none; no crash. */
static void cut_short(void **state)
{
	size_t len;
	char *text = fixture_bytes("policy/fleet", &len);

	(void)state;
	for (size_t i = 0; i <= len; i++) {
		char *cut = malloc(i + 1);
		struct policy_file file;
		struct err err = { 0 };
		int rc;

		assert_non_null(cut);
		memcpy(cut, text, i);
		assert_int_equal(policy_init(&file, NULL, 0, &err), 0);
		rc = policy_parse(&file, "f", cut, i, &err);
		assert_true(rc == 0 || (rc == -EINVAL && err.what[0]));
		policy_done(&file);
		free(cut);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(changes),
		cmocka_unit_test(requirements),
		cmocka_unit_test(many_requirements),
		cmocka_unit_test(every_mistake_has_its_place),
		cmocka_unit_test(near_names_are_offered),
		cmocka_unit_test(nul_is_no_text),
		cmocka_unit_test(ignored_on_the_command_line),
		cmocka_unit_test(reads_files),
		cmocka_unit_test(says_why_it_cannot),
		cmocka_unit_test(cut_short),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
