/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "booking/series.h"

#include "base/arena.h"
#include "base/json.h"
#include "booking/parts.h"
#include "booking/times.h"
#include "db/db.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/plan.h"

enum { DATES_LISTED = 500, AT_MOST = 500, RRULE_MAX = 2000, LIST_LIMIT = 200 };

#define RULE_MEMBERS \
	{"start", ASK_TEXT, 1, 64, false}, {"end", ASK_TEXT, 1, 64, false}, {"duration", ASK_TEXT, 1, 64, false}, {"rrule", ASK_TEXT, 0, RRULE_MAX, false}, \
	{"rdates", ASK_LIST, 0, DATES_LISTED, false}, {"exdates", ASK_LIST, 0, DATES_LISTED, false}, {"choice", ASK_TEXT, 1, 20, false}, \
	{"at_most", ASK_INTEGER, 0, AT_MOST, false}, {"at_most_percent", ASK_INTEGER, 0, 100, false}

static const struct ask_member make_members[] = {
	{"hub", ASK_TEXT, 1, SLUG_MAX, false}, {"kind", ASK_TEXT, 1, 20, false}, {"zone", ASK_TEXT, 1, 64, false}, RULE_MEMBERS, OWN_MEMBERS,
	{"on_behalf_of", ASK_TEXT, 3, 254, false}, {"team", ASK_TEXT, 1, SLUG_MAX, false}, {"organisation", ASK_TEXT, 1, SLUG_MAX, false}, {0}};
static const struct ask_member change_members[] = {
	{"scope", ASK_TEXT, 1, 20, false}, {"date", ASK_TEXT, 1, 64, false}, RULE_MEMBERS, OWN_MEMBERS, {0}};
static const struct ask_member cancel_members[] = {
	{"scope", ASK_TEXT, 1, 20, false}, {"date", ASK_TEXT, 1, 64, false}, {"dry_run", ASK_BOOL, 0, 0, false}, {0}};
static const char *const choices[] = {"all", "skip", "skip-if", "substitute", "queue", NULL};

/* ---- pieces ---- */

static bool
refuse_missing(struct http_request *request, struct ask *ask, const char *pointer)
{
	return ask_refuse(request, ask, 422, "missing-member", pointer, "„%s“ fehlt.", "\"%s\" is missing.", pointer + 1);
}

static bool
refuse_plan(struct http_request *request, struct ask *ask, const struct plan *plan)
{
	const struct plan_refusal *refusal = &plan->refusal;
	return ask_refuse(request, ask, refusal->status, refusal->problem, refusal->pointer, "%s", "%s", refusal->sentence);
}

static bool
is_one_of(const char *text, const char *const *names)
{
	for (; *names != NULL; names++)
		if (str_equal(text, *names))
			return true;
	return false;
}

static bool
check_choice(struct http_request *request, struct ask *ask, const struct json *body)
{
	const char *choice = json_as_text(json_get(body, "choice"));
	bool is_bounded = json_get(body, "at_most") != NULL || json_get(body, "at_most_percent") != NULL;
	if (choice != NULL && !is_one_of(choice, choices))
		return ask_refuse(request, ask, 422, "malformed-value", "/choice", "„choice“ ist all, skip, skip-if, substitute oder queue.",
		    "\"choice\" is all, skip, skip-if, substitute or queue.");
	if (str_equal(choice, "skip-if") && !is_bounded)
		return ask_refuse(request, ask, 422, "missing-member", "/at_most", "„skip-if“ braucht „at_most“ oder „at_most_percent“.",
		    "\"skip-if\" needs \"at_most\" or \"at_most_percent\".");
	if (is_bounded && !str_equal(choice, "skip-if") && !str_equal(choice, "substitute"))
		return ask_refuse(request, ask, 422, "malformed-value", "/at_most", "„at_most“ gehört zu „skip-if“ oder „substitute“.",
		    "\"at_most\" belongs to \"skip-if\" or \"substitute\".");
	return true;
}

/* A list of texts; what is none becomes "" and is refused as a time. */
static const char *const *
read_texts(struct http_request *request, const struct json *list, size_t *ret_count)
{
	*ret_count = json_size(list);
	const char **texts = arena_take(http_arena(request), (*ret_count + 1) * sizeof *texts);
	for (size_t i = 0; i < *ret_count; i++)
		texts[i] = json_as_text(json_at(list, i)) == NULL ? "" : json_as_text(json_at(list, i));
	return texts;
}

