// SPDX-License-Identifier: GPL-2.0-or-later
/* endpoint - see endpoint.h. An IPv6 address stands in brackets, for it has
 * colons of its own. */
#include "checker/cli/endpoint.h"

#include <errno.h>
#include <string.h>

#include "probes/base/num.h"

/* Where the port begins, and the host between; NULL: it makes no sense. */
static const char *split(const char *text, const char **ret_host,
                         size_t *ret_len)
{
	const char *end;

	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || end[1] != ':')
			return NULL;
		*ret_host = text + 1;
		*ret_len = (size_t)(end - text - 1);
		return end + 2;
	}
	end = strchr(text, ':');
	if (!end || strchr(end + 1, ':'))
		return NULL;
	*ret_host = text;
	*ret_len = (size_t)(end - text);
	return end + 1;
}

int endpoint_parse(const char *text, struct endpoint *ret)
{
	const char *host;
	uint64_t number;
	size_t len;
	const char *port = split(text, &host, &len);

	if (!port || !len || len >= sizeof(ret->host))
		return -EINVAL;
	if (num_parse_u64(port, NUM_COUNT, &number))
		return -EINVAL;
	if (number < 1 || number > UINT16_MAX)
		return -ERANGE;
	(void)memcpy(ret->host, host, len);
	ret->host[len] = '\0';
	ret->port = (uint16_t)number;
	return 0;
}
