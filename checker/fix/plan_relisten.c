// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan_relisten - steps that give running listeners a longer queue; see
 * planning.h.
 *
 * One finding speaks for all alike members of a SO_REUSEPORT group; each of
 * them that is short has a step, as each has a queue. listen() cuts what it is
 * asked for to the namespace's net.core.somaxconn, so that comes first; where
 * it holds the burst, though it is below what the remedy rounds up to, it is
 * left alone, and the listener gets as much as it is.
 */
#include "checker/fix/planning.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/facts.h"
#include "rules/listener.h"
#include "rules/saturate.h"
#include "rules/servers.h"

static const struct owner *owner_of(const struct listener *listener, pid_t pid)
{
	for (size_t i = 0; i < listener->n_owners; i++) {
		if (!pid || listener->owners[i].pid == pid)
			return &listener->owners[i];
	}
	return NULL;
}

/* "a restart sets it back, a reload may; HAProxy's backlog makes it last" */
static void say_lasts(const struct server *server, uint64_t to, char *buf,
                      size_t size)
{
	char part[128];

	(void)snprintf(buf, size, "a restart sets it back");
	if (!server) {
		(void)snprintf(
			part, sizeof(part),
			"to last, the program itself has to ask listen() for %" PRIu64,
			to);
	} else if (!server->directive[0]) {
		(void)snprintf(part, sizeof(part),
		               "%s has no setting for it (%s)", server->name,
		               server->apply);
	} else {
		if (strncmp(server->apply, "restart", strlen("restart")) != 0)
			(void)snprintf(buf, size,
			               "a restart sets it back, a %s may",
			               server->apply);
		(void)snprintf(part, sizeof(part), "%s%s's %s makes it last",
		               server->verified ? "" : "reported: ",
		               server->name, server->directive);
	}
	text_join(buf, size, "; ", part);
}

static void describe(const struct planning *planning,
                     const struct finding *finding,
                     const struct listener *listener, struct planned *ret)
{
	const struct owner *owner = owner_of(listener, planning->wish->pid);
	struct fix_step *step = &ret->step;

	*ret = (struct planned){
		.step = {
			.kind = FIX_RELISTEN,
			.socket = {
				.family = listener->family,
				.port = listener->port,
				.inode = listener->inode,
				.cookie = listener->cookie,
				.fd = owner ? owner->fd : -1,
			},
			.live = true,
			.risk = "a long queue hides a slow accept()",
		},
	};
	planning_place(finding->ns, &step->place);
	if (owner) {
		step->process.pid = owner->pid;
		memcpy(step->process.comm, owner->comm,
		       sizeof(step->process.comm));
	}
	listener_subject(listener, step->key, sizeof(step->key));
	(void)snprintf(ret->from, sizeof(ret->from), "%u", listener->limit);
	(void)snprintf(ret->to, sizeof(ret->to), "%s", finding->remedy.to);
}

/* Return: false when it cannot be taken from anybody, and that was said. */
static bool is_held(struct planning *planning, const struct listener *listener,
                    const struct planned *planned,
                    const struct finding *finding)
{
	if (listener->n_owners)
		return true;
	if (listener->owners_state == OWNERS_KNOWN)
		planning_skip(
			planning, planned, finding,
			"no process that can be seen holds it: restart its server with a longer backlog");
	else
		planning_skip(
			planning, planned, finding,
			"which process holds it could not be seen: run kiloflow as root");
	return false;
}

/*
 * What net.core.somaxconn will be, raised if it does not hold the burst.
 *
 * Return: 0 when it will not hold it, and that was said.
 */
static uint64_t cap_of(struct planning *planning, const struct planned *planned,
                       const struct finding *finding)
{
	const struct sysctl_fact *now = &finding->ns->sysctl[SYSCTL_SOMAXCONN];
	const uint64_t least = saturate_sub(finding->needed.value, 1);
	struct fact_u64 cap;

	if (now->state == FACT_KNOWN && saturate_sysctl(now, 0) < least)
		plan_raise(planning, SYSCTL_SOMAXCONN, finding->ns,
		           strtoull(finding->remedy.to, NULL, 10), finding);
	cap = plan_number(planning, SYSCTL_SOMAXCONN, finding->ns);
	if (cap.state == FACT_KNOWN && cap.value >= least)
		return cap.value;
	if (cap.state == FACT_KNOWN)
		planning_skip(planning, planned, finding,
		              "net.core.somaxconn would cut it to %" PRIu64,
		              cap.value);
	else
		planning_skip(
			planning, planned, finding,
			"net.core.somaxconn, which caps it, is unknown (%s)",
			fact_state_name(cap.state));
	return 0;
}

static void plan_listener(struct planning *planning,
                          const struct listener *listener,
                          const struct finding *finding)
{
	const uint64_t asked = strtoull(finding->remedy.to, NULL, 10);
	struct planned planned;
	struct planned *made;
	uint64_t cap;
	uint64_t to;

	describe(planning, finding, listener, &planned);
	made = planning_find(planning, &planned.step);
	if (made) {
		planning_answer(made, finding);
		return;
	}
	if (!is_held(planning, listener, &planned, finding))
		return;
	cap = cap_of(planning, &planned, finding);
	if (!cap)
		return;
	to = asked < cap ? asked : cap;
	(void)snprintf(planned.to, sizeof(planned.to), "%" PRIu64, to);
	say_lasts(server_of(listener), to, planned.step.lasts,
	          sizeof(planned.step.lasts));
	(void)planning_add(planning, &planned, finding);
}

void plan_relisten(struct planning *planning, const struct finding *finding)
{
	const struct netns_facts *ns = finding->ns;
	const pid_t only = planning->wish->pid;

	for (size_t i = 0; ns && finding->listener && i < ns->n_listeners;
	     i++) {
		const struct listener *listener = &ns->listeners[i];

		if (!listener_same_group(finding->listener, listener) ||
		    listener_capacity(listener) >= finding->needed.value)
			continue;
		if (!only || owner_of(listener, only))
			plan_listener(planning, listener, finding);
	}
}