static struct plan_words
read_words(struct http_request *request, const struct json *body)
{
	struct plan_words words = {.start = json_as_text(json_get(body, "start")), .end = json_as_text(json_get(body, "end")),
		.duration = json_as_text(json_get(body, "duration")), .rrule = json_as_text(json_get(body, "rrule")), .date = json_as_text(json_get(body, "date")),
		.has_rdates = json_get(body, "rdates") != NULL};
	words.rdates = read_texts(request, json_get(body, "rdates"), &words.rdate_count);
	words.exdates = read_texts(request, json_get(body, "exdates"), &words.exdate_count);
	return words;
}

static struct plan
plan_of(struct http_request *request)
{
	return (struct plan){.arena = http_arena(request), .is_english = str_equal(request_language(request), "en")};
}

/* own: a zone that the request names itself. */
static bool
read_looked(struct http_request *request, struct ask *ask, const struct db_rows *looked, const char *own, struct plan *plan)
{
	struct plan_row row = {0};
	if (db_count(looked) > 0)
		row = (struct plan_row){.zone = db_text(looked, 0, "zone"), .present = db_text(looked, 0, "present"), .revision = db_text(looked, 0, "revision"),
			.local_start = db_text(looked, 0, "local_start"), .length = db_text(looked, 0, "length"), .is_elapsed = db_text(looked, 0, "is_elapsed"),
			.rrule = db_text(looked, 0, "rrule"), .rdates = db_text(looked, 0, "rdates"), .exdates = db_text(looked, 0, "exdates")};
	if (own != NULL && row.zone != NULL) {
		row.zone = own;
		if (zone_find(own) == NULL)
			return ask_refuse(request, ask, 422, "malformed-time", "/zone", "„%s“ ist keine Zeitzone; richtig ist ein IANA-Name wie Europe/Berlin.",
			    "\"%s\" is no time zone; right is an IANA name such as Europe/Berlin.", own);
	}
	return plan_read_row(plan, &row) || refuse_plan(request, ask, plan);
}

/* ---- POST ---- */

static bool
check_make(struct http_request *request, struct ask *ask, const struct json *body)
{
	static const char *const kinds[] = {"booking", "closure", NULL};
	const char *kind = json_as_text(json_get(body, "kind"));
	if (!ask_knows(request, ask, body, "", make_members))
		return false;
	if (json_get(body, "hub") == NULL)
		return refuse_missing(request, ask, "/hub");
	if (json_get(body, "items") == NULL)
		return refuse_missing(request, ask, "/items");
	if (kind != NULL && !is_one_of(kind, kinds))
		return ask_refuse(request, ask, 422, "malformed-value", "/kind", "„kind“ ist booking oder closure.", "\"kind\" is booking or closure.");
	return check_choice(request, ask, body) && parts_check_items(request, ask, json_get(body, "items"));
}

static bool
look_first(struct ask *ask, const struct json *body)
{
	struct json_writer writer = {.out = &ask->look_input};
	json_open_map(&writer, NULL);
	json_put_value(&writer, "hub", json_get(body, "hub"));
	json_put_value(&writer, "resource", json_get(json_at(json_get(body, "items"), 0), "resource"));
	json_close_map(&writer);
	ask->wants_look = true;
	return true;
}

bool
series_ask_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const copied[] = {"hub", "kind", "title", "note", "items", "on_behalf_of", "team", "organisation", "choice", "at_most", "at_most_percent", "dry_run", NULL};
	const struct json *body = request_json(request);
	struct plan plan = plan_of(request);
	if (!check_make(request, ret_ask, body))
		return false;
	if (looked == NULL)
		return look_first(ret_ask, body);
	if (!read_looked(request, ret_ask, looked, json_as_text(json_get(body, "zone")), &plan))
		return false;
	struct plan_words words = read_words(request, body);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	parts_copy(&writer, body, copied);
	bool is_right = plan_new(&plan, &words, &writer) || refuse_plan(request, ret_ask, &plan);
	json_close_map(&writer);
	return is_right;
}

/* ---- PATCH and DELETE ---- */

static bool
read_scope(struct http_request *request, struct ask *ask, const struct json *body, struct plan_words *words)
{
	const char *scope = json_as_text(json_get(body, "scope"));
	if (scope == NULL)
		return ask_refuse(request, ask, 422, "missing-member", "/scope", "„scope“ fehlt: this, following oder all.", "\"scope\" is missing: this, following or all.");
	if (!plan_scope_read(scope, &words->scope))
		return ask_refuse(request, ask, 422, "malformed-value", "/scope", "„scope“ ist this, following oder all.", "\"scope\" is this, following or all.");
	return true;
}

