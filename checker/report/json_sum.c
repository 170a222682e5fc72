// SPDX-License-Identifier: GPL-2.0-or-later
/* json_sum - "sum" of the report: a log's flows, added up again. */
#include "checker/report/json_value.h"

#include "probes/base/err.h"
#include "probes/logs/log_sum.h"

static json_t *json_bytes(struct log_bytes bytes)
{
	return jv_object((const struct jv_pair[]){
		{ "min", jv_u64(bytes.min) },
		{ "max", jv_u64(bytes.max) },
		{ NULL, NULL },
	});
}

static json_t *json_total(const struct log_total *total, enum log_side side)
{
	return jv_object((const struct jv_pair[]){
		{ "side", json_string(log_side_name(side)) },
		{ "flows", jv_u64(total->n_flows) },
		{ "bytes", json_bytes(total->sum) },
		{ "stated",
	          total->is_stated ? json_bytes(total->stated) : json_null() },
		{ "state", json_string(log_state_name(total->state)) },
		{ NULL, NULL },
	});
}

static json_t *json_totals(const struct log_sum *sum)
{
	json_t *array = json_array();

	for (enum log_side i = 0; array && i < LOG_SIDES; i++) {
		const struct log_total *total = &sum->total[i];

		if (total->n_flows || total->is_stated)
			array = jv_append(array, json_total(total, i));
	}
	return array;
}

static json_t *json_first_wrong(const struct log_intervals *intervals)
{
	if (!intervals->n[LOG_WRONG])
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "start", jv_seconds(intervals->start_us * 1000) },
		{ "bytes", json_bytes(intervals->first.sum) },
		{ "stated", json_bytes(intervals->first.stated) },
		{ NULL, NULL },
	});
}

static json_t *json_intervals(const struct log_intervals *intervals)
{
	return jv_object((const struct jv_pair[]){
		{ "right", jv_u64(intervals->n[LOG_RIGHT]) },
		{ "unproven", jv_u64(intervals->n[LOG_UNPROVEN]) },
		{ "missing", jv_u64(intervals->n[LOG_MISSING]) },
		{ "wrong", jv_u64(intervals->n[LOG_WRONG]) },
		{ "unjudged", jv_u64(intervals->n_unjudged) },
		{ "first_wrong", json_first_wrong(intervals) },
		{ NULL, NULL },
	});
}

static json_t *json_errno(int code)
{
	return code ? json_string(err_name(code)) : json_null();
}

/* Flow numbers. */
static json_t *json_numbers(const struct log_error *error)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < error->n_flows; i++)
		array = jv_append(array, jv_u64(error->flows[i]));
	return array;
}

static json_t *json_error(const struct log_error *error)
{
	return jv_object((const struct jv_pair[]){
		{ "errno", json_errno(error->code) },
		{ "flows", json_numbers(error) },
		{ "text", jv_text(error->text) },
		{ "count", jv_u64(error->count) },
		{ NULL, NULL },
	});
}

static json_t *json_errors(const struct log_sum *sum)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < sum->n_errors; i++)
		array = jv_append(array, json_error(&sum->errors[i]));
	return array;
}

static json_t *json_failed_by(int code, uint64_t n_flows)
{
	return jv_object((const struct jv_pair[]){
		{ "errno", json_errno(code) },
		{ "flows", jv_u64(n_flows) },
		{ NULL, NULL },
	});
}

static json_t *json_failed(const struct log_failed *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < failed->n_codes; i++)
		array = jv_append(array,
		                  json_failed_by(failed->codes[i].code,
		                                 failed->codes[i].n_flows));
	if (array && failed->n_other)
		array = jv_append(array, json_failed_by(0, failed->n_other));
	return array;
}

static json_t *json_flows(const struct log_sum *sum)
{
	return jv_object((const struct jv_pair[]){
		{ "asked", jv_u64(sum->n_asked) },
		{ "covered", jv_u64(sum->n_covered) },
		{ "failed", jv_u64(sum->failed.n_flows) },
		{ "failed_by", json_failed(&sum->failed) },
		{ "summed",
	          sum->n_summed ? jv_u64(sum->n_summed) : json_null() },
		{ NULL, NULL },
	});
}

json_t *jv_sum(const struct log_sum *sum)
{
	if (!sum)
		return json_null();
	return jv_object((const struct jv_pair[]){
		{ "format", json_string(sum->format) },
		{ "verdict", json_string(log_verdict_name(sum->verdict)) },
		{ "tests", jv_u64(sum->n_tests) },
		{ "tests_right", jv_u64(sum->n_tests_right) },
		{ "test", jv_u64(sum->test) },
		{ "cut", json_boolean(sum->is_cut) },
		{ "lines_cut", jv_u64(sum->n_lines_cut) },
		{ "flows", json_flows(sum) },
		{ "totals", json_totals(sum) },
		{ "intervals", json_intervals(&sum->intervals) },
		{ "errors", json_errors(sum) },
		{ "errors_more", jv_u64(sum->n_errors_more) },
		{ NULL, NULL },
	});
}
