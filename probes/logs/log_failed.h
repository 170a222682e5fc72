/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_failed - what the flows of a log failed with. Pure.
 *
 * A flow that is reset says so once for each call that fails, and mostly
 * without its number. So lines of one call are as many flows, and lines of
 * several calls may be the same flows; none fails to connect and in anything
 * else, too.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_FAILED_H
#define KILOFLOW_PROBES_LOGS_LOG_FAILED_H

#include <stdint.h>

#include "probes/base/span.h"
#include "probes/logs/log_sum.h"

/**
 * log_failed_line - count a line that tells of an error
 * @text: "write failed: Connection reset by peer", whatever stands around it
 * @flow: its number; 0 when the line has none
 */
void log_failed_line(struct log_sum *sum, struct span text, uint64_t flow);

/**
 * log_failed_judge - sum->failed, from sum->errors
 * @n_unconnected: flows, if the log tells of them otherwise; else 0
 */
void log_failed_judge(struct log_sum *sum, uint64_t n_unconnected);

/** log_failed_add - @to is of @more, too */
void log_failed_add(struct log_failed *to, const struct log_failed *more);

#endif
