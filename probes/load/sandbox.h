/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox - what a process that talks to strangers may still do.
 *
 * It has no capability, can get none (no_new_privs, empty bounding set), is
 * nobody if it was root, and may make only the system calls that moving bytes
 * takes: no file can be opened, nothing executed, no namespace made. A call
 * that is not allowed fails with EPERM.
 */
#ifndef KILOFLOW_PROBES_LOAD_SANDBOX_H
#define KILOFLOW_PROBES_LOAD_SANDBOX_H

struct err;

/**
 * sandbox_enter - for good, threads and children included
 *
 * Only one thread may run. What is open stays so.
 *
 * Return: 0; negative errno with words: then the process must not go on.
 */
int sandbox_enter(struct err *err);

#endif