static bool
look_stored_first(struct http_request *request, struct ask *ask)
{
	struct json_writer writer = {.out = &ask->look_input};
	json_open_map(&writer, NULL);
	bool is_right = parts_put_id(request, ask, &writer);
	json_close_map(&writer);
	ask->wants_look = true;
	return is_right;
}

/* One date is changed as a booking is: its own times, resolved. */
static bool
put_one_date(struct http_request *request, struct ask *ask, const struct json *body, const struct plan *plan, struct json_writer *writer)
{
	if (json_get(body, "rrule") != NULL || json_get(body, "rdates") != NULL || json_get(body, "exdates") != NULL)
		return ask_refuse(request, ask, 422, "malformed-value", "/scope", "Ein einzelner Termin hat keine Regel: „rrule“, „rdates“ und „exdates“ gehen mit following oder all.",
		    "A single date has no rule: \"rrule\", \"rdates\" and \"exdates\" go with following or all.");
	if (json_get(body, "start") == NULL && json_get(body, "end") == NULL && json_get(body, "duration") == NULL)
		return true;
	return times_put_change(request, ask, body, plan->stored.words.zone, writer);
}

bool
series_ask_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const copied[] = {"title", "note", "items", "choice", "at_most", "at_most_percent", "dry_run", NULL};
	const struct json *body = request_json(request);
	struct plan plan = plan_of(request);
	if (!ask_knows(request, ret_ask, body, "", change_members) || !check_choice(request, ret_ask, body) || !parts_check_items(request, ret_ask, json_get(body, "items")))
		return false;
	struct plan_words words = read_words(request, body);
	if (!read_scope(request, ret_ask, body, &words))
		return false;
	if (looked == NULL)
		return look_stored_first(request, ret_ask);
	if (!read_looked(request, ret_ask, looked, NULL, &plan))
		return false;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = parts_put_id(request, ret_ask, &writer);
	parts_copy(&writer, body, copied);
	is_right = is_right && (plan_change(&plan, &words, &writer) || refuse_plan(request, ret_ask, &plan));
	is_right = is_right && (words.scope != PLAN_THIS || put_one_date(request, ret_ask, body, &plan, &writer));
	json_close_map(&writer);
	return is_right;
}

bool
series_ask_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	static const char *const copied[] = {"dry_run", NULL};
	const struct json *body = request_json(request);
	struct plan plan = plan_of(request);
	struct plan_words words = {.date = json_as_text(json_get(body, "date"))};
	if (!ask_knows(request, ret_ask, body, "", cancel_members) || !read_scope(request, ret_ask, body, &words))
		return false;
	if (looked == NULL)
		return look_stored_first(request, ret_ask);
	if (!read_looked(request, ret_ask, looked, NULL, &plan))
		return false;
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	bool is_right = parts_put_id(request, ret_ask, &writer);
	parts_copy(&writer, body, copied);
	is_right = is_right && (plan_cancel(&plan, &words, &writer) || refuse_plan(request, ret_ask, &plan));
	json_close_map(&writer);
	return is_right;
}

/* ---- GET ---- */

bool
series_ask_list(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	static const char *const names[] = {"hub", "after", "limit", NULL};
	int64_t after = 0, limit = 100;
	const char *text;
	if (!ask_knows_parameters(request, ret_ask, names))
		return false;
	if ((text = http_parameter(request, "after")) != NULL && !str_number(text, 1, INT64_MAX, &after))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "after", "„after“ muss „next“ der Seite davor sein.", "\"after\" must be \"next\" of the page before.");
	if ((text = http_parameter(request, "limit")) != NULL && !str_number(text, 1, LIST_LIMIT, &limit))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "limit", "„limit“ muss eine Zahl von 1 bis %d sein.", "\"limit\" must be a number from 1 to %d.", LIST_LIMIT);
	struct json_writer writer = {.out = &ret_ask->input};
	json_open_map(&writer, NULL);
	json_put_text(&writer, "hub", http_parameter(request, "hub"));
	json_put_integer(&writer, "after", after);
	json_put_integer(&writer, "limit", limit);
	json_close_map(&writer);
	return true;
}
