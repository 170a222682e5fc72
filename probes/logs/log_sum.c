// SPDX-License-Identifier: GPL-2.0-or-later
/* log_sum - see log_sum.h. */
#include "probes/logs/log_sum.h"

const char *log_side_name(enum log_side side)
{
	static const char *const names[] = {
		[LOG_SENT] = "sender",
		[LOG_RECEIVED] = "receiver",
		[LOG_SENT_BACK] = "sender, reverse",
		[LOG_RECEIVED_BACK] = "receiver, reverse",
		[LOG_BOTH] = "both ways",
	};

	return names[side];
}

const char *log_state_name(enum log_state state)
{
	static const char *const names[] = {
		[LOG_RIGHT] = "right",
		[LOG_UNPROVEN] = "unproven",
		[LOG_MISSING] = "missing",
		[LOG_WRONG] = "wrong",
	};

	return names[state];
}

const char *log_verdict_name(enum log_verdict verdict)
{
	static const char *const names[] = {
		[LOG_SUM_RIGHT] = "right",
		[LOG_SUM_UNPROVEN] = "unproven",
		[LOG_SUM_FEWER] = "fewer-flows",
		[LOG_SUM_MISSING] = "missing",
		[LOG_SUM_WRONG] = "wrong",
	};

	return names[verdict];
}

/* Of a single flow neither tool writes a sum. */
enum log_state log_total_judge(const struct log_total *total, uint64_t n_asked)
{
	if (!total->is_stated)
		return total->n_flows && n_asked > 1 ? LOG_MISSING : LOG_RIGHT;
	if (log_bytes_agree(total->sum, total->stated))
		return total->n_flows || !n_asked ? LOG_RIGHT : LOG_UNPROVEN;
	if (total->n_flows < n_asked && total->stated.min > total->sum.max)
		return LOG_UNPROVEN;
	return LOG_WRONG;
}

enum log_verdict log_sum_judge(const struct log_sum *sum)
{
	enum log_state worst = LOG_RIGHT;

	for (enum log_side i = 0; i < LOG_SIDES; i++) {
		if (sum->total[i].state > worst)
			worst = sum->total[i].state;
	}
	if (worst == LOG_WRONG)
		return LOG_SUM_WRONG;
	if (worst == LOG_MISSING)
		return LOG_SUM_MISSING;
	if (sum->failed.n_flows ||
	    (sum->n_summed && sum->n_summed < sum->n_asked))
		return LOG_SUM_FEWER;
	if (worst == LOG_UNPROVEN && (!sum->n_covered || sum->is_cut))
		return LOG_SUM_UNPROVEN;
	if (sum->n_covered < sum->n_asked || !sum->n_asked)
		return sum->is_cut ? LOG_SUM_UNPROVEN : LOG_SUM_FEWER;
	return LOG_SUM_RIGHT;
}
