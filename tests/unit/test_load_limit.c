// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load_find_limit: the search, over hosts that hold what a row says. No
 * connection is made: load_run() is this file's.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/load/load.h"
#include "tests/support/fdcheck.h"

/* What the host of a test is like. */
struct like {
	uint64_t holds;       /* connections of a burst */
	uint64_t queue_limit; /* as the kernel says */
	bool queue_unknown;
	uint64_t backlog; /* 0: as much as there is */
	uint16_t emulates;
	int code;           /* errno of those that are too many; 0: ETIMEDOUT */
	bool syn_queue;     /* it overflows then */
	bool only_drops;    /* and those that are dropped come through */
	uint64_t stop_from; /* the user interrupts a burst as large; 0: none */
	uint64_t fail_from; /* one as large cannot be run at all; 0: none */
};

static struct like like;
static size_t n_runs;

int __wrap_load_run(const struct load_options *options,
                    struct load_result **ret, struct err *err);

int __wrap_load_run(const struct load_options *options,
                    struct load_result **ret, struct err *err)
{
	const uint64_t n = options->flows;
	const uint64_t lost = n > like.holds ? n - like.holds : 0;
	const bool queued = n > like.queue_limit;
	struct load_result *result;

	n_runs++;
	if (like.fail_from && n >= like.fail_from)
		return err_set(err, -ENOMEM, "no memory");
	assert_int_equal(options->burst, n);
	assert_int_equal(options->accept, LOAD_ACCEPT_HELD);
	assert_true(options->only_held);
	result = calloc(1, sizeof(*result));
	assert_non_null(result);
	result->asked = n;
	result->mode.backlog = options->backlog;
	result->mode.emulates = options->emulates;
	result->interrupted = like.stop_from && n >= like.stop_from;
	result->flows[LOAD_OK] = like.only_drops ? n : n - lost;
	result->flows[LOAD_FAILED] = n - result->flows[LOAD_OK];
	if (result->flows[LOAD_FAILED])
		result->errors[result->n_errors++] = (struct load_error){
			.phase = LOAD_PHASE_CONNECT,
			.code = like.code ? like.code : ETIMEDOUT,
			.count = lost,
		};
	if (!like.queue_unknown) {
		result->queue_limit = fact_known(like.queue_limit);
		result->queue_peak =
			fact_known(queued ? like.queue_limit + 1 : n);
		result->queue_drops = fact_known(lost);
	}
	result->counter[COUNTER_REQ_Q_FULL_DROP] =
		fact_known(like.syn_queue ? lost : 0);
	*ret = result;
	return 0;
}

#define MANY UINT64_C(1000000)

static const struct row {
	struct like like;
	uint64_t flows;
	const char *beyond; /* of which there is no more; NULL */
	uint64_t burst;
	const char *bound_by;
	size_t n_runs;
} rows[] = {
	/* clang-format off */
	/* the queue's limit is known: three bursts, however many are wanted */
	{ { .holds = 129, .queue_limit = 128 }, MANY, NULL, 129, "net.core.somaxconn", 3 },
	{ { .holds = 6, .queue_limit = 5, .backlog = 5 }, MANY, NULL, 6, "--backlog", 3 },
	{ { .holds = 1, .queue_limit = 0, .backlog = 0 }, MANY, NULL, 1, "net.core.somaxconn", 2 },
	{ { .holds = 6, .queue_limit = 5, .backlog = 5, .emulates = 80 }, 9, NULL, 6, "--port", 3 },
	{ { .holds = 129, .queue_limit = 128 }, 130, NULL, 129, "net.core.somaxconn", 3 },
	/* a drop is a loss though its connection comes through later */
	{ { .holds = 129, .queue_limit = 128, .only_drops = true }, 1000, NULL, 129, "net.core.somaxconn", 3 },
	/* nothing bounds what is asked for */
	{ { .holds = MANY, .queue_limit = 128 }, 129, NULL, 129, "none", 2 },
	{ { .holds = MANY, .queue_limit = 4096 }, 1000, NULL, 1000, "none", 2 },
	{ { .holds = MANY, .queue_limit = 4096 }, 1, NULL, 1, "none", 1 },
	/* but more is not to be had */
	{ { .holds = MANY, .queue_limit = 4096 }, 1000, "fs.file-max", 1000, "fs.file-max", 2 },
	{ { .holds = 129, .queue_limit = 128 }, 1000, "fs.file-max", 129, "net.core.somaxconn", 3 },
	/* something ends before the queue does */
	{ { .holds = 700, .queue_limit = 4096, .code = EMFILE }, 5000, NULL, 700, "RLIMIT_NOFILE", 14 },
	{ { .holds = 700, .queue_limit = 4096, .code = ENFILE }, 5000, NULL, 700, "fs.file-max", 14 },
	{ { .holds = 700, .queue_limit = 4096, .code = EADDRNOTAVAIL }, 5000, NULL, 700, "ports", 14 },
	{ { .holds = 700, .queue_limit = 4096, .code = ENOBUFS }, 5000, NULL, 700, "memory", 14 },
	{ { .holds = 700, .queue_limit = 4096, .code = ENOMEM }, 5000, NULL, 700, "memory", 14 },
	{ { .holds = 700, .queue_limit = 4096, .syn_queue = true }, 5000, NULL, 700, "SYN queue", 14 },
	{ { .holds = 700, .queue_limit = 4096, .code = EPERM }, 5000, NULL, 700, "unknown", 14 },
	{ { .holds = 0, .queue_limit = 4096, .code = EMFILE }, 5000, NULL, 0, "RLIMIT_NOFILE", 1 },
	/* the kernel does not tell: doubled, then halved */
	{ { .holds = 129, .queue_unknown = true }, MANY, NULL, 129, "unknown", 16 },
	{ { .holds = MANY, .queue_unknown = true }, 1000, NULL, 1000, "none", 11 },
	{ { .holds = 1, .queue_unknown = true }, MANY, NULL, 1, "unknown", 2 },
	/* the queue holds more than it says, by one sender more */
	{ { .holds = 131, .queue_limit = 128 }, MANY, NULL, 131, "net.core.somaxconn", 11 },
	/* clang-format on */
};

