// SPDX-License-Identifier: GPL-2.0-or-later
/* log_test - see log_test.h. */
#include "probes/logs/log_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/base/vec.h"

#define SLOTS_MAX 65536
/* Lines of an interval do not come after those of so many later ones. */
#define SLOTS_LATE 256

struct log_slot {
	uint64_t key;
	uint64_t start_us;
	enum log_side side;
	struct log_total total;
};

void log_test_begin(struct log_test *test)
{
	*test = (struct log_test){ .is_empty = true };
}

static void add(struct log_total *total, const struct log_count *count)
{
	if (count->is_sum) {
		total->is_stated = true;
		total->stated = log_bytes_add(total->stated, count->bytes);
		return;
	}
	total->n_flows++;
	total->sum = log_bytes_add(total->sum, count->bytes);
}

void log_test_total(struct log_test *test, const struct log_count *count)
{
	test->is_empty = false;
	add(&test->sum.total[count->side], count);
}

static struct log_slot *find(const struct log_test *test, enum log_side side,
                             uint64_t key)
{
	for (size_t i = 0; i < test->n_slots && i < SLOTS_LATE; i++) {
		struct log_slot *slot = &test->slots[test->n_slots - 1 - i];

		if (slot->key == key && slot->side == side)
			return slot;
	}
	return NULL;
}

int log_test_interval(struct log_test *test, const struct log_count *count,
                      uint64_t key, uint64_t start_us)
{
	struct log_slot *slot = find(test, count->side, key);

	test->is_empty = false;
	if (!slot && test->n_slots == SLOTS_MAX) {
		test->sum.intervals.n_unjudged += count->is_sum;
		return 0;
	}
	if (!slot) {
		slot = vec_grow(test->slots, test->n_slots, &test->slots_room,
		                sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		test->slots = slot;
		slot = &test->slots[test->n_slots++];
		*slot = (struct log_slot){ .key = key,
			                   .start_us = start_us,
			                   .side = count->side };
	}
	add(&slot->total, count);
	return 0;
}

static struct log_error *error_of(struct log_sum *sum, const char *text)
{
	for (size_t i = 0; i < sum->n_errors; i++) {
		if (!strcmp(sum->errors[i].text, text))
			return &sum->errors[i];
	}
	if (sum->n_errors == LOG_ERRORS_MAX)
		return NULL;
	(void)memcpy(sum->errors[sum->n_errors].text, text, strlen(text) + 1);
	return &sum->errors[sum->n_errors++];
}

static bool is_connect(const char *text)
{
	return strstr(text, "connect failed") != NULL;
}

void log_test_error(struct log_test *test, struct span text)
{
	char safe[LOG_ERROR_TEXT];
	struct log_error *error;

	(void)text_escape(safe, sizeof(safe), text.at,
	                  (size_t)(text.end - text.at));
	error = error_of(&test->sum, safe);
	test->is_empty = false;
	test->n_connect_failed += is_connect(safe);
	if (error)
		error->count++;
	else
		test->sum.n_errors_more++;
}

/*
 * A flow that is reset says so once for each call that fails, so that lines
 * of one kind are flows, and lines of several kinds may be the same flows. No
 * flow fails to connect and in anything else, too.
 */
static uint64_t failed_later(const struct log_sum *sum)
{
	uint64_t most = 0;

	for (size_t i = 0; i < sum->n_errors; i++) {
		const struct log_error *error = &sum->errors[i];

		if (!is_connect(error->text) && error->count > most)
			most = error->count;
	}
	return most;
}

static void judge_intervals(struct log_test *test)
{
	struct log_intervals *all = &test->sum.intervals;

	for (size_t i = 0; i < test->n_slots; i++) {
		struct log_slot *slot = &test->slots[i];

		if (!slot->total.is_stated && test->sum.n_asked <= 1)
			continue;
		slot->total.state =
			log_total_judge(&slot->total, test->sum.n_asked);
		if (slot->total.state == LOG_WRONG && !all->n[LOG_WRONG]) {
			all->first = slot->total;
			all->start_us = slot->start_us;
		}
		all->n[slot->total.state]++;
	}
}

void log_test_end(struct log_test *test)
{
	struct log_sum *sum = &test->sum;

	sum->n_failed += failed_later(sum);
	for (enum log_side i = 0; i < LOG_SIDES; i++)
		sum->total[i].state =
			log_total_judge(&sum->total[i], sum->n_asked);
	judge_intervals(test);
	sum->verdict = log_sum_judge(sum);
}

void log_test_done(struct log_test *test)
{
	free(test->slots);
	test->slots = NULL;
}
