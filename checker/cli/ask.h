/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask - a question to the person at the terminal.
 */
#ifndef KILOFLOW_CHECKER_CLI_ASK_H
#define KILOFLOW_CHECKER_CLI_ASK_H

#include <stdbool.h>

/**
 * ask - put a question on stderr and read the answer from stdin
 *
 * Return: true for y and yes; false for all else, also at the end of the
 * input and when a signal asked to stop.
 */
bool ask(const char *question);

#endif
