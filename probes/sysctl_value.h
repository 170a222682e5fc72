/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl_value - what the kernel makes of a text that is written to a
 * sysctl. Pure.
 *
 * It takes more than one would think, and refuses what looks harmless:
 * numbers may be hexadecimal or octal; after the last number and a blank
 * anything may follow ("100 # why"), but not without the blank ("100#");
 * where several numbers belong, fewer leave the others as they were; a list
 * of ports takes no blank at all (kernel/sysctl.c).
 */
#ifndef KILOFLOW_PROBES_SYSCTL_VALUE_H
#define KILOFLOW_PROBES_SYSCTL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/base/span.h"
#include "probes/facts.h"

/* All zero: nothing was written yet. */
struct sysctl_value {
	unsigned int n;   /* how many numbers are known, the first ones */
	int64_t v[3];     /* of SYSCTL_TYPE_PORTS v[0]: how many ports */
	struct span text; /* of SYSCTL_TYPE_WORD and _PORTS: as written */
};

/**
 * sysctl_value_write - write @text to a sysctl
 * @text: without the newline that a loader adds; borrowed by @value
 * @value: what the sysctl holds; becomes what it holds then
 *
 * Whether a kernel has a module for a SYSCTL_TYPE_WORD is not known here:
 * every name is taken.
 *
 * Return: false when nothing of it was taken. Of a SYSCTL_TYPE_TRIPLE the
 * numbers before a bad one are taken, as the kernel does it.
 */
bool sysctl_value_write(const struct sysctl_desc *desc, struct span text,
                        struct sysctl_value *value);

/** sysctl_value_of - the value of a known fact; borrows its text */
struct sysctl_value sysctl_value_of(const struct sysctl_desc *desc,
                                    const struct sysctl_fact *fact);

/** sysctl_value_equal - the kernel would show the same for both */
bool sysctl_value_equal(const struct sysctl_desc *desc,
                        const struct sysctl_value *a,
                        const struct sysctl_value *b);

/**
 * sysctl_value_more - @b, but of an amount no number lower than in @a, and no
 * range narrower
 * @a: as many numbers are known of it as of @b
 */
struct sysctl_value sysctl_value_more(const struct sysctl_desc *desc,
                                      const struct sysctl_value *a,
                                      const struct sysctl_value *b);

/**
 * sysctl_value_is - does the kernel show @value already?
 * @bytes: @len bytes of the sysctl's file below /proc/sys
 *
 * Numbers that @value does not know are not compared.
 */
bool sysctl_value_is(const struct sysctl_desc *desc,
                     const struct sysctl_value *value, const char *bytes,
                     size_t len);

/**
 * sysctl_value_format - "128", "32768 60999", "bbr"; cut when too long
 *
 * The text of a file is copied as it is: escape it before it is shown.
 */
void sysctl_value_format(const struct sysctl_desc *desc,
                         const struct sysctl_value *value, char *buf,
                         size_t size);

#endif
