// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * incident - see incident.h. Causes draw in the order of registry.c, those
 * with evidence of their own first; what is ambiguous is drawn with a minimum
 * of 0, so that others may claim it too.
 */
#include "rules/incident/incident.h"

#include <string.h>

#include "rules/incident/ledger.h"

const char *confidence_name(enum confidence confidence)
{
	static const char *const names[] = {
		[CONFIDENCE_POSSIBLE] = "possible",
		[CONFIDENCE_LIKELY] = "likely",
		[CONFIDENCE_CERTAIN] = "certain",
	};

	return names[confidence];
}

void incident_judge(const struct incident *incident,
                    struct count_range *ret_failed,
                    void (*emit)(void *to, const struct cause_found *found),
                    void *to)
{
	struct ledger ledger;

	ledger_open(&ledger, incident, emit, to);
	for (size_t i = 0; incident_rules[i]; i++)
		incident_rules[i]->judge(&ledger);
	*ret_failed = (struct count_range){
		most(ledger.failed.min, ledger.taken.min),
		most(ledger.failed.max, ledger.taken.min),
	};
}

static int descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

int cause_found_order(const void *a, const void *b)
{
	const struct cause_found *left = a;
	const struct cause_found *right = b;
	const int rest = !strcmp(left->cause->id, "unexplained") -
	                 !strcmp(right->cause->id, "unexplained");
	int order;

	if (rest)
		return rest;
	order = descending(left->min, right->min);
	if (!order)
		order = descending(left->max, right->max);
	if (!order)
		order = strcmp(left->cause->id, right->cause->id);
	return order ? order : strcmp(left->listener, right->listener);
}
