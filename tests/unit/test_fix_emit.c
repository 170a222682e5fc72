// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fix_emit - a plan in every form, byte for byte. That others read it as
 * it is meant, tests/host/emit.sh shows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/emit.h"
#include "checker/fix/persist_text.h"
#include "checker/fix/step.h"
#include "tests/support/fdcheck.h"
#include "tests/support/golden.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What is added has copies. */
#define TEXT(text) ((char *)(uintptr_t)(text))

#define SET(name, a, b)                                                        \
	{                                                                      \
		.kind = FIX_SYSCTL, .key = name, .from = TEXT(a),              \
		.to = TEXT(b)                                                  \
	}

/* clang-format off */
static const struct fix_step everything[] = {
	SET("net.core.somaxconn", "128", "4096"),
	SET("net.ipv4.ip_local_port_range", "32768 60999", "1024 65535"),
	SET("net.ipv4.tcp_rmem", "4096 131072 6291456", "4096 131072 33554432"),
	SET("net.ipv4.tcp_max_syn_backlog", "128", "4096"),
	SET("net.ipv4.tcp_mem", "1 2 3", "4 5 6"),
	SET("fs.file-max", "1000", "1048576"),
	{ .kind = FIX_SYSCTL, .key = "net.core.somaxconn", .from = TEXT("4096"), .to = TEXT("8192"),
	  .place = { .inode = 4026532000, .name = "blue", .enter = "/run/netns/blue" } },
	{ .kind = FIX_SYSCTL, .key = "net.ipv4.tcp_syncookies", .from = TEXT("0"), .to = TEXT("1"),
	  .place = { .inode = 4026532001, .enter = "/proc/812/ns/net" } },
	{ .kind = FIX_PRLIMIT, .key = "RLIMIT_NOFILE of redis-server[812]", .from = TEXT("1024 4096"), .to = TEXT("65536 65536"),
	  .lasts = "a restart of it sets the old limit again: LimitNOFILE=65536 in its unit" },
	{ .kind = FIX_RELISTEN, .key = "0.0.0.0:6379 redis-server[812]", .from = TEXT("5"), .to = TEXT("4096"),
	  .lasts = "a restart sets it back; Redis's tcp-backlog makes it last" },
	{ .kind = FIX_FILE, .key = "/etc/sysctl.d/99-zz-kiloflow.conf",
	  .to = TEXT("# Written by kiloflow\nnet.core.somaxconn = 65535\nnet.core.default_qdisc = fq\n") },
	{ .kind = FIX_FILE, .key = "/etc/sysctl.d/99-kiloflow.conf", .from = TEXT("x") },
	{ .kind = FIX_SYSCTL, .key = "net.netfilter.nf_conntrack_max", .from = TEXT("1"), .to = TEXT("2"),
	  .skipped = "it would let the kernel take 9 MiB more, and 1 MiB are available: fewer flows, or more memory" },
	{ .kind = FIX_FILE, .key = "/etc/sysctl.d/99-zz-kiloflow.conf",
	  .skipped = "net.core.somaxconn = 4096 does not last under `sysctl --system`: /etc/sysctl.conf:12 sets it to 128; change or delete that line" },
};

static const struct fix_step nothing[] = {
	{ .kind = FIX_SYSCTL, .key = "net.core.somaxconn", .from = TEXT("1"), .to = TEXT("2"), .skipped = "this and that" },
};

/* Nothing in it gets out of its line, its quotes or its comment. */
static const struct fix_step hostile[] = {
	SET("net.core.default_qdisc", "fq", "x\nkernel.panic = 1"),
	SET("net.ipv4.tcp_congestion_control", "cubic", "a'b\"c\\d: $(e) \x1b[2J \xff # {{ f }}"),
	{ .kind = FIX_SYSCTL, .key = "net.ipv4.tcp_syncookies", .from = TEXT("0"), .to = TEXT("1"),
	  .place = { .inode = 1, .name = "x\nservices: []", .enter = "/x" } },
	{ .kind = FIX_RELISTEN, .key = "0.0.0.0:1 a\nb[1]", .from = TEXT("1"), .to = TEXT("2"), .lasts = "c\nd" },
	{ .kind = FIX_SYSCTL, .key = "net.core.somaxconn", .from = TEXT("1"), .to = TEXT("2"), .skipped = "e\nf" },
};

static const struct {
	const char *name;
	const struct fix_step *steps;
	size_t n;
} plans[] = {
	{ "everything", everything, N_OF(everything) },
	{ "nothing", nothing, N_OF(nothing) },
	{ "hostile", hostile, N_OF(hostile) },
};
/* clang-format on */

static char *emit(const struct fix_emitter *emitter,
                  const struct fix_step *list, size_t n, size_t *ret_size)
{
	struct fix_steps steps = { 0 };
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	assert_non_null(out);
	for (size_t i = 0; i < n; i++)
		assert_non_null(fix_steps_add(&steps, &list[i]));
	emitter->write(&steps, out);
	assert_int_equal(fclose(out), 0);
	fix_steps_free(&steps);
	return text;
}

static void goldens(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t p = 0; p < N_OF(plans); p++) {
		for (size_t e = 0; fix_emitters[e]; e++) {
			char name[64];
			size_t size;
			char *text = emit(fix_emitters[e], plans[p].steps,
			                  plans[p].n, &size);

			(void)snprintf(name, sizeof(name), "emit-%s.%s",
			               plans[p].name, fix_emitters[e]->name);
			failed += golden_check(name, text, size);
			free(text);
		}
	}
	assert_int_equal(failed, 0);
}

static void every_line_is_printable(void **state)
{
	(void)state;
	for (size_t e = 0; fix_emitters[e]; e++) {
		size_t size;
		char *text =
			emit(fix_emitters[e], hostile, N_OF(hostile), &size);

		for (size_t i = 0; i < size; i++)
			assert_true(text[i] == '\n' ||
			            (text[i] >= ' ' && text[i] <= '~'));
		assert_null(strstr(text, "\nkernel.panic"));
		assert_null(strstr(text, "\nservices: []"));
		free(text);
	}
}

/* A file that somebody put into place by hand is not kiloflow's. */
static void not_ours(void **state)
{
	size_t size;
	char *text =
		emit(&fix_emit_sysctl_d, everything, N_OF(everything), &size);

	(void)state;
	assert_false(persist_text_is_ours(text, size));
	free(text);
}

static void by_name(void **state)
{
	static const char *const names[] = { "sysctl.d", "docker", "k8s",
		                             "ansible" };

	(void)state;
	for (size_t i = 0; i < N_OF(names); i++) {
		const struct fix_emitter *emitter =
			fix_emitter_by_name(names[i]);

		assert_non_null(emitter);
		assert_string_equal(emitter->name, names[i]);
		assert_true(emitter->what[0] != '\0');
	}
	assert_null(fix_emitters[N_OF(names)]);
	assert_null(fix_emitter_by_name("compose"));
	assert_null(fix_emitter_by_name(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goldens),
		cmocka_unit_test(every_line_is_printable),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(by_name),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
