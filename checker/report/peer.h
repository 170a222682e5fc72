/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer - findings of another host, which came as JSON. Pure.
 */
#ifndef KILOFLOW_CHECKER_REPORT_PEER_H
#define KILOFLOW_CHECKER_REPORT_PEER_H

#include <jansson.h>

#include "rules/finding.h"

#define PEER_VERDICTS (VERDICT_FAIL + 1)

/**
 * peer_verdict - of a finding
 * Return: PEER_VERDICTS when @finding has none that is known, or is NULL.
 */
unsigned int peer_verdict(const json_t *finding);

/** peer_text - a text of a finding; "" when it has none */
const char *peer_text(const json_t *finding, const char *key);

#endif
