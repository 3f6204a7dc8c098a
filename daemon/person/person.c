/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bodies of all requests that change something about people, as one table. See person.h. */
#include "person/person.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "base/when.h"
#include "dispatch.h"
#include "http/http.h"

enum { SLUG_MAX = 60, NAME_MAX = 200, MAIL_MAX = 254, NOTE_MAX = 2000, WORD_MAX = 20, TOKEN_MAX = 200, URL_MAX = 500, TOPICS_MAX = 30, ROWS_MAX = 500, REMINDERS_MAX = 4, WEBHOOK_URL_MAX = 2000 };

#define DRY_RUN {"dry_run", ASK_BOOL, 0, 0, false}
#define LEAVE_MEMBERS {"bookings", ASK_TEXT, 1, WORD_MAX, false}, {"to", ASK_INTEGER, 1, INT64_MAX, false}, DRY_RUN
#define ORGANISATION_MEMBERS \
	{"name", ASK_TEXT, 0, NAME_MAX, false}, {"kind", ASK_TEXT, 0, WORD_MAX, false}, {"size_class", ASK_TEXT, 0, WORD_MAX, true}, \
	{"topics", ASK_LIST, 0, TOPICS_MAX, false}, {"url", ASK_TEXT, 0, URL_MAX, false}, {"claim_domain", ASK_BOOL, 0, 0, false}, DRY_RUN
#define INVITED_MEMBERS \
	{"mail", ASK_TEXT, 1, MAIL_MAX, false}, {"name", ASK_TEXT, 0, NAME_MAX, false}, {"language", ASK_TEXT, 2, 2, false}, \
	{"sentence", ASK_TEXT, 0, NOTE_MAX, false}, {"day", ASK_TEXT, 10, 10, false}, DRY_RUN

static const struct ask_member only_dry_run[] = {DRY_RUN, {0}};
static const struct ask_member person_members[] = {
	{"name", ASK_TEXT, 0, NAME_MAX, false}, {"language", ASK_TEXT, 2, 2, false}, {"organisation", ASK_TEXT, 0, SLUG_MAX, false},
	{"mail_waiting", ASK_TEXT, 1, WORD_MAX, false}, {"reminders", ASK_LIST, 0, REMINDERS_MAX, false}, DRY_RUN, {0}};
static const struct ask_member role_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"person", ASK_INTEGER, 1, INT64_MAX, false}, {"role", ASK_TEXT, 1, WORD_MAX, false}, DRY_RUN, {0}};
static const struct ask_member leave_hub_members[] = {{"role", ASK_TEXT, 1, WORD_MAX, false}, {"bookings", ASK_TEXT, 1, WORD_MAX, false}, DRY_RUN, {0}};
static const struct ask_member leave_members[] = {LEAVE_MEMBERS, {0}};
static const struct ask_member import_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"rows", ASK_LIST, 1, ROWS_MAX, false}, {"sentence", ASK_TEXT, 0, NOTE_MAX, false}, DRY_RUN, {0}};
static const struct ask_member row_members[] = {
	{"mail", ASK_TEXT, 0, MAIL_MAX, false}, {"name", ASK_TEXT, 0, NAME_MAX, false}, {"role", ASK_TEXT, 1, WORD_MAX, false},
	{"language", ASK_TEXT, 0, WORD_MAX, false}, {0}};
static const struct ask_member join_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"note", ASK_TEXT, 0, NOTE_MAX, false}, {"mail", ASK_TEXT, 0, MAIL_MAX, false},
	{"name", ASK_TEXT, 0, NAME_MAX, false}, DRY_RUN, {0}};
static const struct ask_member confirm_members[] = {{"token", ASK_TEXT, 1, TOKEN_MAX, false}, {0}};
static const struct ask_member decide_members[] = {{"state", ASK_TEXT, 1, WORD_MAX, false}, {"answer", ASK_TEXT, 0, NOTE_MAX, false}, DRY_RUN, {0}};
static const struct ask_member invite_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"organisation", ASK_TEXT, 1, SLUG_MAX, false}, {"team", ASK_TEXT, 1, SLUG_MAX, false},
	{"delegate", ASK_BOOL, 0, 0, false}, {"role", ASK_TEXT, 1, WORD_MAX, false}, INVITED_MEMBERS, {0}};