static struct load_options options_of(const struct row *row)
{
	struct goal goal = goal_default();
	struct load_options options;

	goal.flows = row->flows;
	options = load_options_default(&goal);
	if (row->like.backlog)
		options.backlog = row->like.backlog;
	options.emulates = row->like.emulates;
	return options;
}

static void check(const struct row *row)
{
	const struct load_options options = options_of(row);
	struct load_refusal beyond = { .refused = row->beyond };
	struct load_result *result = NULL;
	struct err err = { 0 };

	if (row->beyond)
		strcpy(beyond.resource, row->beyond);
	like = row->like;
	n_runs = 0;
	assert_int_equal(load_find_limit(&options, &beyond, &result, &err), 0);
	assert_int_equal(result->limit->burst, row->burst);
	assert_string_equal(load_bound_name(result->limit), row->bound_by);
	assert_int_equal(result->limit->up_to, row->flows);
	assert_true(result->limit->complete);
	assert_int_equal(result->limit->n_probes, n_runs);
	assert_int_equal(n_runs, row->n_runs);
	/* it is the result of the burst that was found */
	assert_int_equal(result->asked, row->burst ? row->burst : 1);
	for (size_t i = 0; i < n_runs; i++)
		assert_int_equal(result->limit->probes[i].lost != 0,
		                 result->limit->probes[i].burst > row->burst);
	load_result_free(result);
}

static void test_search(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

/* Every limit there is, found in few bursts whatever the kernel tells. */
static void test_every_limit(void **state)
{
	const struct load_refusal none = { 0 };

	(void)state;
	for (uint64_t holds = 0; holds <= 300; holds++) {
		for (int says = 0; says < 3; says++) {
			const struct row row = { .flows = 260 };
			const struct load_options options = options_of(&row);
			struct load_result *result = NULL;
			struct err err = { 0 };

			like = (struct like){
				.holds = holds,
				.queue_unknown = !says,
				.queue_limit = says == 1 ? holds : 50,
			};
			n_runs = 0;
			assert_int_equal(load_find_limit(&options, &none,
			                                 &result, &err),
			                 0);
			assert_int_equal(result->limit->burst,
			                 holds < 260 ? holds : 260);
			assert_in_range(n_runs, 1, 20);
			load_result_free(result);
		}
	}
}

/* What was found until then is reported, and that it is not all. */
static void test_interrupted(void **state)
{
	static const struct {
		uint64_t stop_from, burst, asked;
	} stops[] = { { 1, 0, 1 }, { 2, 1, 1 }, { 130, 129, 129 } };
	const struct load_refusal none = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct row row = { .flows = 1000 };
		const struct load_options options = options_of(&row);
		struct load_result *result = NULL;
		struct err err = { 0 };

		like = (struct like){ .holds = 129,
			              .queue_limit = 128,
			              .stop_from = stops[i].stop_from };
		assert_int_equal(
			load_find_limit(&options, &none, &result, &err), 0);
		assert_true(result->interrupted);
		assert_false(result->limit->complete);
		assert_int_equal(result->limit->burst, stops[i].burst);
		assert_int_equal(result->asked, stops[i].asked);
		load_result_free(result);
	}
}

static void test_cannot_be_run(void **state)
{
	static const uint64_t from[] = { 1, 129, 130 };
	const struct load_refusal none = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct row row = { .flows = 1000 };
		const struct load_options options = options_of(&row);
		struct load_result *result = NULL;
		struct err err = { 0 };

		like = (struct like){ .holds = 129,
			              .queue_limit = 128,
			              .fail_from = from[i] };
		assert_int_equal(load_find_limit(&options, &none, &result,
		                                 &err),
		                 -ENOMEM);
		assert_null(result);
		assert_string_equal(err.what, "no memory");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_every_limit),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_cannot_be_run),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
