// SPDX-License-Identifier: GPL-2.0-or-later
/* peer - see peer.h. */
#include "checker/report/peer.h"

#include <string.h>

const char *peer_text(const json_t *finding, const char *key)
{
	const char *text = json_string_value(json_object_get(finding, key));

	return text ? text : "";
}

unsigned int peer_verdict(const json_t *finding)
{
	const char *name = peer_text(finding, "verdict");
	unsigned int verdict = 0;

	while (verdict < PEER_VERDICTS &&
	       strcmp(name, verdict_name((enum verdict)verdict)) != 0)
		verdict++;
	return verdict;
}
