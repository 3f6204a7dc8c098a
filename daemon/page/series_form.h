/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a series: how often and until when, as a rule (RFC 5545); a rule in words; dates with what became of them. It knows no page. */
#ifndef HUBD_PAGE_SERIES_FORM_H
#define HUBD_PAGE_SERIES_FORM_H

#include <stdbool.h>
#include <stdint.h>

struct ask;
struct db_rows;
struct http_request;
struct json;
struct json_writer;
struct plan;
struct plan_words;

/* The fields date, from, to, repeat, times, until, rrule as a wish. False: refused. Where the form says nothing of a rule, rrule stays NULL. */
bool series_form_read(struct http_request *request, struct ask *ret_ask, struct plan_words *ret_words);
/* The fields repeat, times, until alone, of a series whose first day is days since 1970. False: ret_fault names the field. */
bool series_form_read_rule(struct http_request *request, int64_t first_day, const char **ret_rule, const char **ret_fault);
/* What look_series found. False: refused. */
bool series_form_looked(struct http_request *request, struct ask *ret_ask, const struct db_rows *looked, struct plan *ret_plan);
bool series_form_refuse(struct http_request *request, struct ask *ret_ask, const struct plan *plan);

/* The fields again, as they were sent: what each page of the series hands on. */
void series_form_put_fields(struct http_request *request, struct json_writer *writer);
/* The list "repeats" of a select; chosen may be NULL. */
void series_form_put_repeats(struct http_request *request, struct json_writer *writer, const char *chosen);
/* "jede Woche, 10-mal": what the form can say; another rule is shown as it is written. */
const char *series_form_rule(struct http_request *request, const char *rrule, const char *zone);
/* "dates": [{day, times, state, badge, why, substitute, note, was, booking, date}]. */
void series_form_put_dates(struct http_request *request, struct json_writer *writer, const struct json *dates, const char *zone);

#endif
