/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies: an api.reply row, and the problems that C itself finds. */
#include "dispatch.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "db/db.h"
#include "dispatch/caller.h"
#include "dispatch/exchange.h"
#include "dispatch/problem.h"
#include "http/http.h"

static const char json_type[] = "application/json", problem_type[] = "application/problem+json";

/* What every answer of the API carries: it depends on who asks and in which language, and is never stored by others. */
static void
add_common_fields(struct http_request *request, int status)
{
	http_add_field(request, "Cache-Control", status < 400 ? "private, no-cache" : "no-store");
	http_add_field(request, "Vary", "Authorization, Accept-Language");
	http_add_field(request, "Content-Language", request_language(request));
	http_add_field(request, "X-Content-Type-Options", "nosniff");
	if (status == 401)
		http_add_field(request, "WWW-Authenticate", "Bearer realm=\"hubd\"");
}

/* Somebody looks at it in a browser, and not at the API's own addresses. */
static bool
wants_page(const struct http_request *request)
{
	const char *accept = http_field(request, "accept"), *path = http_path(request);
	return accept != NULL && strcasestr(accept, "text/html") != NULL && !str_starts(path, "/api/") && !str_starts(path, "/feeds/");
}

static bool
answered_as_page(struct http_request *request, int status, const struct problem *known, const char *detail)
{
	dispatch_problem_page *page = problem_page_of(exchange_of(request));
	bool is_english = str_equal(request_language(request), "en");
	if (page == NULL || !wants_page(request))
		return false;
	return page(request, status, known->name, is_english ? known->title_en : known->title_de, detail);
}

void
answer_problem_text(struct http_request *request, int status, const char *problem, const char *detail, const char *pointer, const char *errors)
{
	const struct problem *known = problem_find(problem);
	assert(known != NULL && "a problem that the table does not have");
	if (answered_as_page(request, status, known, detail))
		return;
	struct str body = {0}, type = {0};
	struct json_writer writer = {.out = &body};
	str_print(&type, "/problems/%s", problem);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "type", str_text(&type));
	json_put_text(&writer, "title", str_equal(request_language(request), "en") ? known->title_en : known->title_de);
	json_put_integer(&writer, "status", status);
	json_put_text(&writer, "detail", detail);
	if (pointer != NULL)
		json_put_text(&writer, "pointer", pointer);
	if (errors != NULL && *errors != '\0') {
		json_open_list(&writer, "errors");
		json_put_raw(&writer, NULL, errors);
		json_close_list(&writer);
	}
	json_close_map(&writer);
	add_common_fields(request, status);
	http_reply(request, status, problem_type, body.bytes, body.length);
	str_free(&body);
	str_free(&type);
}

void
answer_problem(struct http_request *request, int status, const char *problem, const char *detail_de, const char *detail_en)
{
	bool is_english = str_equal(request_language(request), "en");
	answer_problem_text(request, status, problem, is_english ? detail_en : detail_de, NULL, NULL);
}

/* What the server refuses by itself, by status; a status that is none of these is a malformed request. */
static const struct {
	int status;
	const char *problem;
} refusals[] = {{408, "too-slow"}, {413, "content-too-large"}, {414, "address-too-long"}, {417, "unknown-expectation"}, {431, "head-too-large"},
	{501, "not-offered"}, {503, "too-many-connections"}, {505, "unknown-version"}};

static const struct problem *
problem_of_refusal(int status)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (refusals[i].status == status)
			return problem_find(refusals[i].problem);
	return problem_find("malformed-request");
}

/* No template can be had here: no request has come in. All texts are our own sentences, without markup. */
static const char *
put_plain_page(struct str *out, const struct problem *problem, const char *detail, bool is_english)
{
	const char *title = is_english ? problem->title_en : problem->title_de;
	str_print(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><title>%s</title>"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"></head>\n"
	    "<body><main><h1>%s</h1><p>%s</p><p><a href=\"/\">%s</a></p></main></body>\n</html>\n", is_english ? "en" : "de", title, title,
	    is_english ? detail : problem->about_de, is_english ? "To the start page" : "Zur Startseite");
	return "text/html; charset=utf-8";
}

const char *
answer_put_refusal(struct str *out, int status, const char *detail, const char *accept, const char *accept_language)
{
	bool is_english = str_equal(caller_parse_language(NULL, NULL, accept_language), "en");
	const struct problem *problem = problem_of_refusal(status);
	struct str type = {0};
	struct json_writer writer = {.out = out};
	assert(problem != NULL);
	if (accept != NULL && strstr(accept, "text/html") != NULL)
		return put_plain_page(out, problem, detail, is_english);
	str_print(&type, "/problems/%s", problem->name);
	json_open_map(&writer, NULL);
	json_put_text(&writer, "type", str_text(&type));
	json_put_text(&writer, "title", is_english ? problem->title_en : problem->title_de);
	json_put_integer(&writer, "status", status);
	json_put_text(&writer, "detail", is_english ? detail : problem->about_de);
	if (!is_english)
		json_put_text(&writer, "detail_en", detail);
	json_close_map(&writer);
	str_free(&type);
	return "application/problem+json";
}

void
answer_refusal(struct exchange *exchange)
{
	const struct ask *ask = &exchange->ask;
	answer_problem_text(exchange->request, ask->status, ask->problem, ask->detail, ask->pointer, str_text(&ask->errors));
}

static void
answer_defect(struct http_request *request, const char *why)
{
	log_event(LOG_LEVEL_ERROR, "defect", "id", http_request_id(request), "why", why, NULL);
	answer_problem(request, 500, "defect", "Das ist ein Fehler in hubd, nicht in der Anfrage.",
	    "This is a defect of hubd, not of the request.");
}

/* The body with the notes of a dry run as its last member; the arena's, or NULL when there are none. */
static const char *
add_notes(struct http_request *request, const char *body)
{
	const struct str *notes = &exchange_of(request)->ask.notes;
	const char *end = body == NULL ? NULL : strrchr(body, '}');
	if (end == NULL || notes->length == 0 || !request_is_dry_run(request))
		return NULL;
	return arena_print(http_arena(request), "%.*s, \"notes\": [%s]}", (int)(end - body), body, str_text(notes));
}

void
answer_reply(struct http_request *request, const struct db_rows *rows)
{
	int status = db_count(rows) == 1 ? (int)db_number(rows, 0, "status") : 0;
	if (status < 200 || status > 599) {
		answer_defect(request, "a function gave no reply");
		return;
	}
	const char *revision = db_text(rows, 0, "revision"), *location = db_text(rows, 0, "location");
	const char *body = db_text(rows, 0, "body"), *noted = add_notes(request, body);
	size_t length = noted != NULL ? strlen(noted) : body != NULL ? db_length(rows, 0, "body") : 0;
	add_common_fields(request, status);
	if (revision != NULL) {
		struct str tag = {0};
		str_print(&tag, "\"%s\"", revision);
		http_add_field(request, "ETag", str_text(&tag));
		str_free(&tag);
	}
	if (location != NULL)
		http_add_field(request, "Location", location);
	if (status == 503 || status == 429)
		http_add_field(request, "Retry-After", "1");
	const char *type = body == NULL ? NULL : status >= 400 ? problem_type : json_type;
	http_reply(request, status, type, noted != NULL ? noted : body != NULL ? body : "", length);
}
