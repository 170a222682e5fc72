// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * assume - the host as it would be.
 *
 * What the kernel computes from what is set follows too: the local ports that
 * are free. A port that a wider range brings is taken to be free, one that is
 * reserved to have been.
 */
#include "checker/fix/assume.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/plan.h"
#include "probes/base/span.h"
#include "probes/facts.h"
#include "probes/port_set.h"
#include "probes/sysctl_value.h"
#include "rules/saturate.h"

/* ---- sysctls ---- */

/* Ports of the range that are not reserved; of a list that is cut all count. */
static uint64_t usable_ports(const struct netns_facts *ns)
{
	const struct sysctl_fact *range = &ns->sysctl[SYSCTL_PORT_RANGE];
	const struct sysctl_fact *reserved = &ns->sysctl[SYSCTL_RESERVED_PORTS];
	const uint64_t all = (uint64_t)(range->v[1] - range->v[0] + 1);
	uint64_t inside = 0;
	struct port_set set;

	if (reserved->state != FACT_KNOWN)
		return all;
	if (port_set_parse(reserved->text, strlen(reserved->text), &set))
		return saturate_sub(all, saturate_sysctl(reserved, 0));
	for (int64_t port = range->v[0]; port <= range->v[1]; port++)
		inside += port_set_has(&set, (uint16_t)port);
	return all - inside;
}

static void move(struct fact_u64 *fact, uint64_t before, uint64_t after)
{
	if (fact->state == FACT_KNOWN)
		fact->value = saturate_sub(fact->value + after, before);
}

static void set_sysctl(struct sysctl_fact *fact, enum sysctl_id id,
                       const char *text)
{
	struct sysctl_value value = { 0 };

	if (!sysctl_value_write(sysctl_desc(id), span_of(text, strlen(text)),
	                        &value))
		return;
	*fact = (struct sysctl_fact){ .state = FACT_KNOWN };
	memcpy(fact->v, value.v, sizeof(fact->v));
	if (!sysctl_numbers(sysctl_desc(id)->type))
		(void)snprintf(fact->text, sizeof(fact->text), "%s", text);
}

static void assume_netns_sysctl(struct netns_facts *ns, enum sysctl_id id,
                                const char *text)
{
	const bool of_ports =
		(id == SYSCTL_PORT_RANGE || id == SYSCTL_RESERVED_PORTS) &&
		ns->sysctl[SYSCTL_PORT_RANGE].state == FACT_KNOWN;
	const uint64_t before = of_ports ? usable_ports(ns) : 0;

	set_sysctl(&ns->sysctl[id], id, text);
	if (!of_ports)
		return;
	move(&ns->ports.usable, before, usable_ports(ns));
	move(&ns->ports.free, before, usable_ports(ns));
}

static void assume_sysctl(struct host *host, const struct fix_step *step)
{
	const enum sysctl_id id = sysctl_by_key(step->key);

	if (id == SYSCTL_COUNT)
		return;
	if (sysctl_desc(id)->scope != SYSCTL_SCOPE_NETNS) {
		set_sysctl(&host->sysctl[id], id, step->to);
		return;
	}
	for (size_t i = 0; i < host->n_ns; i++) {
		if (host->ns[i].inode == step->place.inode)
			assume_netns_sysctl(&host->ns[i], id, step->to);
	}
}

/* ---- processes and listeners ---- */

static struct fact_u64 limit_fact(const char *text)
{
	return fact_known(!strncmp(text, "unlimited", strlen("unlimited"))
	                          ? UINT64_MAX
	                          : strtoull(text, NULL, 10));
}

/* "SOFT HARD" */
static void assume_prlimit(struct host *host, const struct fix_step *step)
{
	const char *hard = strchr(step->to, ' ');

	for (size_t i = 0; hard && i < host->n_ns; i++) {
		const struct servers_facts *servers = &host->ns[i].servers;

		for (size_t k = 0; k < servers->n; k++) {
			struct proc_limits_facts *process = &servers->list[k];

			if (process->pid != step->process.pid)
				continue;
			process->nofile_soft = limit_fact(step->to);
			process->nofile_hard = limit_fact(hard + 1);
		}
	}
}

static void assume_relisten(struct host *host, const struct fix_step *step)
{
	for (size_t i = 0; i < host->n_ns; i++) {
		const struct netns_facts *ns = &host->ns[i];

		if (ns->inode != step->place.inode)
			continue;
		for (size_t k = 0; k < ns->n_listeners; k++) {
			struct listener *listener = &ns->listeners[k];

			if (listener->inode == step->socket.inode &&
			    listener->cookie == step->socket.cookie)
				listener->limit =
					(uint32_t)strtoul(step->to, NULL, 10);
		}
	}
}

void fix_assume(struct host *host, const struct fix_steps *steps)
{
	static void (*const assume[FIX_KIND_COUNT])(struct host *,
	                                            const struct fix_step *) = {
		[FIX_SYSCTL] = assume_sysctl,
		[FIX_PRLIMIT] = assume_prlimit,
		[FIX_RELISTEN] = assume_relisten,
	};

	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];

		if (!step->skipped[0] && assume[step->kind])
			assume[step->kind](host, step);
	}
}

/* ---- a copy ---- */

/* NULL: there is none, or no memory. */
static void *copy_array(const void *array, size_t n, size_t item_bytes)
{
	void *copy = n ? reallocarray(NULL, n, item_bytes) : NULL;

	if (copy)
		memcpy(copy, array, n * item_bytes);
	return copy;
}

/* Return: false when there is no memory for all of it. */
static bool copy_netns(const struct netns_facts *ns, struct netns_facts *ret)
{
	*ret = *ns;
	ret->listeners = copy_array(ns->listeners, ns->n_listeners,
	                            sizeof(*ns->listeners));
	ret->servers.list = copy_array(ns->servers.list, ns->servers.n,
	                               sizeof(*ns->servers.list));
	return (ret->listeners || !ns->n_listeners) &&
	       (ret->servers.list || !ns->servers.n);
}

struct host *assume_copy(const struct host *host)
{
	struct host *copy = host_new(host->n_ns);
	bool whole = true;
	struct netns_facts *ns;

	if (!copy)
		return NULL;
	ns = copy->ns;
	*copy = *host;
	copy->ns = ns;
	copy->drift = NULL;
	for (size_t i = 0; i < host->n_ns; i++)
		whole = copy_netns(&host->ns[i], &ns[i]) && whole;
	if (whole)
		return copy;
	assume_free(copy);
	return NULL;
}

void assume_free(struct host *copy)
{
	for (size_t i = 0; copy && i < copy->n_ns; i++) {
		free(copy->ns[i].listeners);
		free(copy->ns[i].servers.list);
	}
	if (copy)
		free(copy->ns);
	free(copy);
}
