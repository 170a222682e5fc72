/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_value - values of the JSON report, made safe: what is not known is null,
 * text is UTF-8, a number is finite. All return a new reference, or NULL
 * when memory ran out; that makes NULL of what it becomes part of, too.
 */
#ifndef KILOFLOW_CHECKER_REPORT_JSON_VALUE_H
#define KILOFLOW_CHECKER_REPORT_JSON_VALUE_H

#include <stdint.h>

#include <jansson.h>

#include "probes/facts.h"

struct finding;
struct load_result;
struct log_sum;
struct report;
struct report_fix;

/** jv_u64 - an integer; null when it does not fit into JSON's 64 bits */
json_t *jv_u64(uint64_t value);

/** jv_nonzero - an integer, or null for a 0 that means "none" */
json_t *jv_nonzero(uint64_t value);

/** jv_fact - an integer, or null when it is not known */
json_t *jv_fact(struct fact_u64 fact);

/** jv_real - a number; null when it is not finite */
json_t *jv_real(double value);

/** jv_seconds - nanoseconds as seconds */
json_t *jv_seconds(uint64_t ns);

/** jv_text - text from anywhere; null for NULL and "" */
json_t *jv_text(const char *text);

/** jv_bytes - the same for what need not end in NUL */
json_t *jv_bytes(const char *text, size_t len);

/** jv_number - a plain integer is one in JSON too: "4096", but not "4096
 * 16384", which is text
 */
json_t *jv_number(const char *text);

struct jv_pair {
	const char *key; /* NULL ends a list */
	json_t *value;
};

/** jv_object - an object of @pairs; takes over their values */
json_t *jv_object(const struct jv_pair *pairs);

/** jv_append - add @value, which it takes over, to @array
 * Return: @array; NULL when one of them was, and then both are gone.
 */
json_t *jv_append(json_t *array, json_t *value);

/** jv_load - "load" of the report; null when there was no test */
json_t *jv_load(const struct load_result *load);

/** jv_sum - "sum" of the report; null when there is none */
json_t *jv_sum(const struct log_sum *sum);

/** jv_finding - one of "findings" of the report */
json_t *jv_finding(const struct finding *finding);

/** jv_peers - "peers" of the report: the far end of a test between hosts */
json_t *jv_peers(const struct load_result *load);

/** jv_fix - "fix" of the report; null when none was asked for */
json_t *jv_fix(const struct report_fix *fix);

/** jv_observed - "observed" of the report; null when nobody watched */
json_t *jv_observed(const struct report *report);

#endif
