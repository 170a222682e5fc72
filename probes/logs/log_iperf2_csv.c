// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_iperf2_csv - what iperf 2 writes with -y C: a line is date, address,
 * port, address, port, flow, interval, bytes, bits per second. Of UDP it has
 * five fields more. The sum is flow -1; a flow that was not there before it is
 * of the next test.
 */
#include "probes/logs/log_reader.h"

#include <string.h>

#define FIELDS 9
#define FIELDS_UDP 14

/* One field more than is known is enough to see that there are more. */
struct fields {
	struct span list[FIELDS_UDP + 1];
	size_t n;
};

enum field { DATE, LOCAL, LOCAL_PORT, REMOTE, REMOTE_PORT, FLOW, TIMES, BYTES };

static void split(struct span line, struct fields *ret)
{
	ret->n = 0;
	while (ret->n < FIELDS_UDP + 1) {
		const char *comma =
			memchr(line.at, ',', (size_t)(line.end - line.at));

		ret->list[ret->n++] =
			(struct span){ line.at, comma ? comma : line.end };
		if (!comma)
			return;
		line.at = comma + 1;
	}
}

static bool parse_times(struct span text, struct log_iperf2_row *ret)
{
	const char *dash = memchr(text.at, '-', (size_t)(text.end - text.at));

	return dash &&
	       !log_time_us((struct span){ text.at, dash }, &ret->start_us) &&
	       !log_time_us((struct span){ dash + 1, text.end }, &ret->end_us);
}

static bool parse(const struct fields *fields, struct log_iperf2_row *ret,
                  uint64_t ret_ports[static 2])
{
	const struct span *list = fields->list;
	uint64_t date, bytes, flow = 0;

	*ret = (struct log_iperf2_row){ 0 };
	if (fields->n != FIELDS && fields->n != FIELDS_UDP)
		return false;
	ret->is_sum = span_is(list[FLOW], "-1");
	if (list[DATE].end - list[DATE].at < 14 ||
	    span_u64((struct span){ list[DATE].at, list[DATE].at + 14 },
	             &date) ||
	    span_u64(list[LOCAL_PORT], &ret_ports[0]) ||
	    span_u64(list[REMOTE_PORT], &ret_ports[1]) ||
	    (!ret->is_sum && span_u64(list[FLOW], &flow)) ||
	    !parse_times(list[TIMES], ret) || span_u64(list[BYTES], &bytes))
		return false;
	ret->key = ret_ports[0] << 48 ^ ret_ports[1] << 32 ^ flow;
	ret->bytes = log_bytes_exact(bytes);
	return true;
}

/* Clients are where the port is the greater one. */
static int read_line(struct log_reader *reader, struct span line,
                     struct err *err)
{
	struct log_iperf2 *state = &reader->iperf2;
	struct log_iperf2_row row;
	struct fields fields;
	uint64_t ports[2];

	split(line, &fields);
	if (!parse(&fields, &row, ports))
		return 0;
	if (fields.n == FIELDS_UDP)
		return log_refuse_udp(err);
	if (!row.is_sum && state->sum.is_held &&
	    !log_tracks_has(&state->flows, row.key))
		log_next_test(reader);
	if (!row.is_sum) {
		state->is_client |= ports[0] > ports[1];
		state->is_server |= ports[0] < ports[1];
	}
	return log_iperf2_row(reader, &row, err);
}

static bool is_mine(struct span line)
{
	struct log_iperf2_row row;
	struct fields fields;
	uint64_t ports[2];

	split(line, &fields);
	return parse(&fields, &row, ports);
}

const struct log_format log_format_iperf2_csv = {
	.name = "iperf 2 CSV",
	.is_mine = is_mine,
	.line = read_line,
	.end = log_iperf2_end,
};
