/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log - reads the logs of iperf 2 (text, CSV) and iperf3 (text, JSON). The
 * format is found by the content.
 *
 * A log is fed in pieces of any size, and none but its current line is kept:
 * of 100 000 flows what stays is some 60 bytes each. Only iperf3's single
 * JSON document is kept whole, up to 64 MiB.
 */
#ifndef KILOFLOW_PROBES_LOGS_LOG_H
#define KILOFLOW_PROBES_LOGS_LOG_H

#include <stddef.h>

#include "probes/logs/log_sum.h"

struct err;
struct log_reader;

/** log_new - NULL when there is no memory; log_free() it */
struct log_reader *log_new(void);

/**
 * log_feed - the next bytes of the log
 *
 * Return: 0; -ENOMEM; -EPROTONOSUPPORT for a log about UDP; -EFBIG for a JSON
 * document that is too large; all with words. It must not be fed further.
 */
int log_feed(struct log_reader *reader, const char *bytes, size_t len,
             struct err *err);

/**
 * log_end - that was all
 * @ret: set only on success
 *
 * Return: as log_feed(); -EBADMSG for a JSON document that cannot be read;
 * -ENOMSG when nothing looked like a log of iperf.
 */
int log_end(struct log_reader *reader, struct log_sum *ret, struct err *err);

/** log_free - NULL is nothing to do */
void log_free(struct log_reader *reader);

/**
 * log_read - all of that, of a file
 * @path: "-" is standard input
 *
 * Return: as log_end(), or from the kernel, with words that name @path.
 */
int log_read(const char *path, struct log_sum *ret, struct err *err);

#endif
