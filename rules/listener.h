/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listener - what several rules ask of a listener. Pure.
 */
#ifndef KILOFLOW_RULES_LISTENER_H
#define KILOFLOW_RULES_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct goal;
struct listener;

/**
 * listener_subject - "0.0.0.0:5001 iperf[4242] +2": address, first owner,
 * and how many owners more. Safe to show: the name is escaped.
 * @size: sizeof(finding.subject) is enough
 */
void listener_subject(const struct listener *listener, char *buf, size_t size);

/** listener_is_meant - the goal is about it: its port, or any */
bool listener_is_meant(const struct listener *listener,
                       const struct goal *goal);

/** listener_same_group - members of one SO_REUSEPORT group, or the same one */
bool listener_same_group(const struct listener *a, const struct listener *b);

/** listener_group_capacity - connections that its group's queues hold */
uint64_t listener_group_capacity(const struct listener *listener);

#endif
