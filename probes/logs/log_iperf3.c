// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_iperf3 - the text that iperf3 writes. Totals say "sender" or
 * "receiver"; lines of an interval say neither, and stand together.
 */
#include "probes/logs/log_reader.h"

#include "probes/logs/log_row.h"

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void log_iperf3_end(struct log_reader *reader)
{
	struct log_iperf3 *state = &reader->iperf3;
	struct log_sum *sum = &reader->test.sum;
	const struct log_total *total = sum->total;

	sum->n_asked = max_of(state->n_connected, state->n_announced);
	sum->n_covered =
		max_of(total[LOG_SENT].n_flows, total[LOG_RECEIVED].n_flows) +
		max_of(total[LOG_SENT_BACK].n_flows,
	               total[LOG_RECEIVED_BACK].n_flows);
	sum->n_asked = max_of(sum->n_asked, sum->n_covered);
	state->n_connected = state->n_announced = state->interval = 0;
}

static bool is_back(const struct log_row *row)
{
	return row->role.end - row->role.at >= 2 && row->role.at[0] == 'R';
}

/* Only a line about UDP counts datagrams or has their jitter. */
static int read_row(struct log_reader *reader, const struct log_row *row,
                    struct err *err)
{
	struct log_count count = {
		.side = is_back(row) ? LOG_SENT_BACK : LOG_SENT,
		.is_sum = row->is_sum,
		.bytes = row->bytes,
	};

	if (log_span_has(row->rest, "%)"))
		return log_refuse_udp(err);
	if (log_span_has(row->rest, "receiver"))
		count.side++;
	else if (!log_span_has(row->rest, "sender"))
		return log_test_interval(
			       &reader->test, &count,
			       &(struct log_when){ reader->iperf3.interval,
		                                   row->start_us, 0 })
		               ? log_out_of_memory(err)
		               : 0;
	log_test_total(&reader->test, &count);
	return 0;
}

/* "Starting Test: protocol: TCP, 2 streams, ..." */
static uint64_t announced(struct span line)
{
	struct span word, before = line;
	uint64_t n = 0;

	while (span_word(&line, &word)) {
		if (span_is(word, "streams,"))
			(void)span_u64(before, &n);
		before = word;
	}
	return n;
}

/* "iperf3: error - unable to connect to server: Connection refused" */
static void failed(struct log_reader *reader, struct span line)
{
	struct span word;

	(void)span_word(&line, &word);
	while (line.at < line.end && *line.at == ' ')
		line.at++;
	log_test_error(&reader->test, line, 0);
}

static bool begins(struct span line, const char *text)
{
	struct span ret;

	return span_line(&line, text, &ret);
}

static int read_line(struct log_reader *reader, struct span line,
                     struct err *err)
{
	struct log_iperf3 *state = &reader->iperf3;
	struct log_row row = { 0 };

	if (log_row_parse(line, &row))
		return read_row(reader, &row, err);
	if (log_span_has(line, "Total Datagrams") ||
	    log_span_has(line, "protocol: UDP"))
		return log_refuse_udp(err);
	if (begins(line, "- - -"))
		state->interval++;
	else if (log_span_has(line, "Accepted connection from ") ||
	         log_span_has(line, "Connecting to host "))
		log_next_test(reader);
	else if (log_span_has(line, " connected to "))
		state->n_connected++;
	else if (log_span_has(line, "Starting Test: "))
		state->n_announced = announced(line);
	else if (begins(line, "iperf3: "))
		failed(reader, line);
	if (state->n_connected)
		reader->test.is_empty = false;
	return 0;
}

static bool is_mine(struct span line)
{
	struct log_row row;

	if (log_row_parse(line, &row))
		return row.is_iperf3;
	return log_span_has(line, "Connecting to host ") ||
	       log_span_has(line, "Accepted connection from ") ||
	       begins(line, "iperf3: ") || begins(line, "iperf 3.") ||
	       (begins(line, "Server listening on ") &&
	        !log_span_has(line, "port"));
}

const struct log_format log_format_iperf3 = {
	.name = "iperf3 text",
	.is_mine = is_mine,
	.line = read_line,
	.end = log_iperf3_end,
};
