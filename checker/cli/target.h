/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target - the server that a load test is fired at, as the command line
 * asks for it.
 */
#ifndef KILOFLOW_CHECKER_CLI_TARGET_H
#define KILOFLOW_CHECKER_CLI_TARGET_H

#include "probes/load/load.h"

struct err;
struct netns_facts;
struct options;

/**
 * target_find - look the host up, and ask whether it may be fired at
 * @options: its target is set
 * @ret: where it is
 *
 * Nobody is asked when it is an address of this host, or with --yes.
 *
 * Return: STATUS_READY; STATUS_USAGE when there is no such host, or nobody
 * to ask; STATUS_UNKNOWN when the answer was no.
 */
int target_find(const struct options *options, struct load_destination *ret,
                struct err *err);

/** target_aim - make of @load a burst at @destination, which must stay */
void target_aim(struct load_options *load,
                const struct load_destination *destination);

/**
 * target_name_server - which listener, and whose, the target was
 * @ns: its load test was fired at a target
 */
void target_name_server(struct netns_facts *ns);

#endif
