// SPDX-License-Identifier: GPL-2.0-or-later
/* address - see address.h. */
#include "probes/load/address.h"

#include <arpa/inet.h>

socklen_t address_loopback(union address *ret, enum goal_family family,
                           uint32_t source)
{
	*ret = (union address){ 0 };
	if (family == FAMILY_IPV6) {
		ret->in6.sin6_family = AF_INET6;
		ret->in6.sin6_addr = in6addr_loopback;
		return sizeof(ret->in6);
	}
	ret->in.sin_family = AF_INET;
	ret->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source);
	return sizeof(ret->in);
}

void address_set_port(union address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET6)
		address->in6.sin6_port = htons(port);
	else
		address->in.sin_port = htons(port);
}

uint16_t address_port(const union address *address)
{
	return ntohs(address->any.sa_family == AF_INET6 ? address->in6.sin6_port
	                                                : address->in.sin_port);
}

uint32_t address_source(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return 0;
	return ntohl(address->in.sin_addr.s_addr) - INADDR_LOOPBACK;
}
