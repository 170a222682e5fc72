// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * err - see err.h. The texts are cut to their buffers and never fail: an
 * error report must not have errors of its own.
 */
#include "probes/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list args;

	if (!err || err->code)
		return code;
	err->code = code;
	va_start(args, fmt);
	(void)vsnprintf(err->what, sizeof(err->what), fmt, args);
	va_end(args);
	return code;
}

void err_hint(struct err *err, const char *fmt, ...)
{
	va_list args;

	if (!err || err->hint[0])
		return;
	va_start(args, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
}

const char *err_name(int code)
{
	const char *name = strerrorname_np(code < 0 ? -code : code);

	return name ? name : "errno?";
}
