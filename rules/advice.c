// SPDX-License-Identifier: GPL-2.0-or-later
/* advice - see advice.h. */
#include "rules/advice.h"

#include <string.h>

#include "probes/facts.h"
#include "rules/rule.h"
#include "rules/unknown.h"

bool advice_knows(const struct rule *self, const struct rule_input *in,
                  enum sysctl_id id)
{
	const struct rule_need need = NEED_SYSCTL(id);

	return host_sysctl(in->host, in->ns, id)->state != FACT_ABSENT &&
	       rule_knows(self, in, &need);
}

bool advice_has_word(const char *list, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = list; at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (!strncmp(at, word, len) && (!at[len] || at[len] == ' '))
			return true;
	}
	return false;
}
