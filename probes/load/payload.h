/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * payload - what the flows carry.
 *
 * Unless it is to be verified, every write takes the same bytes, which stay
 * in the cache. Otherwise each flow and direction has bytes of its own, which
 * tell where they belong.
 */
#ifndef KILOFLOW_PROBES_LOAD_PAYLOAD_H
#define KILOFLOW_PROBES_LOAD_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/load/load_result.h"

/* Bytes that may be written or compared at a time. */
#define PAYLOAD_MOST_BYTES 262144U

/*
 * The bytes of a flow come round after so many. A prime, so that nothing that
 * a kernel counts by (segments, pages, windows) is a multiple of it.
 */
#define PAYLOAD_PERIOD_BYTES 1048573U

struct payload {
	unsigned char *bytes; /* nobody writes to them any more */
	bool verified;
};

/* A byte of a flow. */
struct payload_place {
	uint64_t flow; /* its index */
	enum load_direction way;
	uint64_t offset;
};

/** payload_init - Return: false when there is no memory. */
bool payload_init(struct payload *payload, bool verified);

void payload_done(struct payload *payload);

/**
 * payload_at - the PAYLOAD_MOST_BYTES bytes from @place on
 *
 * They are the same for as long as @payload is there: what the kernel has
 * not copied needs not be waited for.
 */
const void *payload_at(const struct payload *payload,
                       const struct payload_place *place);

/**
 * payload_check - are these the bytes that belong at @place?
 * @seen: @n bytes, up to PAYLOAD_MOST_BYTES
 * @ret: where they begin to differ, if they do
 */
bool payload_check(const struct payload *payload,
                   const struct payload_place *place, const void *seen,
                   size_t n, struct load_corruption *ret);

#endif
