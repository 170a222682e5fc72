/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match - which resets are of connections that were seen here? Trace events
 * carry no namespace, and tell of those of the whole host. Pure, but for the
 * heap.
 *
 * A connection was seen here when a listener had its port, or when one of its
 * ends was seen to end. What cannot be matched is taken to be somebody else's.
 */
#ifndef KILOFLOW_PROBES_OBSERVE_MATCH_H
#define KILOFLOW_PROBES_OBSERVE_MATCH_H

struct observed;

/**
 * match_resets - set `match` of each, from listeners and ends
 *
 * Return: 0 or -ENOMEM.
 */
int match_resets(struct observed *seen);

#endif
