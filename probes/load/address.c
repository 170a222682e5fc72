// SPDX-License-Identifier: GPL-2.0-or-later
/* address - see address.h. */
#include "probes/load/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

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

void address_text(const union address *address,
                  char ret[static ADDRESS_TEXT_MAX])
{
	const bool is_in6 = address->any.sa_family == AF_INET6;
	size_t len;

	ret[0] = '\0';
	(void)inet_ntop(address->any.sa_family,
	                is_in6 ? (const void *)&address->in6.sin6_addr
	                       : (const void *)&address->in.sin_addr,
	                ret, ADDRESS_TEXT_MAX);
	len = strlen(ret);
	if (is_in6 && address->in6.sin6_scope_id)
		(void)snprintf(ret + len, ADDRESS_TEXT_MAX - len, "%%%u",
		               address->in6.sin6_scope_id);
}

socklen_t address_length(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->in6)
	                                          : sizeof(address->in);
}

uint32_t address_source(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return 0;
	return ntohl(address->in.sin_addr.s_addr) - INADDR_LOOPBACK;
}

bool address_is_loopback(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->in6.sin6_addr);
	return ntohl(address->in.sin_addr.s_addr) >> IN_CLASSA_NSHIFT ==
	       IN_LOOPBACKNET;
}

bool address_is_same(const union address *a, const union address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return IN6_ARE_ADDR_EQUAL(&a->in6.sin6_addr, &b->in6.sin6_addr);
	return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
}

static bool is_any(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&address->in6.sin6_addr);
	return address->in.sin_addr.s_addr == htonl(INADDR_ANY);
}

bool address_of_host(const union address *address)
{
	struct ifaddrs *all;
	bool found = false;

	if (address_is_loopback(address) || is_any(address))
		return true;
	if (getifaddrs(&all))
		return false;
	for (const struct ifaddrs *at = all; at && !found; at = at->ifa_next) {
		union address one = { 0 };

		if (!at->ifa_addr)
			continue;
		if (at->ifa_addr->sa_family == AF_INET)
			memcpy(&one, at->ifa_addr, sizeof(one.in));
		else if (at->ifa_addr->sa_family == AF_INET6)
			memcpy(&one, at->ifa_addr, sizeof(one.in6));
		found = address_is_same(&one, address);
	}
	freeifaddrs(all);
	return found;
}

void address_format(const union address *address, char *buf, size_t size)
{
	const bool is_in6 = address->any.sa_family == AF_INET6;
	char text[ADDRESS_TEXT_MAX];

	address_text(address, text);
	(void)snprintf(buf, size, is_in6 ? "[%s]:%u" : "%s:%u", text,
	               address_port(address));
}
