// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reader - reads what came for an end of a flow, and compares it with what
 * the other end was to write, if that was asked for.
 */
#include "probes/load/engine.h"

struct payload_place engine_place(const struct engine *engine,
                                  const struct flow *flow, bool by_client,
                                  uint64_t offset)
{
	return (struct payload_place){
		.flow = (uint64_t)(flow - engine->flows),
		.way = by_client ? LOAD_UP : LOAD_DOWN,
		.offset = offset,
	};
}

void reader_note(struct load_corruption *first,
                 const struct load_corruption *found)
{
	if (found->n && (!first->n || found->flow < first->flow))
		*first = *found;
}

enum end_step reader_read(struct reader *reader, struct flow *flow,
                          struct end *end, uint64_t *ret_bytes, int *ret_code)
{
	const struct engine *engine = reader->engine;
	const struct payload_place place =
		engine_place(engine, flow, end == &flow->server, end->read);
	struct load_corruption found;
	enum end_step step;

	/* the rest of a corrupt one may be shifted: it tells nothing more */
	if (!engine->payload.verified || end->flags & END_CORRUPT)
		return end_read(end, reader->buf, reader->chunk, ret_bytes,
		                ret_code);
	step = end_read_once(end, reader->buf, reader->chunk, ret_bytes,
	                     ret_code);
	if (step == END_MOVED &&
	    !payload_check(&engine->payload, &place, reader->buf,
	                   (size_t)(end->read - place.offset), &found)) {
		end->flags |= END_CORRUPT;
		reader_note(&reader->first, &found);
	}
	return step;
}
