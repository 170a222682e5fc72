// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_iperf3_json - what iperf3 writes with -J, one document, and with
 * --json-stream, one on each line.
 *
 * Both have the same three parts, start, intervals and end; the stream has
 * them as events.
 */
#include "probes/logs/log_reader.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "probes/base/err.h"

/* A whole document is in memory, and what is made of it is larger yet. */
#define DOCUMENT_MAX ((size_t)64 << 20)
#define EVENT_MAX ((size_t)16 << 20)

/* Beyond 10^15 it is written with an exponent, and rounded. */
static bool bytes_of(const json_t *of, struct log_bytes *ret)
{
	const json_t *bytes = json_object_get(of, "bytes");
	const double real = json_real_value(bytes);

	if (json_is_integer(bytes) && json_integer_value(bytes) >= 0) {
		*ret = log_bytes_exact((uint64_t)json_integer_value(bytes));
		return true;
	}
	if (!json_is_real(bytes) || !(real >= 0 && real < 1e18))
		return false;
	*ret = (struct log_bytes){ (uint64_t)(real - real / 1e14),
		                   (uint64_t)(real + real / 1e14) };
	return true;
}

/* Does it go the other way than @forth, which is a test's first sum? */
static bool is_back(const json_t *of, const json_t *forth)
{
	return json_is_true(json_object_get(of, "sender")) !=
	       json_is_true(json_object_get(forth, "sender"));
}

static void add_total(struct log_reader *reader, const json_t *of,
                      enum log_side side, bool is_sum)
{
	struct log_count count = { .side = side, .is_sum = is_sum };

	if (bytes_of(of, &count.bytes))
		log_test_total(&reader->test, &count);
}

/* A stream has both ends' counts. */
static void add_stream(struct log_reader *reader, const json_t *stream,
                       const json_t *forth)
{
	const json_t *sender = json_object_get(stream, "sender");
	const bool back = forth && is_back(sender, forth);

	add_total(reader, sender, back ? LOG_SENT_BACK : LOG_SENT, false);
	add_total(reader, json_object_get(stream, "receiver"),
	          back ? LOG_RECEIVED_BACK : LOG_RECEIVED, false);
}

static void read_end(struct log_reader *reader, const json_t *end)
{
	static const struct {
		const char *name;
		enum log_side side;
	} sums[] = {
		{ "sum_sent", LOG_SENT },
		{ "sum_received", LOG_RECEIVED },
		{ "sum_sent_bidir_reverse", LOG_SENT_BACK },
		{ "sum_received_bidir_reverse", LOG_RECEIVED_BACK },
	};
	const json_t *streams = json_object_get(end, "streams");
	const json_t *forth = NULL;

	if (json_object_get(end, "sum_sent_bidir_reverse"))
		forth = json_object_get(end, "sum_sent");
	for (size_t i = 0; i < json_array_size(streams); i++)
		add_stream(reader, json_array_get(streams, i), forth);
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		add_total(reader, json_object_get(end, sums[i].name),
		          sums[i].side, true);
}

static int add_interval(struct log_reader *reader, const json_t *of, bool back,
                        bool is_sum)
{
	const json_t *start = json_object_get(of, "start");
	const double seconds = json_number_value(start);
	struct log_count count = {
		.side = back ? LOG_SENT_BACK : LOG_SENT,
		.is_sum = is_sum,
	};

	if (!bytes_of(of, &count.bytes))
		return 0;
	return log_test_interval(
		&reader->test, &count, reader->iperf3.interval,
		seconds > 0 && seconds < 1e12 ? (uint64_t)(seconds * 1e6) : 0);
}

static int read_interval(struct log_reader *reader, const json_t *interval)
{
	const json_t *streams = json_object_get(interval, "streams");
	const json_t *sum = json_object_get(interval, "sum");
	const json_t *back = json_object_get(interval, "sum_bidir_reverse");
	int rc = 0;

	for (size_t i = 0; !rc && i < json_array_size(streams); i++) {
		const json_t *stream = json_array_get(streams, i);

		rc = add_interval(reader, stream, back && is_back(stream, sum),
		                  false);
	}
	if (!rc && sum)
		rc = add_interval(reader, sum, false, true);
	if (!rc && back)
		rc = add_interval(reader, back, true, true);
	reader->iperf3.interval++;
	return rc;
}

