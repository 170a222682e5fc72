/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * persist_obstacle - which line keeps a sysctl from lasting, in words. Pure.
 */
#ifndef KILOFLOW_CHECKER_FIX_PERSIST_OBSTACLE_H
#define KILOFLOW_CHECKER_FIX_PERSIST_OBSTACLE_H

#include <stddef.h>

#include "probes/sysctl_simulate.h"

/**
 * persist_obstacle - "/etc/sysctl.conf:12 sets it to 128; change or delete
 * that line", safe to show
 * @outcomes: of one loader, with our file in place; by sysctl_id
 * @size: 256 is enough for all but very long paths
 */
void persist_obstacle(enum sysctl_id id, const struct sysctl_outcome outcomes[],
                      char *buf, size_t size);

#endif
