/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vec - arrays that grow by one item at a time.
 */
#ifndef KILOFLOW_PROBES_BASE_VEC_H
#define KILOFLOW_PROBES_BASE_VEC_H

#include <stddef.h>

/**
 * vec_grow - make room for one more item
 * @items: the array; NULL while there is none
 * @n: items in use
 * @max: items there is room for; doubled when all are in use
 * @item_bytes: size of an item
 *
 * Return: the array, which may have moved; NULL when there is no memory, and
 * then @items and @max are as they were.
 */
void *vec_grow(void *items, size_t n, size_t *max, size_t item_bytes);

#endif
