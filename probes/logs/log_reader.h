/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_reader - what log.c and the readers of the formats share.
 *
 * A format is a file with one constant. To add one: copy log_iperf3.c, add a
 * row in log.c.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_READER_H
#define KILOFLOW_PROBES_LOGS_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/base/span.h"
#include "probes/logs/log_json.h"
#include "probes/logs/log_test.h"
#include "probes/logs/log_tracks.h"

struct err;
struct log_reader;

/* Nothing that is looked at is longer. */
#define LOG_LINE_MAX 4096

struct log_format {
	const char *name;
	/* Is a log with such a line of this format? NULL: log.c knows. */
	bool (*is_mine)(struct span line);
	/* Return: 0; negative errno with words: the log is of no use. */
	int (*line)(struct log_reader *reader, struct span line,
	            struct err *err);
	/* Or, of a format without lines, the same. */
	int (*bytes)(struct log_reader *reader, const char *bytes, size_t len,
	             struct err *err);
	/* Before the test is judged: add what was held back, say what was
	 * asked for. NULL: there is nothing to do. */
	void (*end)(struct log_reader *reader);
};

/* What iperf 2's readers know of the test. */
struct log_iperf2 {
	struct log_tracks flows;
	struct log_track sum;
	uint64_t n_connected;
	uint64_t n_unconnected; /* "connected", from port 0 */
	uint64_t n_announced;   /* flows that the log's head tells of */
	uint64_t n_summed;      /* flows of the last [SUM-3]; of [SUM] 0 */
	uint64_t n_retired;     /* flows whose number was taken by another */
	uint64_t n_held;        /* flows whose last line began at 0 */
	bool is_client, is_server;
	bool has_ways[2]; /* forth, back */
	/* Of the log: when first intervals end, 0 while that is not known. */
	uint64_t first_end_us;
};

struct log_iperf3 {
	uint64_t n_connected, n_announced;
	uint64_t interval;         /* its number: 0, 1, ... */
	bool is_stream;            /* JSON: of events */
	char event[LOG_JSON_NAME]; /* the current one */
};

struct log_reader {
	const struct log_format *format; /* NULL: not known yet */
	struct log_test test;
	struct log_sum worst; /* of the tests that ended */
	struct log_iperf2 iperf2;
	struct log_iperf3 iperf3;
	struct log_json json;
	char line[LOG_LINE_MAX]; /* the one that is not complete */
	size_t line_len;
	bool line_too_long;
};

extern const struct log_format log_format_iperf2;
extern const struct log_format log_format_iperf2_csv;
extern const struct log_format log_format_iperf3;
extern const struct log_format log_format_iperf3_json;

/** log_next_test - the current test ends here; nothing when it is empty */
void log_next_test(struct log_reader *reader);

/** log_refuse_udp - Return: -EPROTONOSUPPORT, with words */
int log_refuse_udp(struct err *err);

/** log_out_of_memory - Return: -ENOMEM, with words */
int log_out_of_memory(struct err *err);

/** log_iperf3_end - log_format's end(), of text and JSON */
void log_iperf3_end(struct log_reader *reader);

/* One line's figures, from any of iperf 2's formats. */
struct log_iperf2_row {
	uint64_t key; /* of the flow; a sum has none */
	bool is_sum, is_back;
	uint64_t start_us, end_us;
	struct log_bytes bytes;
};

/** log_iperf2_row - Return: 0 or -ENOMEM, with words */
int log_iperf2_row(struct log_reader *reader, const struct log_iperf2_row *row,
                   struct err *err);

/** log_iperf2_end - log_format's end() */
void log_iperf2_end(struct log_reader *reader);

#endif
