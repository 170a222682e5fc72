// SPDX-License-Identifier: GPL-2.0-or-later
/* log_test - see log_test.h. */
#include "probes/logs/log_test.h"

#include <errno.h>
#include <stdlib.h>

#include "probes/base/vec.h"
#include "probes/logs/log_failed.h"

#define SLOTS_MAX 65536
/* Lines of an interval do not come after those of so many later ones. */
#define SLOTS_LATE 256

struct log_slot {
	struct log_when when; /* of its first line */
	bool is_ragged;       /* others end at another time */
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

		if (slot->when.key == key && slot->side == side)
			return slot;
	}
	return NULL;
}

int log_test_interval(struct log_test *test, const struct log_count *count,
                      const struct log_when *when)
{
	struct log_slot *slot = find(test, count->side, when->key);

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
		*slot = (struct log_slot){ .when = *when, .side = count->side };
	}
	slot->is_ragged |= slot->when.end_us != when->end_us;
	add(&slot->total, count);
	return 0;
}

void log_test_error(struct log_test *test, struct span text, uint64_t flow)
{
	test->is_empty = false;
	log_failed_line(&test->sum, text, flow);
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
		if (slot->is_ragged && slot->total.state > LOG_UNPROVEN)
			slot->total.state = LOG_UNPROVEN;
		if (slot->total.state == LOG_WRONG && !all->n[LOG_WRONG]) {
			all->first = slot->total;
			all->start_us = slot->when.start_us;
		}
		all->n[slot->total.state]++;
	}
}

void log_test_end(struct log_test *test)
{
	struct log_sum *sum = &test->sum;

	log_failed_judge(sum, test->n_unconnected);
	for (enum log_side i = 0; i < LOG_SIDES; i++) {
		struct log_total *total = &sum->total[i];

		total->state = log_total_judge(total, sum->n_asked);
		if (sum->is_cut && total->state == LOG_MISSING)
			total->state = LOG_UNPROVEN;
	}
	judge_intervals(test);
	sum->verdict = log_sum_judge(sum);
}

void log_test_done(struct log_test *test)
{
	free(test->slots);
	test->slots = NULL;
}
