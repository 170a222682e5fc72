/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port_map - whose a connection is that was accepted: a flow by the source
 * address and port of its client. A column of all ports for each source; the
 * pages of those that are not used are never touched.
 */
#ifndef KILOFLOW_PROBES_LOAD_PORT_MAP_H
#define KILOFLOW_PROBES_LOAD_PORT_MAP_H

#include <stdint.h>
#include <stdlib.h>

#define PORT_MAP_PORTS 65536

struct port_map {
	uint32_t *index; /* + 1; 0: nobody's */
	uint64_t n_columns;
};

/** port_map_init - Return: NULL index when there is no memory */
static inline struct port_map port_map_init(uint64_t n_columns)
{
	return (struct port_map){
		.index = calloc(n_columns * PORT_MAP_PORTS, sizeof(uint32_t)),
		.n_columns = n_columns,
	};
}

static inline void port_map_done(struct port_map *map)
{
	free(map->index);
}

/**
 * port_map_at - where it is kept whose a port is
 * @source: a column is shared by those that differ by a multiple of n_columns
 */
static inline uint32_t *port_map_at(const struct port_map *map, uint64_t source,
                                    uint16_t port)
{
	return &map->index[source % map->n_columns * PORT_MAP_PORTS + port];
}

#endif
