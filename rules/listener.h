/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listener - what several rules ask of a listener. Pure.
 */
#ifndef KILOFLOW_RULES_LISTENER_H
#define KILOFLOW_RULES_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/goal.h"

struct listener;
struct netns_facts;

/** process_name - "iperf[4242]", safe to show
 * @comm: as struct owner has it
 * @pid: 0 when it is not known: "iperf"
 */
void process_name(const char comm[static 16], pid_t pid, char *buf,
                  size_t size);

/**
 * listener_subject - "0.0.0.0:5001 iperf[4242] +2": address, first owner,
 * and how many owners more. Safe to show: the name is escaped.
 * @size: sizeof(finding.subject) is enough
 */
void listener_subject(const struct listener *listener, char *buf, size_t size);

/** listener_serves - it takes connections over @family: a socket bound to ::
 * takes IPv4 too, unless it was told not to (IPV6_V6ONLY)
 */
bool listener_serves(const struct listener *listener, enum goal_family family);

/** listener_is_meant - the goal is about it: its port and family, or any */
bool listener_is_meant(const struct listener *listener,
                       const struct goal *goal);

/** listener_any_meant - there is one that the goal is about, or the goal has no
 * port
 */
bool listener_any_meant(const struct netns_facts *ns, const struct goal *goal);

/** listener_same_group - members of one SO_REUSEPORT group, or the same one */
bool listener_same_group(const struct listener *a, const struct listener *b);

/** listener_group_capacity - connections that its group's queues hold */
uint64_t listener_group_capacity(const struct listener *listener);

#endif
