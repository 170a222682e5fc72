// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_iperf2 - the text that iperf 2 writes.
 *
 * A client's log is one test, unless it has a second head (-r). A server's
 * has many, and nothing between them: the next begins with a connection after
 * [SUM], or after every flow's total.
 */
#include "probes/logs/log_reader.h"

#include <string.h>

#include "probes/logs/log_row.h"

/* A first interval looks like a total, but for its end. */
static bool is_total(const struct log_iperf2 *state,
                     const struct log_track *track)
{
	return track->is_held && (track->n_lines > 1 || !state->first_end_us ||
	                          track->end_us != state->first_end_us);
}

static enum log_side side_of(const struct log_iperf2 *state)
{
	if ((state->has_ways[0] && state->has_ways[1]) ||
	    state->is_client == state->is_server)
		return LOG_BOTH;
	return state->is_client == state->has_ways[1] ? LOG_RECEIVED : LOG_SENT;
}

static void add_total(struct log_reader *reader, enum log_side side,
                      const struct log_track *track, bool is_sum)
{
	log_test_total(&reader->test,
	               &(struct log_count){ .side = side,
	                                    .is_sum = is_sum,
	                                    .bytes = track->bytes });
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void log_iperf2_end(struct log_reader *reader)
{
	struct log_iperf2 *state = &reader->iperf2;
	const uint64_t first_end_us = state->first_end_us;
	const enum log_side side = side_of(state);
	struct log_sum *sum = &reader->test.sum;
	/* each iperf 2 has lines of its own for what it did not connect */
	const uint64_t n_unconnected = state->n_unconnected
	                                       ? state->n_unconnected
	                                       : sum->n_connect_lines;
	uint64_t n_flows = state->n_retired;

	/* until now it was not known which way the retired ones went */
	sum->total[side] = sum->total[LOG_BOTH];
	if (side != LOG_BOTH)
		sum->total[LOG_BOTH] = (struct log_total){ 0 };
	for (size_t i = 0; i < state->flows.n; i++) {
		const struct log_track *track = &state->flows.list[i];

		n_flows += track->n_lines != 0;
		if (is_total(state, track))
			add_total(reader, side, track, false);
	}
	if (is_total(state, &state->sum))
		add_total(reader, side, &state->sum, true);
	sum->n_covered = sum->total[side].n_flows;
	sum->n_summed = state->n_summed;
	reader->test.n_unconnected = n_unconnected;
	sum->n_asked = max_of(state->n_connected + n_unconnected, n_flows);
	sum->n_asked = max_of(sum->n_asked, state->n_announced);
	sum->n_asked = max_of(sum->n_asked, state->n_summed);
	log_tracks_done(&state->flows);
	*state = (struct log_iperf2){ .first_end_us = first_end_us };
}

static int add_interval(struct log_reader *reader, bool is_sum,
                        struct log_bytes bytes, uint64_t start_us,
                        uint64_t end_us)
{
	return log_test_interval(
		&reader->test,
		&(struct log_count){ .is_sum = is_sum, .bytes = bytes },
		&(struct log_when){ start_us, start_us, end_us });
}

/* What was held was an interval: here is the flow's next line. */
static int release(struct log_reader *reader, struct log_track *track,
                   const struct log_iperf2_row *row)
{
	if (!track->is_held)
		return 0;
	track->is_held = false;
	reader->iperf2.n_held -= !row->is_sum;
	if (row->start_us == track->end_us)
		reader->iperf2.first_end_us = track->end_us;
	return add_interval(reader, row->is_sum, track->bytes, 0,
	                    track->end_us);
}

int log_iperf2_row(struct log_reader *reader, const struct log_iperf2_row *row,
                   struct err *err)
{
	struct log_iperf2 *state = &reader->iperf2;
	struct log_track *track = &state->sum;
	int rc;

	if (!row->is_sum) {
		track = log_tracks_get(&state->flows, row->key);
		state->has_ways[row->is_back] = true;
	}
	reader->test.is_empty = false;
	rc = track ? release(reader, track, row) : -1;
	if (rc)
		return log_out_of_memory(err);
	track->n_lines += track->n_lines < UINT32_MAX;
	if (row->start_us)
		return add_interval(reader, row->is_sum, row->bytes,
		                    row->start_us, row->end_us)
		               ? log_out_of_memory(err)
		               : 0;
	track->is_held = true;
	track->bytes = row->bytes;
	track->end_us = row->end_us;
	state->n_held += !row->is_sum;
	return 0;
}

static uint64_t key_of(const struct log_row *row)
{
	return row->id << 1 | row->is_back;
}

/* Has every flow that connected its total? */
static bool all_are_done(const struct log_iperf2 *state)
{
	if (!state->n_held || state->n_held < state->n_connected)
		return false;
	for (size_t i = 0; i < state->flows.n; i++) {
		const struct log_track *track = &state->flows.list[i];

		if (track->n_lines && !is_total(state, track))
			return false;
	}
	return true;
}

static void end_test(struct log_reader *reader)
{
	const bool is_client = reader->iperf2.is_client;
	const bool is_server = reader->iperf2.is_server;

	log_next_test(reader);
	reader->iperf2.is_client = is_client;
	reader->iperf2.is_server = is_server;
}

/* iperf before 2.1 numbers flows by their descriptors, which come again. */
static int retire(struct log_reader *reader, const struct log_row *row,
                  struct err *err)
{
	struct log_iperf2 *state = &reader->iperf2;
	struct log_track *track = log_tracks_get(&state->flows, key_of(row));

	if (!track)
		return log_out_of_memory(err);
	if (!track->is_held)
		return 0;
	add_total(reader, LOG_BOTH, track, false);
	state->n_retired++;
	state->n_held--;
	track->is_held = false;
	track->n_lines = 0;
	return 0;
}

/* "[  3] local 127.0.0.1 port 40854 connected with ..." */
static int connected(struct log_reader *reader, struct span line,
                     struct err *err)
{
	struct log_iperf2 *state = &reader->iperf2;
	struct log_row row = { 0 };

	if (is_total(state, &state->sum) ||
	    (state->is_server && !state->is_client && all_are_done(state)))
		end_test(reader);
	reader->test.is_empty = false;
	if (log_span_has(line, " port 0 connected")) {
		state->n_unconnected++;
		return 0;
	}
	state->n_connected++;
	return log_row_tag(&line, &row) && !row.is_sum
	               ? retire(reader, &row, err)
	               : 0;
}

/* "..., TCP port 5001 with pid 349 (4 flows)" */
static uint64_t announced(struct span line)
{
	struct span word, before = line;
	uint64_t n = 0;

	while (span_word(&line, &word)) {
		if ((span_is(word, "flows)") || span_is(word, "flow)")) &&
		    *before.at == '(')
			(void)span_u64(
				(struct span){ before.at + 1, before.end }, &n);
		before = word;
	}
	return n;
}

static int head(struct log_reader *reader, struct span line, bool is_client,
                struct err *err)
{
	if (log_span_has(line, "UDP port"))
		return log_refuse_udp(err);
	if (reader->iperf2.sum.is_held || reader->iperf2.n_held)
		log_next_test(reader);
	if (!is_client) {
		reader->iperf2.is_server = true;
		return 0;
	}
	reader->iperf2.is_client = true;
	reader->iperf2.n_announced = announced(line);
	return 0;
}

/* "tcp write failed: Broken pipe"; of others, too, much is said to fail */
static bool is_error(struct span line)
{
	static const char *const calls[] = {
		"connect", "write",    "writen", "read",           "recv",
		"send",    "shutdown", "accept", "pthread_create", "socket",
	};
	struct span word, call = { line.at, line.at };
	bool has_failed = false;

	while (!has_failed && span_word(&line, &word)) {
		has_failed =
			span_is(word, "failed") || span_is(word, "failed:");
		if (!has_failed)
			call = word;
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (has_failed && span_is(call, calls[i]))
			return true;
	}
	return false;
}

static int read_line(struct log_reader *reader, struct span line,
                     struct err *err)
{
	struct log_row row = { 0 };

	if (log_row_parse(line, &row)) {
		if (row.is_sum && !row.start_us)
			reader->iperf2.n_summed = row.id;
		return log_iperf2_row(
			reader,
			&(struct log_iperf2_row){ .key = key_of(&row),
		                                  .is_sum = row.is_sum,
		                                  .is_back = row.is_back,
		                                  .start_us = row.start_us,
		                                  .end_us = row.end_us,
		                                  .bytes = row.bytes },
			err);
	}
	if (log_span_has(line, " connected with "))
		return connected(reader, line, err);
	if (log_span_has(line, "Client connecting to "))
		return head(reader, line, true, err);
	if (log_span_has(line, "Server listening on "))
		return head(reader, line, false, err);
	if (is_error(line)) {
		(void)log_row_tag(&line, &row);
		while (line.at < line.end && *line.at == ' ')
			line.at++;
		log_test_error(&reader->test, line, row.id);
	}
	return 0;
}

static bool is_mine(struct span line)
{
	struct log_row row;

	if (log_row_parse(line, &row))
		return !row.is_iperf3;
	return log_span_has(line, "Client connecting to ") ||
	       log_span_has(line, "Server listening on TCP port ") ||
	       log_span_has(line, "Server listening on UDP port ") ||
	       log_span_has(line, " connected with ") || is_error(line);
}

const struct log_format log_format_iperf2 = {
	.name = "iperf 2 text",
	.is_mine = is_mine,
	.line = read_line,
	.end = log_iperf2_end,
};
