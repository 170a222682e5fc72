// SPDX-License-Identifier: GPL-2.0-or-later
/* sos_dir - see sos_dir.h. */
#include "probes/sos_dir.h"

#include <errno.h>

#include "probes/base/file.h"

/* A million sockets take 300 MB; sos itself keeps the last 25 of a command. */
#define FILE_BYTES_MAX (512U << 20)

bool sos_dir_read(struct sos_dir *dir, const char *path, struct sos_file *ret)
{
	size_t len = 0;
	const int rc = file_read_alloc(dir->fd, path, FILE_BYTES_MAX,
	                               &ret->bytes, &len, NULL);

	if (rc) {
		dir->no_memory |= rc == -ENOMEM;
		*ret = (struct sos_file){ .bytes = NULL };
		return false;
	}
	ret->span = span_of(ret->bytes, len);
	return true;
}
