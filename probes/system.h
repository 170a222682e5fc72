/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * system - which host this is, which kernel, and when it was looked at.
 */
#ifndef KILOFLOW_PROBES_SYSTEM_H
#define KILOFLOW_PROBES_SYSTEM_H

struct host;
struct utsname;

/** system_parse - host name and kernel release, as uname() gave them. Pure. */
void system_parse(const struct utsname *uts, struct host *ret);

#endif
