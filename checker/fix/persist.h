/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * persist - one file of sysctl.d that makes planned sysctls last: which name
 * it needs so that it wins, and what stands in it. Pure.
 *
 * It has to win under systemd-sysctl and under `sysctl --system`: both are
 * simulated with the file in place. What it does not know of in a file of its
 * own is kept, line by line; a file of somebody else is never touched, and
 * neither hidden by one of ours nor laid bare by removing one.
 */
#ifndef KILOFLOW_CHECKER_FIX_PERSIST_H
#define KILOFLOW_CHECKER_FIX_PERSIST_H

#include <stddef.h>

#include "checker/fix/step.h"
#include "probes/sysctl_files.h"

struct err;

/* Where nothing else asks for another name. */
#define FIX_PERSIST_PATH "/etc/sysctl.d/99-kiloflow.conf"

/**
 * fix_persist - the files to write or remove so that @settings last
 * @files: as they are; changed to what they will be
 * @settings: @n, at most SYSCTL_COUNT. Where the files set more of an amount
 * already, that is what is to last: nothing is lowered
 * @steps: FIX_FILE steps are added: none when the files say it already. For
 * each setting that does not win, whatever the file is called, a skipped one
 * names key, value and the line that stands in the way. Who is a winner under
 * one loader only is written, and named as one that is not under the other;
 * who would be under none is not written
 *
 * Return: 0; -ENOMEM; -EPERM when a file could not be read, so that nobody
 * knows who wins.
 */
int fix_persist(struct sysctl_files *files, const struct fix_setting *settings,
                size_t n, struct fix_steps *steps, struct err *err);

#endif
