// SPDX-License-Identifier: GPL-2.0-or-later
/* endpoint - see endpoint.h. An IPv6 address stands in brackets, for it has
 * colons of its own. */
#include "checker/cli/endpoint.h"

#include <errno.h>
#include <string.h>

#include "probes/base/num.h"

/* The host, and where the port begins: "" if it has none; NULL: it makes no
 * sense. */
static const char *split(const char *text, const char **ret_host,
                         size_t *ret_len)
{
	const char *end;

	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return NULL;
		*ret_host = text + 1;
		*ret_len = (size_t)(end - text - 1);
		return end + 1;
	}
	end = strchr(text, ':');
	if (!end || strchr(end + 1, ':'))
		end = text + strlen(text);
	*ret_host = text;
	*ret_len = (size_t)(end - text);
	return end;
}

int endpoint_parse(const char *text, uint16_t port, struct endpoint *ret)
{
	const char *host;
	uint64_t number = port;
	size_t len;
	const char *tail = split(text, &host, &len);

	if (!tail || !len || len >= sizeof(ret->host))
		return -EINVAL;
	if (*tail ? num_parse_u64(tail + 1, NUM_COUNT, &number) : !port)
		return -EINVAL;
	if (number < 1 || number > UINT16_MAX)
		return -ERANGE;
	(void)memcpy(ret->host, host, len);
	ret->host[len] = '\0';
	ret->port = (uint16_t)number;
	return 0;
}