static uint64_t natural(const json_t *of, const char *name)
{
	const json_int_t n = json_integer_value(json_object_get(of, name));

	return n > 0 ? (uint64_t)n : 0;
}

static int read_start(struct log_reader *reader, const json_t *start,
                      struct err *err)
{
	const json_t *test = json_object_get(start, "test_start");
	const char *protocol =
		json_string_value(json_object_get(test, "protocol"));

	if (protocol && !strcmp(protocol, "UDP"))
		return log_refuse_udp(err);
	reader->test.is_empty = false;
	reader->iperf3.n_announced = natural(test, "num_streams");
	reader->iperf3.n_connected =
		json_array_size(json_object_get(start, "connected"));
	return 0;
}

static void read_error(struct log_reader *reader, const json_t *error)
{
	const char *text = json_string_value(error);

	if (text)
		log_test_error(&reader->test, span_of(text, strlen(text)));
}

static json_t *load(struct span text, struct err *err)
{
	json_error_t error;
	json_t *ret = json_loadb(text.at, (size_t)(text.end - text.at),
	                         JSON_DISABLE_EOF_CHECK, &error);

	if (ret)
		return ret;
	err_hint(err, "is it cut short?");
	(void)err_set(err, -EBADMSG,
	              "JSON that cannot be read at its line %d, column %d: %s",
	              error.line, error.column, error.text);
	return NULL;
}

static int read_document(struct log_reader *reader, struct span text,
                         struct err *err)
{
	json_t *document = load(text, err);
	const json_t *intervals = json_object_get(document, "intervals");
	int rc = document ? 0 : -EBADMSG;

	if (!rc)
		rc = read_start(reader, json_object_get(document, "start"),
		                err);
	for (size_t i = 0; !rc && i < json_array_size(intervals); i++) {
		rc = read_interval(reader, json_array_get(intervals, i));
		if (rc)
			(void)log_out_of_memory(err);
	}
	if (!rc) {
		read_end(reader, json_object_get(document, "end"));
		read_error(reader, json_object_get(document, "error"));
	}
	json_decref(document);
	return rc;
}

/* A line that cannot be read is the last one of a log that was cut. */
static int read_event(struct log_reader *reader, struct span line,
                      struct err *err)
{
	json_t *document =
		json_loadb(line.at, (size_t)(line.end - line.at), 0, NULL);
	const json_t *data = json_object_get(document, "data");
	const char *event =
		json_string_value(json_object_get(document, "event"));
	int rc = 0;

	if (!event) {
		reader->worst.n_lines_cut++;
	} else if (!strcmp(event, "start")) {
		log_next_test(reader);
		rc = read_start(reader, data, err);
	} else if (!strcmp(event, "interval")) {
		rc = read_interval(reader, data) ? log_out_of_memory(err) : 0;
	} else if (!strcmp(event, "end")) {
		read_end(reader, data);
	} else if (!strcmp(event, "error")) {
		read_error(reader, data);
	}
	json_decref(document);
	return rc;
}

static struct span trim(struct span line)
{
	while (line.at < line.end && (*line.at == ' ' || *line.at == '\t'))
		line.at++;
	return line;
}

static bool is_event(struct span line)
{
	static const char head[] = "{\"event\":";

	line = trim(line);
	return (size_t)(line.end - line.at) >= sizeof(head) &&
	       !memcmp(line.at, head, sizeof(head) - 1);
}

static bool is_document(struct span line)
{
	line = trim(line);
	return line.at < line.end && *line.at == '{';
}

const struct log_format log_format_iperf3_stream = {
	.name = "iperf3 JSON stream",
	.line_max = EVENT_MAX,
	.is_mine = is_event,
	.line = read_event,
	.end = log_iperf3_end,
};

const struct log_format log_format_iperf3_json = {
	.name = "iperf3 JSON",
	.line_max = DOCUMENT_MAX,
	.is_document = true,
	.is_mine = is_document,
	.line = read_document,
	.end = log_iperf3_end,
};
