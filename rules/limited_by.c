// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * limited_by - see limited_by.h. A default that is only reported of a server
 * proves nothing: `application` is said by verified rows alone.
 */
#include "rules/limited_by.h"

#include "probes/facts.h"
#include "rules/servers.h"

const char *limited_by_name(enum limited_by limited_by)
{
	static const char *const names[] = {
		[LIMITED_BY_UNKNOWN] = NULL,
		[LIMITED_BY_CAP] = "cap",
		[LIMITED_BY_APPLICATION] = "application",
		[LIMITED_BY_APPLICATION_OR_EARLIER_CAP] =
			"application-or-earlier-cap",
		[LIMITED_BY_ABOVE_CAP] = "above-cap",
	};

	return names[limited_by];
}

enum limited_by limited_by(const struct listener *listener,
                           const struct sysctl_fact *somaxconn,
                           const struct server *server)
{
	const int64_t limit = listener->limit;

	if (somaxconn->state != FACT_KNOWN)
		return LIMITED_BY_UNKNOWN;
	if (limit == somaxconn->v[0])
		return LIMITED_BY_CAP;
	if (limit > somaxconn->v[0])
		return LIMITED_BY_ABOVE_CAP;
	if (server && server->verified && server->backlog_known &&
	    server->backlog == listener->limit)
		return LIMITED_BY_APPLICATION;
	return LIMITED_BY_APPLICATION_OR_EARLIER_CAP;
}
