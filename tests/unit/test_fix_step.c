// SPDX-License-Identifier: GPL-2.0-or-later
/* test_fix_step - checker/fix/step.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "checker/fix/step.h"
#include "tests/support/fdcheck.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void a_kind_has_a_name(void **state)
{
	static const char *const names[] = { "sysctl", "prlimit", "relisten",
		                             "file" };

	(void)state;
	assert_int_equal(LENGTH(names), FIX_KIND_COUNT);
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_string_equal(fix_kind_name((enum fix_kind)i), names[i]);
}

/* A step owns its texts: what it was made from may go. */
static void a_step_borrows_nothing(void **state)
{
	char from[] = "128";
	char to[] = "4096";
	const struct fix_step step = { .from = from, .to = to };
	struct fix_steps steps = { 0 };

	(void)state;
	for (size_t i = 0; i < 40; i++)
		assert_non_null(fix_steps_add(&steps, &step));
	memset(from, 'x', 3);
	memset(to, 'x', 4);
	assert_int_equal(steps.n, 40);
	for (size_t i = 0; i < steps.n; i++) {
		assert_string_equal(steps.list[i].from, "128");
		assert_string_equal(steps.list[i].to, "4096");
	}
	fix_steps_free(&steps);
	assert_null(steps.list);
	assert_int_equal(steps.n, 0);
	assert_int_equal(steps.max, 0);
	fix_steps_free(&steps);
}

/* A file that is not there is no empty one. */
static void no_text_is_copied_as_none(void **state)
{
	const struct fix_step step = { .kind = FIX_FILE, .to = NULL };
	struct fix_steps steps = { 0 };
	const struct fix_step *copy = fix_steps_add(&steps, &step);

	(void)state;
	assert_non_null(copy);
	assert_null(copy->from);
	assert_null(copy->to);
	fix_steps_free(&steps);
}

static void only_what_is_not_skipped_is_made(void **state)
{
	struct fix_step step = { .from = NULL };
	struct fix_steps steps = { 0 };

	(void)state;
	assert_int_equal(fix_steps_made(&steps), 0);
	assert_non_null(fix_steps_add(&steps, &step));
	(void)snprintf(step.skipped, sizeof(step.skipped), "no");
	assert_non_null(fix_steps_add(&steps, &step));
	step.skipped[0] = '\0';
	assert_non_null(fix_steps_add(&steps, &step));
	assert_int_equal(fix_steps_made(&steps), 2);
	fix_steps_free(&steps);
}

static void an_answer_is_kept_once(void **state)
{
	static const char *const ids[] = { "a", "b", "c", "d", "e",
		                           "f", "g", "h", "i" };
	struct fix_step step = { 0 };
	char again[] = "a";

	(void)state;
	fix_step_answer(&step, ids[0]);
	fix_step_answer(&step, again);
	assert_int_equal(step.n_answers, 1);
	for (size_t i = 0; i < LENGTH(ids); i++)
		fix_step_answer(&step, ids[i]);
	assert_int_equal(step.n_answers, FIX_ANSWERS_MAX);
	assert_string_equal(step.answers[FIX_ANSWERS_MAX - 1], "h");
}

static const struct {
	const char *key, *name, *enter;
	uint64_t inode;
	const char *says;
} names[] = {
	{ "fs.nr_open", "", "", 0, "fs.nr_open" },
	{ "net.core.somaxconn", "", "", 4026531840, "net.core.somaxconn" },
	{ "net.core.somaxconn", "blue", "/run/netns/blue", 7,
	  "net.core.somaxconn in namespace blue" },
	{ "net.core.somaxconn", "", "/proc/8/ns/net", 4026532280,
	  "net.core.somaxconn in namespace net:[4026532280]" },
	{ "0.0.0.0:80 a\\x1b[8]", "b\x1b[2J", "/x", 7,
	  "0.0.0.0:80 a\\x1b[8] in namespace b\\x1b[2J" },
	{ "/etc/sysctl.d/\n.conf", "", "", 0, "/etc/sysctl.d/\\x0a.conf" },
};

static void a_step_is_named_with_its_place(void **state)
{
	char says[1024];

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct fix_step step = { .place.inode = names[i].inode };

		(void)snprintf(step.key, sizeof(step.key), "%s", names[i].key);
		(void)snprintf(step.place.name, sizeof(step.place.name), "%s",
		               names[i].name);
		(void)snprintf(step.place.enter, sizeof(step.place.enter), "%s",
		               names[i].enter);
		fix_step_name(&step, says, sizeof(says));
		assert_string_equal(says, names[i].says);
	}
}

static void a_short_buffer_is_not_overrun(void **state)
{
	const struct fix_step step = {
		.place = { .name = "blue" },
		.key = "net.core.somaxconn",
	};
	char whole[64];
	char says[64];

	(void)state;
	fix_step_name(&step, whole, sizeof(whole));
	for (size_t size = 1; size <= sizeof(says); size++) {
		memset(says, 'x', sizeof(says));
		fix_step_name(&step, says, size);
		assert_true(strlen(says) < size);
		assert_memory_equal(says, whole, strlen(says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kind_has_a_name),
		cmocka_unit_test(a_step_borrows_nothing),
		cmocka_unit_test(no_text_is_copied_as_none),
		cmocka_unit_test(only_what_is_not_skipped_is_made),
		cmocka_unit_test(an_answer_is_kept_once),
		cmocka_unit_test(a_step_is_named_with_its_place),
		cmocka_unit_test(a_short_buffer_is_not_overrun),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
