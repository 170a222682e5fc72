/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel - which version the host's kernel is, for the few rules whose
 * answer depends on it. Pure.
 *
 * Distributions carry later changes back: where a fact can be had by looking,
 * a rule looks and does not ask for the version.
 */
#ifndef KILOFLOW_RULES_KERNEL_H
#define KILOFLOW_RULES_KERNEL_H

#include <stdint.h>

#define KERNEL(major, minor) ((uint32_t)(major) << 16 | (uint32_t)(minor))

/**
 * kernel_version - KERNEL(6, 18) of "6.18.44-generic"
 *
 * Return: 0 when @release does not begin like that: older than any.
 */
uint32_t kernel_version(const char *release);

#endif
