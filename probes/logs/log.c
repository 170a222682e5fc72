// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log - see log.h. Pure: it is log_read.c that reads files.
 */
#include "probes/logs/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/logs/log_reader.h"

/* Of a line whose format is not known yet; JSON may be all on one. */
#define UNKNOWN_MAX 65536
#define LINE_FIRST 4096

/* The first that knows a line as its own takes the log. */
static const struct log_format *const formats[] = {
	&log_format_iperf3_stream, &log_format_iperf3_json,
	&log_format_iperf2_csv,    &log_format_iperf3,
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
	free(reader->line);
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
	sum->test = sum->n_tests;
	if (!worst->n_tests || sum->verdict > worst->verdict)
		*worst = *sum;
	worst->n_tests = sum->n_tests;
	worst->n_tests_right = sum->n_tests_right;
	log_test_done(&reader->test);
	log_test_begin(&reader->test);
}

/* All of a document may be on its first line. */
static size_t line_max(const struct log_reader *reader, char first)
{
	if (reader->format)
		return reader->format->line_max;
	return first == '{' ? log_format_iperf3_json.line_max : UNKNOWN_MAX;
}

/* Add to the line what there is room for. */
static int keep(struct log_reader *reader, const char *bytes, size_t len,
                struct err *err)
{
	const size_t most =
		line_max(reader, reader->line_len ? reader->line[0] : *bytes);
	size_t room = reader->line_room ? reader->line_room : LINE_FIRST;

	if (len > most - reader->line_len) {
		len = most - reader->line_len;
		reader->line_too_long = true;
	}
	while (room < reader->line_len + len)
		room *= 2;
	if (room != reader->line_room) {
		char *bigger = realloc(reader->line, room);

		if (!bigger)
			return err_set(err, -ENOMEM,
			               "not enough memory for a line of it");
		reader->line = bigger;
		reader->line_room = room;
	}
	memcpy(reader->line + reader->line_len, bytes, len);
	reader->line_len += len;
	return 0;
}

static int feed_document(struct log_reader *reader, const char *bytes,
                         size_t len, struct err *err)
{
	const int rc = len ? keep(reader, bytes, len, err) : 0;

	if (rc || !reader->line_too_long)
		return rc;
	err_hint(err, "iperf3's --json-stream has no such limit");
	return err_set(err, -EFBIG,
	               "it is one JSON document of more than %zu MiB",
	               reader->format->line_max >> 20);
}

static bool is_document(const struct log_reader *reader)
{
	return reader->format && reader->format->is_document;
}

static void find_format(struct log_reader *reader, struct span line)
{
	for (size_t i = 0;
	     !reader->format && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i]->is_mine(line))
			reader->format = formats[i];
	}
}

/* The line is complete. That of a document stays: it is the first of many. */
static int take_line(struct log_reader *reader, struct err *err)
{
	struct span line = span_of(reader->line, reader->line_len);
	const bool too_long = reader->line_too_long;

	if (reader->line_len && line.end[-1] == '\r')
		line.end--;
	if (line.at < line.end)
		find_format(reader, line);
	if (is_document(reader))
		return feed_document(reader, NULL, 0, err);
	reader->line_len = 0;
	reader->line_too_long = false;
	if (too_long) {
		reader->worst.n_lines_cut++;
		return 0;
	}
	if (!reader->format || line.at == line.end)
		return 0;
	return reader->format->line(reader, line, err);
}

int log_feed(struct log_reader *reader, const char *bytes, size_t len,
             struct err *err)
{
	const char *end = bytes + len;
	int rc = 0;

	while (!rc && bytes < end) {
		const char *feed = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *until = feed ? feed : end;

		if (is_document(reader))
			return feed_document(reader, bytes,
			                     (size_t)(end - bytes), err);
		if (bytes < until)
			rc = keep(reader, bytes, (size_t)(until - bytes), err);
		if (!rc && feed)
			rc = take_line(reader, err);
		bytes = feed ? feed + 1 : end;
	}
	return rc;
}

int log_end(struct log_reader *reader, struct log_sum *ret, struct err *err)
{
	bool is_cut = reader->line_len;
	int rc = reader->line_len ? take_line(reader, err) : 0;

	is_cut &= !is_document(reader);
	if (!rc && is_document(reader))
		rc = reader->format->line(
			reader, span_of(reader->line, reader->line_len), err);
	if (rc)
		return rc;
	log_next_test(reader);
	if (reader->worst.n_tests) {
		*ret = reader->worst;
		ret->format = reader->format->name;
		ret->is_cut = is_cut;
		return 0;
	}
	err_hint(
		err,
		"sum reads what iperf 2 and iperf3 write, as text, CSV or JSON");
	return err_set(err, -ENOMSG,
	               reader->format ? "it is a log of iperf without a flow"
	                              : "it is no log of iperf");
}
