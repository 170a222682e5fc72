/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file - small files below an injected root directory.
 *
 * Every probe reads through here, so that a saved /proc tree is a fixture.
 * Paths are relative to the root ("proc/sys/net/core/somaxconn").
 */
#ifndef KILOFLOW_PROBES_BASE_FILE_H
#define KILOFLOW_PROBES_BASE_FILE_H

#include <stddef.h>

struct err;

/**
 * file_read - read a whole small file
 * @root_fd: descriptor of the directory that stands for "/"
 * @path: relative path
 * @buf: receives the content and a closing NUL
 * @size: size of @buf in bytes, at least 1
 * @ret_len: bytes read without the NUL; may be NULL
 *
 * Return: 0; -ENOENT, -EACCES, -EPERM, ... from the kernel; -EFBIG when the
 * file does not fit (nothing is silently cut).
 */
int file_read(int root_fd, const char *path, char *buf, size_t size,
              size_t *ret_len, struct err *err);

/**
 * file_read_alloc - read a whole file of any size up to @max bytes
 * @max: below SIZE_MAX / 2
 * @ret: allocated, NUL-terminated; the caller frees it
 *
 * It reads in several calls; a /proc file that gives all it has to the first
 * read() only wants file_read() with a buffer that is large enough.
 *
 * Return: as file_read(), and -ENOMEM.
 */
int file_read_alloc(int root_fd, const char *path, size_t max, char **ret,
                    size_t *ret_len, struct err *err);

/**
 * file_read_fd - read what is left of an open file, pipe or terminal
 * @max, @ret, @ret_len: as in file_read_alloc()
 *
 * Return: 0; -EFBIG; -ENOMEM; else from the kernel.
 */
int file_read_fd(int fd, size_t max, char **ret, size_t *ret_len);

#endif
