/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sos_dir - the files of an unpacked sosreport.
 */
#ifndef KILOFLOW_PROBES_SOS_DIR_H
#define KILOFLOW_PROBES_SOS_DIR_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/span.h"

struct sos_dir {
	int fd;
	bool no_memory; /* a file was left out for want of it */
};

/* All of a file; no bytes when it is not there. */
struct sos_file {
	char *bytes; /* the caller frees it */
	struct span span;
};

static inline size_t sos_file_len(const struct sos_file *file)
{
	return (size_t)(file->span.end - file->span.at);
}

/**
 * sos_dir_read - read a file
 * @path: relative to the sosreport
 *
 * Return: was it there, and could it be read?
 */
bool sos_dir_read(struct sos_dir *dir, const char *path, struct sos_file *ret);

#endif
