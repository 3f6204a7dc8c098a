/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of people about themselves: joining a hub, invitations, their organisations, teams and delegates; and the agency's numbers. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "ical/dates.h"
#include "page/card.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/parts.h"
#include "page/people.h"

static const char *const kinds[] = {"startup", "sme", "corporate", "university", "investor", "public", NULL};
static const char *const sizes[] = {"1-9", "10-49", "50-499", "500+", NULL};

/* What a page may say it has done: texts "people.done_…". */
static const char *const deeds[] = {"waiting", "unconfirmed", "accepted", "declined", "made", "changed", "entered", "invited", "left", "ended", NULL};

static const char *
text_of(const struct json *map, const char *name)
{
	const char *text = json_as_text(json_get(map, name));
	return text != NULL ? text : "";
}

static const char *
number_of(struct http_request *request, const struct json *map, const char *name)
{
	return arena_print(http_arena(request), "%lld", (long long)json_as_integer(json_get(map, name)));
}

const char *
people_word(struct http_request *request, const char *prefix, const char *word)
{
	return page_text(request, arena_print(http_arena(request), "people.%s_%s", prefix, word));
}

/* ---- the frame ---- */

static void
put_deed(struct http_request *request, struct json_writer *writer)
{
	const char *done = http_parameter(request, "done");
	for (const char *const *deed = deeds; done != NULL && *deed != NULL; deed++) {
		if (!str_equal(*deed, done))
			continue;
		json_open_list(writer, "notices");
		json_open_map(writer, NULL);
		json_put_text(writer, "kind", "good");
		json_put_text(writer, "text", people_word(request, "done", done));
		json_close_map(writer);
		json_close_list(writer);
	}
}

/* The page, below /me; above: the list that it belongs to, or NULL. */
static void
begin(struct http_request *request, const struct json *document, struct page_view *ret_view, const char *title, const char *above, const char *above_address)
{
	struct json_writer *writer = &ret_view->writer;
	page_begin(document, ret_view, title);
	json_put_bool(writer, "has_breadcrumb", true);
	json_open_list(writer, "breadcrumb");
	parts_put_crumb(writer, page_text(request, "my.title"), "/me");
	if (above != NULL)
		parts_put_crumb(writer, page_text(request, above), above_address);
	parts_put_crumb(writer, title, NULL);
	json_close_list(writer);
	put_deed(request, writer);
}

