/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address - loopback addresses of either family.
 *
 * Of IPv4 there are many: source n is 127.0.0.1 + n. IPv6 has one.
 */
#ifndef KILOFLOW_PROBES_LOAD_ADDRESS_H
#define KILOFLOW_PROBES_LOAD_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "probes/goal.h"

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/** address_loopback - source @source, without a port; Return: its length */
socklen_t address_loopback(union address *ret, enum goal_family family,
                           uint32_t source);

void address_set_port(union address *address, uint16_t port);

/** address_port - in host byte order */
uint16_t address_port(const union address *address);

/* Longest text of an address, its scope and NUL included. */
#define ADDRESS_TEXT_MAX 64

/** address_text - "127.0.0.1", "::1", "fe80::1%2" */
void address_text(const union address *address,
                  char ret[static ADDRESS_TEXT_MAX]);

/** address_format - "127.0.0.1:80", "[::1]:80"; ADDRESS_TEXT_MAX + 8 bytes are
 * enough */
void address_format(const union address *address, char *buf, size_t size);

/** address_is_loopback - of 127/8, or ::1 */
bool address_is_loopback(const union address *address);

/** address_is_same - without the port */
bool address_is_same(const union address *a, const union address *b);

/**
 * address_of_host - is it one that the calling thread's namespace has?
 *
 * One that means "any" is: to connect to it leads to loopback.
 */
bool address_of_host(const union address *address);

/** address_length - of the kind that it is */
socklen_t address_length(const union address *address);

/** address_source - which source a loopback address is */
uint32_t address_source(const union address *address);

#endif
