// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log - see log.h. Pure: it is log_read.c that reads files.
 */
#include "probes/logs/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/logs/log_failed.h"
#include "probes/logs/log_reader.h"

/* The first that knows a line as its own takes the log. */
static const struct log_format *const formats[] = {
	&log_format_iperf2_csv,
	&log_format_iperf3,
	&log_format_iperf2,
};

int log_refuse_udp(struct err *err)
{
	err_hint(err, "give it a log of TCP flows");
	return err_set(
		err, -EPROTONOSUPPORT,
		"it is about UDP, whose sums cannot be told from lost datagrams");
}

int log_out_of_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "not enough memory for its flows");
}

struct log_reader *log_new(void)
{
	struct log_reader *reader = calloc(1, sizeof(*reader));

	if (reader)
		log_test_begin(&reader->test);
	return reader;
}

void log_free(struct log_reader *reader)
{
	if (!reader)
		return;
	log_test_done(&reader->test);
	log_tracks_done(&reader->iperf2.flows);
	log_json_done(&reader->json);
	free(reader);
}

void log_next_test(struct log_reader *reader)
{
	struct log_sum *worst = &reader->worst;
	struct log_sum *sum = &reader->test.sum;

	if (reader->test.is_empty)
		return;
	reader->format->end(reader);
	log_test_end(&reader->test);
	sum->n_tests = worst->n_tests + 1;
	sum->n_tests_right =
		worst->n_tests_right + (sum->verdict == LOG_SUM_RIGHT);
	sum->n_lines_cut = worst->n_lines_cut;
	sum->failed_in_all = worst->failed_in_all;
	log_failed_add(&sum->failed_in_all, &sum->failed);
	sum->test = sum->n_tests;
	if (!worst->n_tests || sum->verdict > worst->verdict)
		*worst = *sum;
	worst->n_tests = sum->n_tests;
	worst->n_tests_right = sum->n_tests_right;
	worst->failed_in_all = sum->failed_in_all;
	log_test_done(&reader->test);
	log_test_begin(&reader->test);
}

/* Add to the line what there is room for. */
static void keep(struct log_reader *reader, const char *bytes, size_t len)
{
	if (len > LOG_LINE_MAX - reader->line_len) {
		len = LOG_LINE_MAX - reader->line_len;
		reader->line_too_long = true;
	}
	(void)memcpy(reader->line + reader->line_len, bytes, len);
	reader->line_len += len;
}

static void find_format(struct log_reader *reader, struct span line)
{
	for (size_t i = 0;
	     !reader->format && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i]->is_mine(line))
			reader->format = formats[i];
	}
}

/* The line is complete. */
static int take_line(struct log_reader *reader, struct err *err)
{
	struct span line = span_of(reader->line, reader->line_len);
	const bool too_long = reader->line_too_long;

	reader->line_len = 0;
	reader->line_too_long = false;
	if (too_long) {
		reader->worst.n_lines_cut++;
		return 0;
	}
	if (line.at < line.end && line.end[-1] == '\r')
		line.end--;
	if (line.at == line.end)
		return 0;
	find_format(reader, line);
	return reader->format ? reader->format->line(reader, line, err) : 0;
}

int log_feed(struct log_reader *reader, const char *bytes, size_t len,
             struct err *err)
{
	const char *end = bytes + len;
	int rc = 0;

	while (!rc && bytes < end) {
		const char *feed = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *until = feed ? feed : end;

		/* of JSON all may be on one line */
		if (!reader->format && !reader->line_len && *bytes == '{')
			reader->format = &log_format_iperf3_json;
		if (reader->format && reader->format->bytes)
			return reader->format->bytes(
				reader, bytes, (size_t)(end - bytes), err);
		keep(reader, bytes, (size_t)(until - bytes));
		if (feed)
			rc = take_line(reader, err);
		bytes = feed ? feed + 1 : end;
	}
	return rc;
}

static const char *name_of(const struct log_reader *reader)
{
	return reader->iperf3.is_stream ? "iperf3 JSON stream"
	                                : reader->format->name;
}

int log_end(struct log_reader *reader, struct log_sum *ret, struct err *err)
{
	const bool is_cut = reader->line_len || log_json_is_open(&reader->json);
	const int rc = reader->line_len ? take_line(reader, err) : 0;

	if (rc)
		return rc;
	reader->test.sum.is_cut = is_cut;
	log_next_test(reader);
	if (reader->worst.n_tests) {
		*ret = reader->worst;
		ret->format = name_of(reader);
		return 0;
	}
	err_hint(
		err,
		"sum reads what iperf 2 and iperf3 write, as text, CSV or JSON");
	return err_set(err, -ENOMSG,
	               reader->format ? "it is a log of iperf without a flow"
	                              : "it is no log of iperf");
}
