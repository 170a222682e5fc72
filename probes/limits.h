/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits - what this process may have open.
 */
#ifndef KILOFLOW_PROBES_LIMITS_H
#define KILOFLOW_PROBES_LIMITS_H

struct limits_facts;
struct rlimit;

/**
 * limits_parse - RLIMIT_NOFILE as facts. Pure.
 * @limit: RLIM_INFINITY becomes UINT64_MAX, known
 */
void limits_parse(const struct rlimit *limit, struct limits_facts *ret);

#endif
