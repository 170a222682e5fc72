/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reset_reason - the kernel's reasons for a reset in plain words. Pure data.
 *
 * The kernel's words mislead: INVALID_SYN is what a full accept queue gives
 * with tcp_abort_on_overflow, TCP_STATE is a close that aborts.
 */
#ifndef KILOFLOW_RULES_RESET_REASON_H
#define KILOFLOW_RULES_RESET_REASON_H

#include <stdint.h>

/**
 * reset_reason_words - what it means that a reset was sent
 * @reason: the kernel's word, "" when it gave none
 * @state: of the socket that sent it, TCP_x of netinet/tcp.h; 0 unknown
 *
 * Return: a few words; NULL for a reason that is not known here.
 */
const char *reset_reason_words(const char *reason, uint8_t state);

#endif