static const struct ask_member answer_members[] = {
	{"token", ASK_TEXT, 1, TOKEN_MAX, false}, {"id", ASK_INTEGER, 1, INT64_MAX, false}, {"accept", ASK_BOOL, 0, 0, false},
	{"name", ASK_TEXT, 0, NAME_MAX, false}, DRY_RUN, {0}};
static const struct ask_member pass_members[] = {{"hub", ASK_TEXT, 1, SLUG_MAX, false}, INVITED_MEMBERS, {0}};
static const struct ask_member organisation_members[] = {ORGANISATION_MEMBERS, {0}};
static const struct ask_member organisation_change_members[] = {ORGANISATION_MEMBERS, {"drop_domain", ASK_TEXT, 1, MAIL_MAX, false}, {0}};
static const struct ask_member admin_members[] = {{"is_admin", ASK_BOOL, 0, 0, false}, DRY_RUN, {0}};
static const struct ask_member team_members[] = {{"name", ASK_TEXT, 0, NAME_MAX, false}, {"about", ASK_TEXT, 0, NOTE_MAX, false}, DRY_RUN, {0}};

static const struct ask_member webhook_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"url", ASK_TEXT, 1, WEBHOOK_URL_MAX, false}, {"events", ASK_LIST, 1, TOPICS_MAX, false}, DRY_RUN, {0}};
static const struct ask_member webhook_change_members[] = {
	{"url", ASK_TEXT, 1, WEBHOOK_URL_MAX, false}, {"events", ASK_LIST, 1, TOPICS_MAX, false}, {"active", ASK_BOOL, 0, 0, false}, DRY_RUN, {0}};
static const struct ask_member consent_members[] = {{"purpose", ASK_TEXT, 1, WORD_MAX, false}, {"given", ASK_BOOL, 0, 0, false}, DRY_RUN, {0}};

static const struct shape {
	const char *statement;
	const struct ask_member *members;
	const char *needed[4];
} shapes[] = {
	{"person_change", person_members, {NULL}},
	{"membership_give", role_members, {"hub", "person", "role"}},
	{"membership_end", leave_hub_members, {NULL}},
	{"memberships_import", import_members, {"hub", "rows"}},
	{"join_request_make", join_members, {"hub"}},
	{"join_request_confirm", confirm_members, {"token"}},
	{"join_request_decide", decide_members, {"state"}},
	{"invitation_make", invite_members, {"mail"}},
	{"invitation_answer", answer_members, {NULL}},
	{"invitation_revoke", only_dry_run, {NULL}},
	{"day_pass_give", pass_members, {"hub", "mail", "day"}},
	{"day_pass_revoke", only_dry_run, {NULL}},
	{"organisation_make", organisation_members, {"name", "kind"}},
	{"organisation_change", organisation_change_members, {NULL}},
	{"organisation_join", only_dry_run, {NULL}},
	{"organisation_member_change", admin_members, {"is_admin"}},
	{"organisation_leave", leave_members, {NULL}},
	{"team_make", team_members, {"name"}},
	{"team_change", team_members, {NULL}},
	{"team_member_change", admin_members, {"is_admin"}},
	{"team_leave", leave_members, {NULL}},
	{"delegate_end", only_dry_run, {NULL}},
	{"webhook_make", webhook_members, {"hub", "url", "events"}},
	{"webhook_change", webhook_change_members, {NULL}},
	{"webhook_remove", only_dry_run, {NULL}},
	{"webhook_replay", only_dry_run, {NULL}},
	{"consent_set", consent_members, {"purpose", "given"}},
};
static const char *const in_path[] = {"hub", "person", "organisation", "team", "delivery", NULL};

