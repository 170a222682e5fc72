/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container - the id of the container that a process is in, from the name of
 * its control group. Pure.
 */
#ifndef KILOFLOW_PROBES_CONTAINER_H
#define KILOFLOW_PROBES_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_SIZE 13 /* twelve digits, as docker ps shows them */

/**
 * container_parse - find the id
 * @bytes: @len bytes of /proc/PID/cgroup
 * @id: set only when there is one
 *
 * Return: whether the process is in a container of docker, containerd,
 * cri-o or podman, of Kubernetes or not.
 */
bool container_parse(const char *bytes, size_t len, char id[CONTAINER_ID_SIZE]);

#endif
