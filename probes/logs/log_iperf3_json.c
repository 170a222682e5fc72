// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_iperf3_json - what iperf3 writes with -J, one document a test, and with
 * --json-stream, one an event.
 *
 * Both have the same parts, start, intervals and end; the stream has them as
 * {"event": "interval", "data": ...}.
 */
#include "probes/logs/log_reader.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

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

static int read_end(struct log_reader *reader, const json_t *end,
                    struct err *err)
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
	(void)err;
	return 0;
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

	const struct log_when when = {
		reader->iperf3.interval,
		seconds > 0 && seconds < 1e12 ? (uint64_t)(seconds * 1e6) : 0,
		0,
	};

	if (!bytes_of(of, &count.bytes))
		return 0;
	return log_test_interval(&reader->test, &count, &when);
}

static int read_interval(struct log_reader *reader, const json_t *interval,
                         struct err *err)
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
	return rc ? log_out_of_memory(err) : 0;
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
	log_next_test(reader);
	reader->test.is_empty = false;
	reader->iperf3.n_announced = natural(test, "num_streams");
	reader->iperf3.n_connected =
		json_array_size(json_object_get(start, "connected"));
	return 0;
}

static int read_error(struct log_reader *reader, const json_t *error,
                      struct err *err)
{
	const char *text = json_string_value(error);

	(void)err;
	if (text)
		log_test_error(&reader->test, span_of(text, strlen(text)), 0);
	return 0;
}

static int read_part(struct log_reader *reader, const char *name,
                     const json_t *part, struct err *err)
{
	static const struct {
		const char *name;
		int (*read)(struct log_reader *reader, const json_t *part,
		            struct err *err);
	} parts[] = {
		{ "start", read_start },        { "interval", read_interval },
		{ "intervals", read_interval }, { "end", read_end },
		{ "error", read_error },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!strcmp(name, parts[i].name))
			return parts[i].read(reader, part, err);
	}
	return 0;
}

/* log_json's member() */
static int read_member(void *to, const char *name, const json_t *value,
                       struct err *err)
{
	struct log_reader *reader = to;
	struct log_iperf3 *state = &reader->iperf3;
	const char *event = json_string_value(value);

	if (event && !strcmp(name, "event")) {
		state->is_stream = true;
		(void)snprintf(state->event, sizeof(state->event), "%s", event);
		return 0;
	}
	if (!strcmp(name, "data"))
		name = state->event;
	return read_part(reader, name, value, err);
}

static int read_bytes(struct log_reader *reader, const char *bytes, size_t len,
                      struct err *err)
{
	reader->json.array = "intervals";
	reader->json.member = read_member;
	reader->json.to = reader;
	return log_json_feed(&reader->json, bytes, len, err);
}

const struct log_format log_format_iperf3_json = {
	.name = "iperf3 JSON",
	.bytes = read_bytes,
	.end = log_iperf3_end,
};
