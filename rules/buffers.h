/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffers - what the rules about net.ipv4.tcp_rmem and tcp_wmem share. Pure.
 *
 * The kernel takes any three numbers for them, in any order.
 */
#ifndef KILOFLOW_RULES_BUFFERS_H
#define KILOFLOW_RULES_BUFFERS_H

#include <stdbool.h>
#include <stdint.h>

#include "rules/finding.h"

struct rule_input;

/* One of the two. */
struct buffers {
	enum sysctl_id id;
	const char *name; /* "receive buffer" */
	int64_t usual[3]; /* mainline's defaults: no less is proposed */
};

/**
 * buffers_small - say that a buffer cannot hold what the goal has under way
 * @largest: the most that it grows to, in bytes
 *
 * Return: false when it can; @ret is left alone then.
 */
bool buffers_small(const struct buffers *buffers, const struct rule_input *in,
                   uint64_t largest, struct finding *ret);

/**
 * buffers_order - say that the three numbers do not rise
 *
 * Return: false when they do; @ret is left alone then.
 */
bool buffers_order(const struct buffers *buffers, const struct rule_input *in,
                   struct finding *ret);

/**
 * buffers_propose - three numbers that rise, none below what it is or what
 * is usual, and the last holds the goal's bytes
 */
void buffers_propose(const struct buffers *buffers, const struct rule_input *in,
                     struct remedy *ret);

#endif
