// SPDX-License-Identifier: GPL-2.0-or-later
/* observed - see observed.h. */
#include "probes/observe/observed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/base/err.h"

/* ::ffff:0:0/96; a peer that is not known is :: in either case */
static bool unmap(const uint8_t from[static 16], uint8_t to[static 16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t none[16];

	if (memcmp(from, mapped, sizeof(mapped)) != 0)
		return !memcmp(from, none, sizeof(none));
	memcpy(to, from + sizeof(mapped), 4);
	return true;
}

void seen_tuple_unmap(struct seen_tuple *tuple)
{
	struct seen_tuple ipv4 = {
		.family = AF_INET,
		.sport = tuple->sport,
		.dport = tuple->dport,
	};
	static const uint8_t none[16];

	if (tuple->family != AF_INET6 || !memcmp(tuple->saddr, none, 16) ||
	    !unmap(tuple->saddr, ipv4.saddr) ||
	    !unmap(tuple->daddr, ipv4.daddr))
		return;
	*tuple = ipv4;
}

/* Addresses that ended sockets had; of more nothing is claimed. */
struct addresses {
	const struct seen_tuple *of[64];
	size_t n;
};

static bool has_address(const struct addresses *all, int family,
                        const uint8_t addr[static 16])
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->of[i]->family == family &&
		    !memcmp(all->of[i]->saddr, addr, 16))
			return true;
	}
	return false;
}

static void add_address(struct addresses *all, const struct seen_tuple *tuple)
{
	if (all->n < sizeof(all->of) / sizeof(all->of[0]) &&
	    !has_address(all, tuple->family, tuple->saddr))
		all->of[all->n++] = tuple;
}

static bool is_here(const struct addresses *all, const struct seen_tuple *tuple)
{
	static const uint8_t none[16];

	return (tuple->family == AF_INET && tuple->daddr[0] == 127) ||
	       !memcmp(tuple->daddr, none, sizeof(none)) ||
	       has_address(all, tuple->family, tuple->daddr);
}

bool observed_is_local(const struct observed *observed)
{
	struct addresses all = { .n = 0 };

	if (observed->ended.state != FACT_KNOWN || observed->ended.lost ||
	    !observed->n_ends)
		return false;
	for (size_t i = 0; i < observed->n_ends; i++)
		add_address(&all, &observed->ends[i].tuple);
	for (size_t i = 0; i < observed->n_ends; i++) {
		if (!is_here(&all, &observed->ends[i].tuple))
			return false;
	}
	return true;
}

/* ---- output ---- */

/* NULL: there is no room for one more code. */
static struct seen_error *error_of(struct observed *observed, const char *code)
{
	struct seen_error *error = observed->errors;
	const struct seen_error *end = error + observed->n_errors;

	while (error < end && strcmp(error->code, code) != 0)
		error++;
	if (error == observed->errors + OBSERVED_ERRORS_MAX)
		return NULL;
	observed->n_errors += error == end;
	(void)snprintf(error->code, sizeof(error->code), "%s", code);
	return error;
}

static uint64_t n_named(const struct observed *observed)
{
	uint64_t n = 0;

	for (size_t i = 0; i < observed->n_errors; i++)
		n += observed->errors[i].code[0] ? observed->errors[i].count
		                                 : 0;
	return n;
}

/*
 * A flow that failed may be in both streams, with an errno in one and without
 * its total in the other: it is not counted twice.
 */
static void add_failed(struct observed *observed,
                       const struct log_failed *failed)
{
	struct seen_error *error;

	for (size_t i = 0; i < failed->n_codes; i++) {
		const struct log_errno *told = &failed->codes[i];

		error = error_of(observed, err_name(told->code));
		if (error && told->n_flows > error->count)
			error->count = told->n_flows;
	}
	if (failed->n_flows > observed->n_failed)
		observed->n_failed = failed->n_flows;
	if (n_named(observed) > observed->n_failed)
		observed->n_failed = n_named(observed);
	error = error_of(observed, "");
	if (error)
		error->count = observed->n_failed - n_named(observed);
}

static void say_unread(struct seen_part *part, int rc)
{
	const bool is_cut = rc == -ETIMEDOUT || rc == -EPIPE;

	if (part->state == FACT_KNOWN || part->state == FACT_BROKEN)
		return;
	part->state = is_cut || rc == -ENOMEM ? FACT_BROKEN : FACT_ABSENT;
	(void)snprintf(part->why, sizeof(part->why), "%s",
	               rc == -ETIMEDOUT ? "who reads it did not take it in time"
	               : rc == -EPIPE   ? "it could not be copied to its end"
	               : rc == -ENOMEM  ? "out of memory"
	                                : "it is no log that is understood");
}

void observed_add_output(struct observed *observed, int rc,
                         const struct log_sum *sum)
{
	if (!rc && !observed->log)
		observed->log = malloc(sizeof(*observed->log));
	if (!rc && !observed->log)
		rc = -ENOMEM;
	if (rc) {
		say_unread(&observed->output, rc);
		return;
	}
	if (observed->output.state != FACT_KNOWN)
		*observed->log = *sum;
	observed->output.state = FACT_KNOWN;
	observed->output.why[0] = '\0';
	add_failed(observed, &sum->failed_in_all);
}

struct observed *observed_new(void)
{
	return calloc(1, sizeof(struct observed));
}

void observed_free(struct observed *observed)
{
	if (!observed)
		return;
	for (size_t i = 0; i < observed->n_listeners; i++)
		free(observed->listeners[i].first.owners);
	free(observed->listeners);
	free(observed->ends);
	free(observed->resets);
	free(observed->listens);
	free(observed->synacks);
	free(observed->log);
	free(observed);
}