static const struct shape *
find_shape(const char *statement)
{
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
		if (str_equal(shapes[i].statement, statement))
			return &shapes[i];
	return NULL;
}

/* ---- what is well formed ---- */

static bool
has_needed(struct http_request *request, struct ask *ask, const struct json *body, const char *const *needed)
{
	for (; *needed != NULL; needed++)
		if (json_get(body, *needed) == NULL)
			return ask_refuse(request, ask, 422, "missing-member", arena_print(http_arena(request), "/%s", *needed), "„%s“ fehlt.",
			    "\"%s\" is missing.", *needed);
	return true;
}

static bool
has_day(struct http_request *request, struct ask *ask, const struct json *body)
{
	const char *day = json_as_text(json_get(body, "day"));
	int64_t days;
	if (day == NULL || when_parse_date(day, &days))
		return true;
	return ask_refuse(request, ask, 422, "malformed-value", "/day", "„%s“ ist kein Tag, wie 2026-11-23 einer ist.", "\"%s\" is no day, as 2026-11-23 is one.", day);
}

static bool
has_topics(struct http_request *request, struct ask *ask, const struct json *body)
{
	const struct json *topics = json_get(body, "topics");
	for (size_t i = 0; i < json_size(topics); i++)
		if (json_as_text(json_at(topics, i)) == NULL)
			return ask_refuse(request, ask, 422, "malformed-value", arena_print(http_arena(request), "/topics/%zu", i),
			    "Ein Thema ist ein Text; alle: /api/v1/topics.", "A topic is a text; all of them: /api/v1/topics.");
	return true;
}

static bool
has_rows(struct http_request *request, struct ask *ask, const struct json *body)
{
	const struct json *rows = json_get(body, "rows");
	bool is_right = true;
	for (size_t i = 0; i < json_size(rows); i++) {
		const char *pointer = arena_print(http_arena(request), "/rows/%zu", i);
		if (json_kind(json_at(rows, i)) != JSON_IS_MAP)
			is_right = ask_refuse(request, ask, 422, "malformed-value", pointer, "Eine Zeile ist ein Objekt mit mail und name.",
			    "A line is an object with mail and name.");
		else
			is_right = ask_knows(request, ask, json_at(rows, i), pointer, row_members) && is_right;
	}
	return is_right;
}

/* ---- the input ---- */

/* An id that is no number names nothing: 0 is nobody's. */
static void
put_path(struct http_request *request, struct json_writer *writer)
{
	const char *id = route_parameter(request, "id");
	int64_t number = 0;
	for (const char *const *name = in_path; *name != NULL; name++)
		if (route_parameter(request, *name) != NULL)
			json_put_text(writer, *name, route_parameter(request, *name));
	if (id != NULL)
		json_put_integer(writer, "id", str_number(id, 1, INT64_MAX, &number) ? number : 0);
}

/* The token itself ends here. */
static void
put_member(struct json_writer *writer, const char *name, const struct json *value)
{
	char hash[DIGEST_HEX_SIZE];
	if (!str_equal(name, "token")) {
		json_put_value(writer, name, value);
		return;
	}
	digest_sha256_hex(json_as_text(value), strlen(json_as_text(value)), hash);
	json_put_text(writer, "sha256", hash);
}

bool
person_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	const struct shape *shape = find_shape(request_statement(request));
	const struct json *body = request_json(request);
	struct json_writer writer = {.out = &ret_ask->input};
	assert(shape != NULL);
	if (!ask_knows(request, ret_ask, body, "", shape->members) || !has_needed(request, ret_ask, body, shape->needed)
	    || !has_day(request, ret_ask, body) || !has_topics(request, ret_ask, body) || !has_rows(request, ret_ask, body))
		return false;
	json_open_map(&writer, NULL);
	put_path(request, &writer);
	for (size_t i = 0; i < json_size(body); i++)
		put_member(&writer, json_name_at(body, i), json_value_at(body, i));
	json_close_map(&writer);
	return true;
}
