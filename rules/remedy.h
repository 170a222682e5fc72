/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remedy - how a rule says what to change. Pure.
 *
 * Commands are exact: one for another network namespace enters it first.
 */
#ifndef KILOFLOW_RULES_REMEDY_H
#define KILOFLOW_RULES_REMEDY_H

#include <stdint.h>

#include "rules/finding.h"

struct netns_facts;
struct rule_input;

/**
 * remedy_command - what a person would type
 * @ns: the namespace it has to run in; NULL: any. One other than the
 * caller's is entered first
 *
 * A file name that a shell would not take as it is leaves "", and so does a
 * command that is too long: a part of it would be another command.
 */
__attribute__((format(printf, 3, 4))) void
remedy_command(struct remedy *ret, const struct netns_facts *ns,
               const char *fmt, ...);

/**
 * remedy_sysctl - set a sysctl to @to
 * @ret: its risk is left as it is
 */
void remedy_sysctl(struct remedy *ret, const struct rule_input *in,
                   enum sysctl_id id, const char *to);

/**
 * remedy_most - the largest number that the host's kernel takes for a sysctl,
 * and means
 */
uint64_t remedy_most(const struct host *host, enum sysctl_id id);

/**
 * remedy_raise - raise a sysctl of one number to hold @need
 * @least: what it is set to at the least, a power of two
 *
 * To the next power of two, or to the largest that the kernel takes; to
 * nothing (REMEDY_NONE) when that does not hold @need.
 */
void remedy_raise(struct remedy *ret, const struct rule_input *in,
                  enum sysctl_id id, uint64_t need, uint64_t least);

/**
 * remedy_relisten - give the running listener of @in a limit of @to, live
 * @ret: its risk is left as it is
 *
 * Only kiloflow itself does that: the command is one of its own, for the same
 * flows, and makes what else the listener needs.
 */
void remedy_relisten(struct remedy *ret, const struct rule_input *in,
                     uint64_t to);

/** remedy_limit - @need up to a power of two, and to @least */
uint64_t remedy_limit(uint64_t need, uint64_t least);

/*
 * Mainline's own default since 5.4, include/linux/socket.h:SOMAXCONN: no
 * queue is proposed to be shorter.
 */
#define REMEDY_BACKLOG_LEAST 4096U

#endif
