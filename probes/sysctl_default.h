/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl_default - what a sysctl is at boot when nobody sets it. Pure.
 *
 * Some defaults are the same on every host; others the kernel computes from
 * the memory it finds, and then only their shape is known. A value that
 * cannot be a default was set by somebody.
 */
#ifndef KILOFLOW_PROBES_SYSCTL_DEFAULT_H
#define KILOFLOW_PROBES_SYSCTL_DEFAULT_H

#include <stdbool.h>

#include "probes/facts.h"
#include "probes/sysctl_value.h"

/**
 * sysctl_default - the built-in value of a sysctl
 * @release: the kernel's, such as "6.1.0-13-amd64"; "" takes the newest
 * @ret: set only on success
 *
 * Return: false when it is computed at boot, or not known here.
 */
bool sysctl_default(enum sysctl_id id, const char *release,
                    struct sysctl_value *ret);

/**
 * sysctl_may_be_default - a kernel of some version, or systemd at boot, may
 * have left @fact like that
 * @fact: known
 *
 * Return: true as well when nothing is known of that default.
 */
bool sysctl_may_be_default(enum sysctl_id id, const struct sysctl_fact *fact);

#endif
