/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sos_text - what commands and configuration files say of facts that a probe
 * reads from the kernel itself. Pure, fuzzed. What is not there is left as it
 * was.
 */
#ifndef KILOFLOW_PROBES_SOS_TEXT_H
#define KILOFLOW_PROBES_SOS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/base/span.h"
#include "probes/facts.h"

/**
 * sos_sysctl - the value of @key in what `sysctl -a` wrote
 * @ret: what stands behind "net.core.somaxconn = ", may be empty
 *
 * Return: true when it is there.
 */
bool sos_sysctl(struct span text, const char *key, struct span *ret);

/** sos_nstat - the counters that `nstat -az` wrote, with their own names */
void sos_nstat(struct span text, struct fact_u64 counter[static COUNTER_COUNT]);

/**
 * sos_netstat - the counters that `netstat -s` wrote, as sentences
 *
 * Of the group TcpExt it leaves out those that are 0; they stay unread.
 */
void sos_netstat(struct span text,
                 struct fact_u64 counter[static COUNTER_COUNT]);

/**
 * sos_limits - RLIMIT_NOFILE of a login, from a file of pam_limits
 * @ret: what a later line sets wins, also one of a further file
 *
 * Only the lines for everybody ("*") are taken: who starts the server is not
 * known, and they do not hold for root.
 */
void sos_limits(struct span text, struct limits_facts *ret);

/** sos_link - a device in what `ip -d address` wrote */
void sos_link(struct span text, const char *device, struct link_facts *ret);

/** sos_ifindex - the number of a device there; 0 when there is none */
uint32_t sos_ifindex(struct span text, struct span device);

#endif
