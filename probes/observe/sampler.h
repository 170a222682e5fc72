/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sampler - looks at the listeners of a network namespace, as often as
 * wanted: LISTEN rows only, some 0.1 ms each.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_SAMPLER_H
#define KILOFLOW_PROBES_OBSERVE_SAMPLER_H

#include <stdint.h>

#include "probes/diag.h"

struct err;
struct sightings;

struct sampler {
	struct diag diag;
	uint64_t netns_inode;
};

/** sampler_open - of the calling thread's namespace. Return: as diag_open() */
int sampler_open(struct sampler *sampler, uint64_t netns_inode,
                 struct err *err);

/** sampler_close - no-op on a closed one */
void sampler_close(struct sampler *sampler);

/**
 * sampler_look - one look; @now_ns is its time
 * @begun_ns: of the first look
 *
 * Return: 0; as diag_dump(), and then nothing is taken to be gone.
 */
int sampler_look(struct sampler *sampler, struct sightings *table,
                 uint64_t now_ns, uint64_t begun_ns, struct err *err);

/**
 * sampler_count_syn - count the half-open connections of each listener that
 * is there
 *
 * It takes a walk through all connections: for now and then.
 *
 * Return: 0 or -ENOMEM.
 */
int sampler_count_syn(struct sampler *sampler, struct sightings *table);

#endif
