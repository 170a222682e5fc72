// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * match - see match.h.
 *
 * What an end still knows depends on what it was. One whose port was bound, or
 * that a listener made, has all four; one that connected has given its own
 * port back (net/ipv4/tcp.c:tcp_set_state()); an attempt that failed knows
 * neither, but has its cookie, which the event of the reset that it received
 * has too. So a reset is ours as well when an end of ours received it.
 */
#include "probes/observe/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/observe/observed.h"

struct known {
	struct seen_tuple *tuples; /* of ends, and what our ends received */
	size_t n_tuples;
	uint64_t *cookies;
	size_t n_cookies;
	bool port[65536]; /* listened on */
};

/* It has no padding. */
static int compare_tuples(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct seen_tuple));
}

static int compare_cookies(const void *left, const void *right)
{
	uint64_t a, b;

	memcpy(&a, left, sizeof(a));
	memcpy(&b, right, sizeof(b));
	return (a > b) - (a < b);
}

static bool knows(const struct known *known, const struct seen_tuple *tuple)
{
	return known->n_tuples && bsearch(tuple, known->tuples, known->n_tuples,
	                                  sizeof(*tuple), compare_tuples);
}

static bool knows_cookie(const struct known *known, uint64_t cookie)
{
	return cookie && known->n_cookies &&
	       bsearch(&cookie, known->cookies, known->n_cookies,
	               sizeof(cookie), compare_cookies);
}

static struct seen_tuple reverse(const struct seen_tuple *tuple)
{
	struct seen_tuple back = {
		.family = tuple->family,
		.sport = tuple->dport,
		.dport = tuple->sport,
	};

	memcpy(back.saddr, tuple->daddr, sizeof(back.saddr));
	memcpy(back.daddr, tuple->saddr, sizeof(back.daddr));
	return back;
}

static bool knows_portless(const struct known *known, struct seen_tuple tuple)
{
	tuple.sport = 0;
	return tuple.dport && knows(known, &tuple);
}

static enum seen_match match(const struct known *known,
                             const struct seen_reset *reset)
{
	const struct seen_tuple *tuple = &reset->tuple;
	const struct seen_tuple back = reverse(tuple);

	if (knows(known, tuple))
		return SEEN_OWN;
	if (knows(known, &back))
		return SEEN_PEER;
	if (known->port[tuple->sport] || known->port[tuple->dport] ||
	    knows_portless(known, *tuple) || knows_portless(known, back) ||
	    knows_cookie(known, reset->cookie))
		return SEEN_HERE;
	return SEEN_NOWHERE;
}

static int learn(struct known *known, const struct observed *seen)
{
	known->tuples =
		calloc(seen->n_ends + seen->n_resets, sizeof(*known->tuples));
	known->cookies = calloc(seen->n_ends, sizeof(*known->cookies));
	if (!known->tuples || (seen->n_ends && !known->cookies))
		return -ENOMEM;
	for (size_t i = 0; i < seen->n_listeners; i++)
		known->port[seen->listeners[i].first.port] = true;
	for (size_t i = 0; i < seen->n_ends; i++) {
		known->cookies[known->n_cookies++] = seen->ends[i].cookie;
		if (seen->ends[i].tuple.dport)
			known->tuples[known->n_tuples++] = seen->ends[i].tuple;
	}
	qsort(known->tuples, known->n_tuples, sizeof(*known->tuples),
	      compare_tuples);
	if (known->n_cookies)
		qsort(known->cookies, known->n_cookies, sizeof(*known->cookies),
		      compare_cookies);
	return 0;
}

/* From whom: only attempts that failed are left. */
static void learn_received(struct known *known, const struct observed *seen)
{
	const size_t before = known->n_tuples;

	for (size_t i = 0; i < seen->n_resets; i++) {
		const struct seen_reset *reset = &seen->resets[i];

		if (reset->received && reset->match == SEEN_HERE)
			known->tuples[known->n_tuples++] = reset->tuple;
	}
	if (known->n_tuples > before)
		qsort(known->tuples, known->n_tuples, sizeof(*known->tuples),
		      compare_tuples);
}

static int match_with(struct known *known, struct observed *seen)
{
	const int rc = learn(known, seen);

	if (rc)
		return rc;
	for (size_t i = 0; i < seen->n_resets; i++)
		seen->resets[i].match = match(known, &seen->resets[i]);
	learn_received(known, seen);
	for (size_t i = 0; i < seen->n_resets; i++) {
		struct seen_reset *reset = &seen->resets[i];
		const struct seen_tuple back = reverse(&reset->tuple);

		if (!reset->received && reset->match == SEEN_NOWHERE &&
		    knows(known, &back))
			reset->match = SEEN_HERE;
	}
	return 0;
}

int match_resets(struct observed *seen)
{
	struct known *known;
	int rc;

	if (!seen->n_resets)
		return 0;
	known = calloc(1, sizeof(*known));
	if (!known)
		return -ENOMEM;
	rc = match_with(known, seen);
	free(known->tuples);
	free(known->cookies);
	free(known);
	return rc;
}
