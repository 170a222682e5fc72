// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot_text - names and addresses in a snapshot, and what stands in for
 * them in one that was made anonymous.
 *
 * Loopback and wildcard addresses stay: whom a listener can be reached by is
 * part of what is judged, and they are everybody's. Stand-ins for others are
 * addresses too, of ranges that no host has: 240.0.0.0/4 (RFC 1112) and
 * 2001:db8::/32 (RFC 3849).
 */
#include "probes/snapshot_field.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- text -------------------------------------------------------------- */

json_t *snapshot_bytes(const char *bytes, size_t len)
{
	char *utf8 = malloc(2 * len + 1);
	size_t n = 0;
	json_t *string;

	if (!utf8)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		const uint8_t byte = (uint8_t)bytes[i];

		if (byte >= 0x80)
			utf8[n++] = (char)(0xc0 | byte >> 6);
		utf8[n++] = (char)(byte < 0x80 ? byte : 0x80 | (byte & 0x3f));
	}
	string = json_stringn_nocheck(utf8, n);
	free(utf8);
	return string;
}

/* The bytes of a string that snapshot_bytes() could have made. */
int snapshot_read_bytes(const json_t *value, char *dst, size_t size,
                        const struct snapshot_reader *reader)
{
	const char *from = json_string_value(value);
	size_t n = 0;

	if (!from)
		return snapshot_refuse_type(reader, value, "a string");
	for (; *from; from++) {
		uint8_t byte = (uint8_t)*from;

		if (byte > 0xc3)
			return snapshot_refuse(
				reader,
				"has a character beyond U+00FF, where each stands for a byte");
		if (byte >= 0x80)
			byte = (uint8_t)((byte & 3) << 6 | (*++from & 0x3f));
		if (n + 1 == size)
			return snapshot_refuse(
				reader, "is longer than %zu bytes", size - 1);
		dst[n++] = (char)byte;
	}
	memset(dst + n, 0, size - n);
	return 0;
}

static int text_write(const struct snapshot_field *field, const void *base,
                      json_t *object)
{
	const char *at = snapshot_member(field, base);

	return snapshot_put(object, field->key,
	                    snapshot_bytes(at, strnlen(at, field->size)));
}

static int text_read(const struct snapshot_field *field, const json_t *value,
                     void *base, struct snapshot_reader *reader)
{
	return snapshot_read_bytes(value, snapshot_member_to_set(field, base),
	                           field->size, reader);
}

/* --- stand-ins --------------------------------------------------------- */

static json_int_t next_number(struct snapshot_secrets *secrets,
                              const char *secret)
{
	return json_integer_value(json_object_get(secrets->counts, secret)) + 1;
}

/* The number of @name among those of its sort; 0: not enough memory. */
static json_int_t number_of(struct snapshot_secrets *secrets,
                            const char *secret, const char *name)
{
	char key[512];
	json_int_t number;

	(void)snprintf(key, sizeof(key), "%s %s", secret, name);
	number = json_integer_value(json_object_get(secrets->seen, key));
	if (number)
		return number;
	number = next_number(secrets, secret);
	/* A key may be any bytes: these objects never become a document. */
	if (json_object_set_new_nocheck(secrets->seen, key,
	                                json_integer(number)) ||
	    json_object_set_new(secrets->counts, secret, json_integer(number)))
		return 0;
	return number;
}

static int text_redact(const struct snapshot_field *field, void *base,
                       struct snapshot_secrets *secrets)
{
	char *at = snapshot_member_to_set(field, base);
	json_int_t number;

	if (!field->secret || !at[0])
		return 0;
	number = number_of(secrets, field->secret, at);
	if (!number)
		return -ENOMEM;
	memset(at, 0, field->size);
	(void)snprintf(at, field->size, "%s-%" JSON_INTEGER_FORMAT,
	               field->secret, number);
	return 0;
}

const struct snapshot_kind snapshot_text = { text_write, text_read,
	                                     text_redact };

/* --- addresses --------------------------------------------------------- */

struct address {
	int family;
	uint8_t *bytes; /* 16; IPv4 in the first four */
};

static struct address address_of(const struct snapshot_field *field, void *base)
{
	struct address address = {
		.bytes = snapshot_member_to_set(field, base),
	};

	memcpy(&address.family, (const char *)base + field->n_at,
	       sizeof(address.family));
	return address;
}

static int address_write(const struct snapshot_field *field, const void *base,
                         json_t *object)
{
	char text[INET6_ADDRSTRLEN];
	int family;

	memcpy(&family, (const char *)base + field->n_at, sizeof(family));
	if (!inet_ntop(family, snapshot_member(field, base), text,
	               sizeof(text)))
		return 0;
	return snapshot_put(object, field->key, json_string(text));
}

static int address_read(const struct snapshot_field *field, const json_t *value,
                        void *base, struct snapshot_reader *reader)
{
	const char *text = json_string_value(value);
	int family;

	if (!text)
		return snapshot_refuse_type(reader, value, "an address");
	family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, snapshot_member_to_set(field, base)) != 1)
		return snapshot_refuse(reader, "is not an address");
	memcpy((char *)base + field->n_at, &family, sizeof(family));
	return 0;
}

/* 0.0.0.0 and 127.0.0.0/8 */
static bool is_everybodys_ipv4(const uint8_t *bytes)
{
	static const uint8_t any[4];

	return bytes[0] == 127 || !memcmp(bytes, any, sizeof(any));
}

/* :: and ::1 */
static bool is_everybodys_ipv6(const uint8_t *bytes)
{
	static const uint8_t zero[15];

	return !memcmp(bytes, zero, sizeof(zero)) && bytes[15] <= 1;
}

static int redact_ipv4(uint8_t *bytes, struct snapshot_secrets *secrets)
{
	char text[INET_ADDRSTRLEN] = "";
	json_int_t number;

	if (is_everybodys_ipv4(bytes))
		return 0;
	(void)inet_ntop(AF_INET, bytes, text, sizeof(text));
	number = number_of(secrets, "ipv4", text);
	bytes[0] = (uint8_t)(240 | (number >> 24 & 0xf));
	bytes[1] = (uint8_t)(number >> 16);
	bytes[2] = (uint8_t)(number >> 8);
	bytes[3] = (uint8_t)number;
	return number ? 0 : -ENOMEM;
}

static int redact_ipv6(uint8_t *bytes, struct snapshot_secrets *secrets)
{
	static const uint8_t documentation[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	char text[INET6_ADDRSTRLEN] = "";
	json_int_t number;

	if (is_everybodys_ipv6(bytes))
		return 0;
	(void)inet_ntop(AF_INET6, bytes, text, sizeof(text));
	number = number_of(secrets, "ipv6", text);
	memcpy(bytes, documentation, sizeof(documentation));
	for (size_t i = 0; i < 4; i++)
		bytes[15 - i] = (uint8_t)(number >> 8 * i);
	return number ? 0 : -ENOMEM;
}

/* One of IPv4 has the same stand-in when it is written as IPv6. */
static int address_redact(const struct snapshot_field *field, void *base,
                          struct snapshot_secrets *secrets)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct address address = address_of(field, base);

	if (address.family == AF_INET)
		return redact_ipv4(address.bytes, secrets);
	if (address.family != AF_INET6)
		return 0;
	if (!memcmp(address.bytes, mapped, sizeof(mapped)))
		return redact_ipv4(address.bytes + sizeof(mapped), secrets);
	return redact_ipv6(address.bytes, secrets);
}

const struct snapshot_kind snapshot_address = { address_write, address_read,
	                                        address_redact };
