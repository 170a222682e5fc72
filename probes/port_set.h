/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port_set - a set of TCP ports, and the list form of it that the kernel
 * writes ("1-5,8"). Pure.
 */
#ifndef KILOFLOW_PROBES_PORT_SET_H
#define KILOFLOW_PROBES_PORT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PORT_MAX 65535U

/* The longest list, "1-2,4-5,...,65533-65534", has 254736 bytes. */
#define PORT_LIST_BYTES (256U * 1024U)

struct port_set {
	uint64_t word[(PORT_MAX + 1) / 64];
};

static inline bool port_set_has(const struct port_set *set, uint16_t port)
{
	return set->word[port / 64] >> (port % 64) & 1;
}

static inline void port_set_add(struct port_set *set, uint16_t port)
{
	set->word[port / 64] |= UINT64_C(1) << (port % 64);
}

static inline void port_set_remove(struct port_set *set, uint16_t port)
{
	set->word[port / 64] &= ~(UINT64_C(1) << (port % 64));
}

/** port_set_count - how many ports are in @set */
uint32_t port_set_count(const struct port_set *set);

/**
 * port_set_parse - parse a list as kernel/sysctl.c:proc_do_large_bitmap()
 * writes it: ports and ranges, separated by commas; one newline may end it
 * @bytes: @len bytes, of which none or only a newline is the empty set
 * @ret: on failure what was understood up to there
 *
 * Return: 0, or -EINVAL.
 */
int port_set_parse(const char *bytes, size_t len, struct port_set *ret);

#endif