static void
put_choices(struct http_request *request, struct json_writer *writer, const char *name, const char *prefix, const char *const *words, const char *chosen)
{
	json_open_list(writer, name);
	for (; *words != NULL; words++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "value", *words);
		json_put_text(writer, "label", people_word(request, prefix, *words));
		json_put_bool(writer, "is_chosen", str_equal(*words, chosen));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* ---- invitations ---- */

static const char *
day_of(struct http_request *request, const char *day)
{
	struct dates dates = {.arena = http_arena(request), .is_english = page_is_english(request)};
	return dates_date(&dates, dates_read(arena_print(http_arena(request), "%sT00:00:00", day)));
}

/* "Mitglied beim Hub Berlin", "Team Lastenrad": what one is invited to. */
const char *
people_invited_to(struct http_request *request, const struct json *invitation)
{
	const char *kind = text_of(invitation, "kind"), *role = json_as_text(json_get(invitation, "role")), *day = json_as_text(json_get(invitation, "day"));
	const char *to = text_of(invitation, "hub_name");
	if (*to == '\0')
		to = text_of(invitation, "organisation_name");
	if (*to == '\0')
		to = text_of(invitation, "team_name");
	return page_say(request, arena_print(http_arena(request), "people.to_%s", kind), "to", to, "by", text_of(invitation, "invited_by"), "day",
	    day != NULL ? day_of(request, day) : "", "role", role != NULL ? people_word(request, "role", role) : "", NULL);
}

void
people_put_invitations(struct http_request *request, struct json_writer *writer, const char *name, const struct json *invitations)
{
	json_put_bool(writer, arena_print(http_arena(request), "has_%s", name), json_size(invitations) > 0);
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(invitations); i++) {
		const struct json *invitation = json_at(invitations, i);
		json_open_map(writer, NULL);
		json_put_text(writer, "id", number_of(request, invitation, "id"));
		json_put_text(writer, "to", people_invited_to(request, invitation));
		json_put_value(writer, "mail", json_get(invitation, "mail"));
		json_put_value(writer, "name", json_get(invitation, "name"));
		json_put_value(writer, "by", json_get(invitation, "invited_by"));
		json_put_value(writer, "sentence", json_get(invitation, "sentence"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* GET /invitations/{token} */
void
page_answer_invitation(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *invitation = json_get(document, "invitation");
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, "people.invitation_title"));
	put_deed(request, &view.writer);
	json_put_bool(&view.writer, "is_done", http_parameter(request, "done") != NULL);
	if (invitation != NULL) {
		json_open_map(&view.writer, "invitation");
		json_put_text(&view.writer, "to", people_invited_to(request, invitation));
		json_put_value(&view.writer, "by", json_get(invitation, "invited_by"));
		json_put_value(&view.writer, "sentence", json_get(invitation, "sentence"));
		json_put_text(&view.writer, "action", http_path(request));
		json_put_bool(&view.writer, "needs_name", json_as_bool(json_get(document, "needs_name")));
		json_close_map(&view.writer);
	}
	page_end(request, &view, 200, "invitation");
}

/* ---- joining a hub ---- */

/* GET /hubs/{hub}/join */
void
page_answer_join(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *hub = json_get(document, "hub"), *asked = json_get(document, "request");
	struct page_view view;
	if (document == NULL)
		return;
	const char *slug = text_of(hub, "slug");
	bool is_waiting = str_equal(text_of(asked, "state"), "waiting");
	page_begin(document, &view, page_say(request, "people.join_title", "hub", text_of(hub, "name"), NULL));
	json_put_bool(&view.writer, "has_breadcrumb", true);
	json_open_list(&view.writer, "breadcrumb");
	parts_put_crumb(&view.writer, text_of(hub, "name"), arena_print(http_arena(request), "/hubs/%s", slug));
	parts_put_crumb(&view.writer, page_text(request, "people.join_crumb"), NULL);
	json_close_list(&view.writer);
	put_deed(request, &view.writer);
	json_put_value(&view.writer, "slug", json_get(hub, "slug"));
	json_put_bool(&view.writer, "is_member", json_as_bool(json_get(document, "is_member")));
	json_put_bool(&view.writer, "is_waiting", is_waiting);
	json_put_text(&view.writer, "declined", str_equal(text_of(asked, "state"), "declined") ? text_of(asked, "answer") : NULL);
	json_put_bool(&view.writer, "may_ask", !is_waiting && !json_as_bool(json_get(document, "is_member")));
	page_end(request, &view, 200, "join");
}

/* GET /join/{token}: a button, since mail programs open links by themselves. */
void
page_answer_join_link(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows);
	struct page_view view;
	if (document == NULL)
		return;
	page_begin(document, &view, page_text(request, "people.confirm_title"));
	json_put_text(&view.writer, "action", http_path(request));
	json_put_bool(&view.writer, "is_live", json_get(document, "hub") != NULL);
	json_put_value(&view.writer, "hub_name", json_get(document, "hub_name"));
	json_put_value(&view.writer, "name", json_get(document, "name"));
	json_put_value(&view.writer, "mail", json_get(document, "mail"));
	page_end(request, &view, 200, "join-confirm");
}

/* ---- organisations ---- */

static void
put_names(struct http_request *request, struct json_writer *writer, const char *name, const struct json *list)
{
	json_put_bool(writer, arena_print(http_arena(request), "has_%s", name), json_size(list) > 0);
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(list); i++) {
		const struct json *item = json_at(list, i);
		const char *kind = json_as_text(json_get(item, "kind"));
		json_open_map(writer, NULL);
		json_put_value(writer, "slug", json_get(item, "slug"));
		json_put_value(writer, "name", json_get(item, "name"));
		json_put_text(writer, "kind", kind != NULL ? people_word(request, "kind", kind) : NULL);
		json_put_bool(writer, "is_admin", json_as_bool(json_get(item, "is_admin")));
		json_put_bool(writer, "is_default", json_as_bool(json_get(item, "is_default")));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* GET /me/organisations */
void
page_answer_organisations(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *own = json_get(document, "own");
	struct page_view view;
	if (document == NULL)
		return;
	begin(request, document, &view, page_text(request, "people.organisations"), NULL, NULL);
	put_names(request, &view.writer, "organisations", json_get(own, "organisations"));
	json_put_bool(&view.writer, "has_several", json_size(json_get(own, "organisations")) > 1);
	people_put_invitations(request, &view.writer, "invitations", json_get(own, "invitations"));
	json_put_value(&view.writer, "by_domain", json_get(own, "by_domain"));
	json_put_value(&view.writer, "domain", json_get(own, "by_domain") == NULL || json_kind(json_get(own, "by_domain")) == JSON_IS_NULL ? json_get(own, "domain") : NULL);
	put_choices(request, &view.writer, "kinds", "kind", kinds, NULL);
	put_choices(request, &view.writer, "sizes", "size", sizes, NULL);
	page_end(request, &view, 200, "my-organisations");
}

static void
put_members(struct http_request *request, struct json_writer *writer, const struct json *group, const char *base)
{
	const struct json *members = json_get(group, "members");
	bool manages = json_as_bool(json_get(group, "is_admin"));
	json_put_bool(writer, "manages", manages);
	json_put_text(writer, "base", base);
	json_open_list(writer, "members");
	for (size_t i = 0; i < json_size(members); i++) {
		const struct json *member = json_at(members, i);
		bool is_me = json_as_bool(json_get(member, "is_me")), is_admin = json_as_bool(json_get(member, "is_admin"));
		json_open_map(writer, NULL);
		json_put_text(writer, "id", is_me ? "me" : number_of(request, member, "id"));
		json_put_value(writer, "name", json_get(member, "name"));
		json_put_value(writer, "mail", json_get(member, "mail"));
		json_put_value(writer, "organisation", json_get(member, "organisation"));
		json_put_bool(writer, "is_admin", is_admin);
		json_put_bool(writer, "is_me", is_me);
		json_put_bool(writer, "may_change", manages && !is_me);
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* GET /me/organisations/{organisation} */
void
page_answer_organisation(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *organisation = json_get(document, "organisation"), *topics = json_get(document, "topics");
	struct page_view view;
	if (document == NULL)
		return;
	const char *size = text_of(organisation, "size_class");
	begin(request, document, &view, text_of(organisation, "name"), "people.organisations", "/me/organisations");
	json_put_value(&view.writer, "slug", json_get(organisation, "slug"));
	json_put_value(&view.writer, "name", json_get(organisation, "name"));
	json_put_value(&view.writer, "url", json_get(organisation, "url"));
	json_put_text(&view.writer, "kind", people_word(request, "kind", text_of(organisation, "kind")));
	json_put_text(&view.writer, "size", *size != '\0' ? people_word(request, "size", size) : NULL);
	json_put_value(&view.writer, "domains", json_get(organisation, "domains"));
	json_put_bool(&view.writer, "has_domains", json_size(json_get(organisation, "domains")) > 0);
	json_put_value(&view.writer, "domain", json_size(json_get(organisation, "domains")) == 0 ? json_get(document, "domain") : NULL);
	put_choices(request, &view.writer, "kinds", "kind", kinds, text_of(organisation, "kind"));
	put_choices(request, &view.writer, "sizes", "size", sizes, size);
	json_open_list(&view.writer, "topics");
	for (size_t i = 0; i < json_size(topics); i++) {
		bool is_chosen = false;
		for (size_t j = 0; j < json_size(json_get(organisation, "topics")); j++)
			is_chosen |= str_equal(json_as_text(json_at(json_get(organisation, "topics"), j)), text_of(json_at(topics, i), "slug"));
		json_open_map(&view.writer, NULL);
		json_put_value(&view.writer, "value", json_get(json_at(topics, i), "slug"));
		json_put_value(&view.writer, "label", json_get(json_at(topics, i), "name"));
		json_put_bool(&view.writer, "is_chosen", is_chosen);
		json_close_map(&view.writer);
	}
	json_close_list(&view.writer);
	put_members(request, &view.writer, organisation, arena_print(http_arena(request), "/me/organisations/%s", text_of(organisation, "slug")));
	people_put_invitations(request, &view.writer, "invitations", json_get(document, "invitations"));
	page_end(request, &view, 200, "my-organisation");
}

/* ---- teams, delegates ---- */

/* GET /me/teams */
void
page_answer_teams(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *own = json_get(document, "own");
	struct page_view view;
	if (document == NULL)
		return;
	begin(request, document, &view, page_text(request, "people.teams"), NULL, NULL);
	put_names(request, &view.writer, "teams", json_get(own, "teams"));
	people_put_invitations(request, &view.writer, "invitations", json_get(own, "invitations"));
	page_end(request, &view, 200, "my-teams");
}

/* GET /me/teams/{team} */
void
page_answer_team(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *team = json_get(document, "team");
	struct page_view view;
	if (document == NULL)
		return;
	begin(request, document, &view, text_of(team, "name"), "people.teams", "/me/teams");
	json_put_value(&view.writer, "slug", json_get(team, "slug"));
	json_put_value(&view.writer, "name", json_get(team, "name"));
	json_put_value(&view.writer, "about", json_get(team, "about"));
	put_members(request, &view.writer, team, arena_print(http_arena(request), "/me/teams/%s", text_of(team, "slug")));
	people_put_invitations(request, &view.writer, "invitations", json_get(document, "invitations"));
	page_end(request, &view, 200, "my-team");
}

static void
put_people(struct http_request *request, struct json_writer *writer, const char *name, const struct json *list)
{
	json_put_bool(writer, arena_print(http_arena(request), "has_%s", name), json_size(list) > 0);
	json_open_list(writer, name);
	for (size_t i = 0; i < json_size(list); i++) {
		json_open_map(writer, NULL);
		json_put_text(writer, "id", number_of(request, json_at(list, i), "id"));
		json_put_value(writer, "name", json_get(json_at(list, i), "name"));
		json_close_map(writer);
	}
	json_close_list(writer);
}

/* GET /me/delegates */
void
page_answer_delegates(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *own = json_get(document, "own");
	struct page_view view;
	if (document == NULL)
		return;
	begin(request, document, &view, page_text(request, "people.delegates"), NULL, NULL);
	put_people(request, &view.writer, "delegates", json_get(own, "delegates"));
	put_people(request, &view.writer, "principals", json_get(own, "acts_for"));
	people_put_invitations(request, &view.writer, "sent", json_get(document, "sent"));
	people_put_invitations(request, &view.writer, "invitations", json_get(own, "invitations"));
	page_end(request, &view, 200, "my-delegates");
}

/* ---- GET /agency ---- */

static const char *
join_names(struct http_request *request, const struct json *slugs, const struct json *hubs)
{
	const char *joined = "";
	for (size_t i = 0; i < json_size(slugs); i++) {
		const char *slug = json_as_text(json_at(slugs, i)), *name = hubs != NULL ? json_as_text(json_get(card_find(hubs, slug), "name")) : people_word(request, "kind", slug);
		joined = arena_print(http_arena(request), "%s%s%s", joined, i > 0 ? ", " : "", name != NULL ? name : slug);
	}
	return joined;
}

static const char *
count_of(struct http_request *request, const struct json *item, const char *name)
{
	const struct json *count = json_get(item, name);
	if (json_kind(count) == JSON_IS_REAL)
		return arena_print(http_arena(request), "%.0f", json_as_real(count));
	return json_kind(count) == JSON_IS_INTEGER ? number_of(request, item, name) : page_text(request, "people.too_few");
}

static const char *
kinds_of(struct http_request *request, const struct json *list)
{
	const char *joined = "";
	for (size_t i = 0; i < json_size(list); i++)
		joined = arena_print(http_arena(request), "%s%s%s: %s", joined, i > 0 ? " · " : "", join_names(request, json_get(json_at(list, i), "kinds"), NULL),
		    count_of(request, json_at(list, i), "count"));
	return joined;
}

static void
put_measure(struct http_request *request, struct json_writer *writer, const struct json *document, const char *measure)
{
	const struct json *items = json_get(document, "items");
	json_open_list(writer, measure);
	for (size_t i = 0; i < json_size(items); i++) {
		const struct json *item = json_at(items, i);
		if (!str_equal(text_of(item, "of"), measure))
			continue;
		json_open_map(writer, NULL);
		json_put_text(writer, "hubs", join_names(request, json_get(item, "hubs"), json_get(document, "hubs")));
		json_put_text(writer, "count", count_of(request, item, "count"));
		json_put_text(writer, "hours", count_of(request, item, "hours"));
		json_put_text(writer, "kinds", kinds_of(request, json_get(item, "kinds")));
		json_close_map(writer);
	}
	json_close_list(writer);
}

void
page_answer_agency(struct http_request *request, const struct db_rows *rows)
{
	const struct json *document = page_document(request, rows), *totals = json_get(document, "totals");
	struct page_view view;
	if (document == NULL)
		return;
	const char *quarter = text_of(document, "quarter");
	page_begin(document, &view, page_text(request, "people.agency"));
	json_put_text(&view.writer, "quarter", strlen(quarter) == 7 ? arena_print(http_arena(request), "%s/%.4s", quarter + 5, quarter) : quarter);
	json_put_text(&view.writer, "members_on", day_of(request, text_of(document, "members_on")));
	put_measure(request, &view.writer, document, "members");
	put_measure(request, &view.writer, document, "bookings");
	put_measure(request, &view.writer, document, "events");
	json_put_text(&view.writer, "total_members", count_of(request, totals, "members"));
	json_put_text(&view.writer, "total_bookings", count_of(request, totals, "bookings"));
	json_put_text(&view.writer, "total_events", count_of(request, totals, "events"));
	page_end(request, &view, 200, "agency");
}
