/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fact - a value that carries a state. A value that could not be read is
 * never a zero: whoever uses it without asking for FACT_KNOWN has a bug.
 */
#ifndef KILOFLOW_PROBES_FACT_H
#define KILOFLOW_PROBES_FACT_H

#include <stdint.h>

enum fact_state {
	FACT_UNREAD, /* nobody tried */
	FACT_KNOWN,
	FACT_ABSENT, /* this kernel or namespace does not have it */
	FACT_DENIED, /* no permission */
	FACT_BROKEN, /* it was there, but not what it should be */
};

struct fact_u64 {
	uint64_t value;
	enum fact_state state;
};

static inline struct fact_u64 fact_known(uint64_t value)
{
	return (struct fact_u64){ .value = value, .state = FACT_KNOWN };
}

/** fact_state_name - "known", "absent", "denied", "broken", "unread" */
const char *fact_state_name(enum fact_state state);

/** fact_state_from_errno - ENOENT: absent; EACCES, EPERM: denied; else broken
 * @code: negative errno
 */
enum fact_state fact_state_from_errno(int code);

#endif
