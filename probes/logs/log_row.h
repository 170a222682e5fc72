/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_row - a line of figures, as iperf 2 and iperf3 write it. Pure.
 *
 *	[  3] 0.0000-1.0083 sec  1.05 GBytes  8.96 Gbits/sec
 *	[SUM][TX-C]   0.00-1.00   sec   846 MBytes  7.08 Gbits/sec    0   sender
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_ROW_H
#define KILOFLOW_PROBES_LOGS_LOG_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/base/span.h"
#include "probes/logs/log_bytes.h"

struct log_row {
	bool is_sum;
	bool is_back;     /* iperf 2: "[ *3]" */
	uint64_t id;      /* of [SUM-3] the number of flows; of [SUM] 0 */
	struct span role; /* iperf3: "TX-C", or empty */
	uint64_t start_us, end_us;
	bool is_iperf3; /* by its blanks */
	struct log_bytes bytes;
	struct span rest; /* after the amount of data */
};

/**
 * log_row_parse - take a line apart
 * @line: what stands before the bracket, such as a time, is passed over
 *
 * Return: false when it is another kind of line.
 */
bool log_row_parse(struct span line, struct log_row *ret);

/**
 * log_row_tag - the flow's number alone, at the beginning of any line
 * @rest: advanced past it; left alone when there is none
 */
bool log_row_tag(struct span *rest, struct log_row *ret);

/** log_span_has - @text is somewhere in @span */
bool log_span_has(struct span span, const char *text);

#endif
