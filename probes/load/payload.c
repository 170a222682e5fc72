// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * payload - see payload.h.
 *
 * Verified bytes are not made for each write: there is one sequence without
 * order, and a flow's bytes are that sequence from some place on. So a chunk
 * is a pointer, for splice() as well, and to verify one is a memcmp(). Any
 * eight bytes are found once in the sequence: bytes of another flow, or of
 * another offset, differ at once. Flows whose numbers are half a million apart
 * have the same bytes.
 */
#include "probes/load/payload.h"

#include <stdlib.h>
#include <string.h>

/* A page's alignment: what is spliced takes as few pages as it can. */
#define ALIGNMENT 4096U

/* From one flow and way to the next: far, and coprime to the period. */
#define LANE_STEP_BYTES UINT64_C(648061)

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", 2014. */
static uint64_t word_of(uint64_t index)
{
	uint64_t z = (index + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void fill(unsigned char *bytes, size_t size)
{
	for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
		const uint64_t word = word_of(at / sizeof(word));

		(void)memcpy(bytes + at, &word, sizeof(word));
	}
}

bool payload_init(struct payload *payload, bool verified)
{
	const size_t period = verified ? PAYLOAD_PERIOD_BYTES : 0;
	const size_t size = period + PAYLOAD_MOST_BYTES;

	payload->verified = verified;
	payload->bytes = aligned_alloc(
		ALIGNMENT, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
	if (!payload->bytes)
		return false;
	/* what a stranger's server makes of it: one long word */
	(void)memset(payload->bytes, 'k', size);
	if (verified) {
		fill(payload->bytes, period);
		(void)memcpy(payload->bytes + period, payload->bytes,
		             PAYLOAD_MOST_BYTES);
	}
	return true;
}

void payload_done(struct payload *payload)
{
	free(payload->bytes);
	payload->bytes = NULL;
}

const void *payload_at(const struct payload *payload,
                       const struct payload_place *place)
{
	const uint64_t lane = place->flow * 2 + (place->way == LOAD_DOWN);
	const uint64_t begin = lane * LANE_STEP_BYTES % PAYLOAD_PERIOD_BYTES;

	if (!payload->verified)
		return payload->bytes;
	return payload->bytes + (begin + place->offset % PAYLOAD_PERIOD_BYTES) %
	                                PAYLOAD_PERIOD_BYTES;
}

bool payload_check(const struct payload *payload,
                   const struct payload_place *place, const void *seen,
                   size_t n, struct load_corruption *ret)
{
	const unsigned char *expected = payload_at(payload, place);
	const unsigned char *got = seen;
	size_t at = 0;

	if (!memcmp(expected, got, n))
		return true;
	while (expected[at] == got[at])
		at++;
	*ret = (struct load_corruption){
		.flow = place->flow,
		.way = place->way,
		.offset = place->offset + at,
	};
	for (; at < n && ret->n < LOAD_CORRUPTION_BYTES; at++, ret->n++) {
		ret->expected[ret->n] = expected[at];
		ret->seen[ret->n] = got[at];
	}
	return false;
}
