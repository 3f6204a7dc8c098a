/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "routes.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "booking/booking.h"
#include "booking/series.h"
#include "db/db.h"
#include "dispatch.h"
#include "feed/feed.h"
#include "feed/subscriptions.h"
#include "page/manage.h"
#include "page/pages.h"
#include "person/audit.h"
#include "person/export.h"
#include "person/person.h"
#include "person/token.h"
#include "programme/events.h"
#include "service/service.h"

#define API "/api/v1"
#define MANAGE "/hubs/{hub}/manage"

/* A pattern that fits first decides, so what is written out stands before a parameter in its place. */
static const struct route routes[] = {
	/* Calendars: the last segment ends in .ics, .atom or .json, which feed_answer() looks at itself. The busiest, so they stand first. */
	{.method = "GET", .path = "/feeds/all.ics", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/all.atom", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/all.json", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/hub/{hub}", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/topic/{topic}", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/resource/{hub}/{resource}", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/event/{id}", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/organisation/{organisation}", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/team/{team}", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/hub/{hub}/freebusy.ics", .answer = feed_answer},
	{.method = "GET", .path = "/feeds/resource/{hub}/{resource}/freebusy.ics", .answer = feed_answer},

	/* The service itself. */
	{.method = "GET", .path = "/healthz", .answer = service_answer_healthz},
	{.method = "GET", .path = "/readyz", .answer = service_answer_readyz},
	{.method = "GET", .path = "/metrics", .answer = service_answer_metrics},
	{.method = "GET", .path = "/robots.txt", .answer = service_answer_robots},
	{.method = "GET", .path = "/problems", .answer = service_answer_problems},
	{.method = "GET", .path = "/problems/{problem}", .answer = service_answer_problem},
	{.method = "GET", .path = "/stream", .answer = service_answer_stream},
	{.method = "GET", .path = API "/openapi.json", .answer = service_answer_openapi},

	/* Pages. */
	{.method = "GET", .path = "/", .statement = "page_start", .ask = page_ask_start, .answer = page_answer_start},
	{.method = "GET", .path = "/imprint", .statement = "page_frame", .answer = page_answer_imprint},
	{.method = "GET", .path = "/privacy", .statement = "page_privacy", .answer = page_answer_privacy},
	{.method = "GET", .path = "/accessibility", .statement = "page_frame", .answer = page_answer_accessibility},
	{.method = "GET", .path = "/design", .statement = "page_frame", .answer = page_answer_design},
	{.method = "POST", .path = "/settings", .is_form = true, .answer = page_answer_settings},
	{.method = "GET", .path = "/sign-in", .statement = "page_sign_in", .ask = page_ask_sign_in, .answer = page_answer_sign_in},
	{.method = "POST", .path = "/sign-in", .statement = "sign_in", .is_write = true, .is_form = true, .ask = page_ask_signing_in,
	    .answer = page_answer_signing_in},
	{.method = "POST", .path = "/sign-in/ask", .statement = "sign_in_ask", .is_write = true, .is_form = true, .ask = page_ask_sign_in_mail,
	    .answer = page_answer_sign_in_mail},
	{.method = "GET", .path = "/sign-in/code", .statement = "page_frame", .query = "next", .answer = page_answer_sign_in_code},
	{.method = "POST", .path = "/sign-in/code", .statement = "sign_in_code", .is_write = true, .is_form = true, .ask = page_ask_signing_in_code,
	    .answer = page_answer_signing_in_code},
	{.method = "GET", .path = "/sign-in/renew", .statement = "session_renew", .is_write = true, .ask = page_ask_renew, .answer = page_answer_renew},
	{.method = "POST", .path = "/sign-out", .statement = "sign_out", .is_write = true, .is_form = true, .ask = page_ask_sign_out,
	    .answer = page_answer_sign_out},
	{.method = "GET", .path = "/hubs/{hub}/resources", .statement = "page_grid", .ask = page_ask_resources, .answer = page_answer_resources},
	{.method = "GET", .path = "/hubs/{hub}/resources/{resource}", .statement = "page_resource", .ask = page_ask_resource, .answer = page_answer_resource},
	{.method = "GET", .path = "/hubs/{hub}/resources/{resource}/photo/{fingerprint}", .statement = "photo", .answer = page_answer_photo},
	{.method = "GET", .path = "/hubs/{hub}/book", .look = "look_zone", .statement = "page_book", .ask = page_ask_book, .answer = page_answer_book},
	{.method = "POST", .path = "/hubs/{hub}/book", .look = "look_zone", .statement = "book", .is_write = true, .is_form = true, .ask = page_ask_booking,
	    .answer = page_answer_booking},
	{.method = "GET", .path = "/hubs/{hub}/series", .look = "look_zone", .statement = "page_book", .ask = page_ask_series_form, .answer = page_answer_series_form},
	{.method = "POST", .path = "/hubs/{hub}/series", .look = "look_series", .statement = "series_book", .is_write = true, .is_form = true,
	    .ask = page_ask_series_book, .answer = page_answer_series_book},
	{.method = "GET", .path = "/me/series/{id}", .statement = "page_my_series", .ask = page_ask_my_booking, .answer = page_answer_my_series},
	{.method = "POST", .path = "/me/series/{id}/change", .look = "look_series", .statement = "series_change", .is_write = true, .is_form = true,
	    .ask = page_ask_series_change, .answer = page_answer_series_change},
	{.method = "POST", .path = "/me/series/{id}/cancel", .look = "look_series", .statement = "series_cancel", .is_write = true, .is_form = true,
	    .ask = page_ask_series_cancel, .answer = page_answer_series_cancel},
	{.method = "GET", .path = "/me", .statement = "page_my", .query = "done", .answer = page_answer_my},
	{.method = "GET", .path = "/me/bookings/{id}", .statement = "page_my_booking", .ask = page_ask_my_booking, .answer = page_answer_my_booking},
	{.method = "POST", .path = "/me/bookings/{id}/confirm", .statement = "page_confirm", .is_write = true, .is_form = true, .ask = page_ask_confirm,
	    .answer = page_answer_confirm},
	{.method = "POST", .path = "/me/bookings/{id}/move", .look = "look_booking", .statement = "booking_change", .is_write = true, .is_form = true,
	    .ask = page_ask_move, .answer = page_answer_move},
	{.method = "POST", .path = "/me/bookings/{id}/cancel", .statement = "booking_cancel", .is_write = true, .is_form = true, .ask = page_ask_my_booking,
	    .answer = page_answer_cancel},
	{.method = "POST", .path = "/me/bookings/{id}/restore", .statement = "booking_restore", .is_write = true, .is_form = true,
	    .ask = page_ask_my_booking, .answer = page_answer_restore},
	{.method = "GET", .path = "/me/settings", .statement = "page_people", .query = "done", .answer = page_answer_my_settings},
	{.method = "POST", .path = "/me/settings", .statement = "person_change", .is_write = true, .is_form = true, .ask = page_ask_my_settings,
	    .answer = page_answer_settings_saved},
	/* Not a form of ours alone: mail programs post it (RFC 8058). Its token is all that counts. */
	{.method = "GET", .path = "/unsubscribe/{token}/{class}", .statement = "page_unsubscribe", .answer = page_answer_unsubscribe},
	{.method = "POST", .path = "/unsubscribe/{token}/{class}", .statement = "unsubscribe", .is_write = true, .answer = page_answer_unsubscribed},
	{.method = "GET", .path = "/me/feeds", .statement = "page_my_feeds", .query = "done", .answer = page_answer_my_feeds},
	{.method = "POST", .path = "/me/feeds", .statement = "my_feed_add", .is_write = true, .is_form = true, .ask = page_ask_feed_add,
	    .answer = page_answer_feed_add},
	{.method = "POST", .path = "/me/feeds/{id}/revoke", .statement = "my_feed_revoke", .is_write = true, .is_form = true, .ask = page_ask_my_booking,
	    .answer = page_answer_feed_revoke},
	{.method = "GET", .path = "/feeds/private/{token}", .answer = feed_answer},
	{.method = "GET", .path = "/me/bookings/{id}/booking.ics", .statement = "page_my_booking", .ask = page_ask_my_booking, .answer = page_answer_my_file},
	{.method = "GET", .path = "/me/privacy", .statement = "page_my_privacy", .query = "done", .answer = page_answer_my_privacy},
	{.method = "POST", .path = "/me/consents", .statement = "consent_set", .is_write = true, .is_form = true, .ask = page_ask_consent, .answer = page_answer_consent},
	{.method = "GET", .path = "/me/export", .statement = "my_export", .ask = export_ask, .answer = page_answer_my_export},
	{.method = "POST", .path = "/me/erase", .statement = "my_erase", .is_write = true, .is_form = true, .ask = page_ask_erase, .answer = page_answer_erased},
	{.method = "GET", .path = "/me/access", .statement = "page_access", .query = "done", .answer = page_answer_access},
	{.method = "POST", .path = "/me/access/tokens", .statement = "token_create", .is_write = true, .is_form = true, .ask = page_ask_token_make,
	    .answer = page_answer_token_made},
	{.method = "POST", .path = "/me/access/tokens/{id}/revoke", .statement = "token_revoke", .is_write = true, .is_form = true, .ask = page_ask_my_booking,
	    .answer = page_answer_access_ended},
	{.method = "POST", .path = "/me/access/sessions/{id}/end", .statement = "session_revoke", .is_write = true, .is_form = true, .ask = page_ask_session_end,
	    .answer = page_answer_access_ended},
	{.method = "GET", .path = "/static/{fingerprint}/{file}", .answer = page_answer_static},
	{.method = "GET", .path = "/favicon.ico", .answer = page_answer_favicon},

	{.method = "GET", .path = "/hubs/{hub}", .statement = "page_hub", .ask = page_ask_hub, .answer = page_answer_hub},
	{.method = "GET", .path = "/hubs/{hub}/calendar", .statement = "page_calendar", .ask = page_ask_calendar, .answer = page_answer_calendar},
	{.method = "GET", .path = "/embed/{hub}", .statement = "page_calendar", .ask = page_ask_embed, .answer = page_answer_embed},
	{.method = "GET", .path = "/events/{id}", .statement = "page_event", .ask = page_ask_event, .answer = page_answer_event},
	{.method = "GET", .path = "/door/{hub}/{resource}", .statement = "page_door", .query = "outcome", .answer = page_answer_door},
	{.method = "POST", .path = "/door/{hub}/{resource}", .statement = "door_book", .is_write = true, .is_form = true, .ask = page_ask_door_booking,
	    .answer = page_answer_door_booking},
	{.method = "GET", .path = "/qr", .answer = page_answer_qr},

	/* Pages of a hub's managers. */
	{.method = "GET", .path = MANAGE, .statement = "page_manage", .ask = manage_ask, .answer = page_answer_manage},
	{.method = "GET", .path = MANAGE "/resources", .statement = "page_manage_resources", .ask = manage_ask, .answer = page_answer_manage_resources},
	{.method = "GET", .path = MANAGE "/new-resource", .statement = "page_manage_resources", .ask = manage_ask, .answer = page_answer_manage_resource},
	{.method = "POST", .path = MANAGE "/new-resource", .statement = "page_manage_resource_write", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_resource, .answer = page_answer_manage_resource_write},
	{.method = "GET", .path = MANAGE "/resources/{resource}", .statement = "page_manage_resources", .ask = manage_ask,
	    .answer = page_answer_manage_resource},
	{.method = "POST", .path = MANAGE "/resources/{resource}", .statement = "page_manage_resource_write", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_resource, .answer = page_answer_manage_resource_write},
	{.method = "POST", .path = MANAGE "/resources/{resource}/retire", .statement = "page_manage_resource_write", .is_write = true,
	    .is_form = true, .ask = page_ask_manage_retire, .answer = page_answer_manage_retire},
	{.method = "POST", .path = MANAGE "/resources/{resource}/photo", .statement = "photo_set", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_photo, .answer = page_answer_manage_photo},
	{.method = "POST", .path = MANAGE "/resources/{resource}/photo/remove", .statement = "photo_remove", .is_write = true, .is_form = true,
	    .ask = manage_ask, .answer = page_answer_manage_photo_removed},
	{.method = "GET", .path = MANAGE "/csv", .statement = "page_manage_resources", .ask = manage_ask, .answer = page_answer_manage_csv},
	{.method = "POST", .path = MANAGE "/csv", .statement = "page_manage_csv", .is_write = true, .is_form = true, .ask = page_ask_manage_csv,
	    .answer = page_answer_manage_csv},
	{.method = "GET", .path = MANAGE "/closures", .statement = "page_manage_closures", .ask = manage_ask, .answer = page_answer_manage_closures},
	{.method = "POST", .path = MANAGE "/closures", .look = "look_zone", .statement = "page_manage_close", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_close, .answer = page_answer_manage_close},
	{.method = "POST", .path = MANAGE "/closures/{id}/lift", .statement = "page_manage_lift", .is_write = true, .is_form = true, .ask = manage_ask,
	    .answer = page_answer_manage_lift},
	{.method = "GET", .path = MANAGE "/import", .statement = "page_manage_import", .ask = manage_ask, .answer = page_answer_manage_import},
	{.method = "POST", .path = MANAGE "/import", .statement = "page_manage_import_add", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_import, .answer = page_answer_manage_import_add},
	{.method = "GET", .path = MANAGE "/import/{id}", .statement = "page_manage_import", .ask = manage_ask, .answer = page_answer_manage_import_one},
	{.method = "POST", .path = MANAGE "/import/{id}/apply", .statement = "page_manage_import_apply", .is_write = true, .is_form = true,
	    .ask = manage_ask, .answer = page_answer_manage_import_apply},
	{.method = "GET", .path = MANAGE "/mirrors", .statement = "page_manage_mirrors", .ask = manage_ask, .answer = page_answer_manage_mirrors},
	{.method = "POST", .path = MANAGE "/mirrors", .statement = "page_manage_mirror_write", .is_write = true, .is_form = true, .ask = page_ask_manage_mirror,
	    .answer = page_answer_manage_mirror},
	{.method = "POST", .path = MANAGE "/mirrors/{id}/end", .statement = "mirror_end", .is_write = true, .is_form = true, .ask = manage_ask,
	    .answer = page_answer_manage_mirror_ended},
	{.method = "GET", .path = MANAGE "/webhooks", .statement = "page_manage_webhooks", .ask = manage_ask, .answer = page_answer_manage_webhooks},
	{.method = "POST", .path = MANAGE "/webhooks", .statement = "page_manage_webhook_write", .is_write = true, .is_form = true, .ask = page_ask_manage_webhook,
	    .answer = page_answer_manage_webhooks},
	{.method = "POST", .path = MANAGE "/webhooks/{id}/end", .statement = "webhook_remove", .is_write = true, .is_form = true, .ask = manage_ask,
	    .answer = page_answer_manage_webhook_ended},
	{.method = "POST", .path = MANAGE "/webhooks/{id}/deliveries/{delivery}/replay", .statement = "webhook_replay", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_replay, .answer = page_answer_manage_replayed},
	{.method = "GET", .path = MANAGE "/events", .statement = "page_manage_events", .ask = page_ask_manage_events, .answer = page_answer_manage_events},
	{.method = "GET", .path = MANAGE "/new-event", .statement = "page_manage_event", .ask = page_ask_manage_event, .answer = page_answer_manage_event},
	{.method = "POST", .path = MANAGE "/new-event", .look = "look_event_plan", .statement = "page_manage_event_write", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_event_write, .answer = page_answer_manage_event_write},
	{.method = "GET", .path = MANAGE "/events/{id}", .statement = "page_manage_event", .ask = page_ask_manage_event, .answer = page_answer_manage_event},
	{.method = "POST", .path = MANAGE "/events/{id}", .look = "look_event_plan", .statement = "page_manage_event_write", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_event_write, .answer = page_answer_manage_event_write},
	{.method = "POST", .path = MANAGE "/events/{id}/cancel", .look = "look_event_plan", .statement = "page_manage_event_cancel", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_event_cancel, .answer = page_answer_manage_event_cancel},

	/* Pages about people. */
	{.method = "GET", .path = "/hubs/{hub}/join", .statement = "page_join", .ask = page_ask_people, .answer = page_answer_join},
	{.method = "GET", .path = "/join/{token}", .statement = "page_join_link", .ask = page_ask_people, .answer = page_answer_join_link},
	{.method = "GET", .path = "/invitations/{token}", .statement = "page_invitation", .ask = page_ask_people, .answer = page_answer_invitation},
	{.method = "GET", .path = "/me/organisations", .statement = "page_people", .ask = page_ask_people, .answer = page_answer_organisations},
	{.method = "GET", .path = "/me/organisations/{organisation}", .statement = "page_organisation", .ask = page_ask_people, .answer = page_answer_organisation},
	{.method = "GET", .path = "/me/teams", .statement = "page_people", .ask = page_ask_people, .answer = page_answer_teams},
	{.method = "GET", .path = "/me/teams/{team}", .statement = "page_team", .ask = page_ask_people, .answer = page_answer_team},
	{.method = "GET", .path = "/me/delegates", .statement = "page_people", .ask = page_ask_people, .answer = page_answer_delegates},
	{.method = "GET", .path = "/agency", .statement = "page_agency", .ask = page_ask_people, .answer = page_answer_agency},
	{.method = "POST", .path = "/hubs/{hub}/join", .statement = "join_request_make", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/join/{token}", .statement = "join_request_confirm", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/invitations/{token}", .statement = "invitation_answer", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/invitations/{id}", .statement = "invitation_answer", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/organisations", .statement = "organisation_make", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/organisations/{organisation}", .statement = "organisation_change", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/organisations/{organisation}/join", .statement = "organisation_join", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/organisations/{organisation}/invite", .statement = "invitation_make", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/organisations/{organisation}/members/{person}", .statement = "organisation_member_change", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/organisations/{organisation}/members/{person}/leave", .statement = "organisation_leave", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/organisation", .statement = "person_change", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/teams", .statement = "team_make", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/teams/{team}", .statement = "team_change", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/teams/{team}/invite", .statement = "invitation_make", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/teams/{team}/members/{person}", .statement = "team_member_change", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/teams/{team}/members/{person}/leave", .statement = "team_leave", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/delegates", .statement = "invitation_make", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/delegates/{person}/end", .statement = "delegate_end", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = "/me/hubs/{hub}/leave", .statement = "membership_end", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = MANAGE "/members/invite", .statement = "invitation_make", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = MANAGE "/members/day-pass", .statement = "day_pass_give", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = MANAGE "/members/roles", .statement = "membership_give", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = MANAGE "/members/{person}/end", .statement = "membership_end", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = MANAGE "/requests/{id}", .statement = "join_request_decide", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = MANAGE "/invitations/{id}/revoke", .statement = "invitation_revoke", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "POST", .path = MANAGE "/day-passes/{id}/revoke", .statement = "day_pass_revoke", .is_write = true, .is_form = true, .ask = page_ask_people_form,
	    .answer = page_answer_people_form},
	{.method = "GET", .path = MANAGE "/audit", .statement = "page_manage_audit", .ask = audit_ask, .answer = page_answer_manage_audit},
	{.method = "GET", .path = MANAGE "/members", .statement = "page_manage_members", .ask = manage_ask, .answer = page_answer_manage_members},
	{.method = "GET", .path = MANAGE "/members/csv", .statement = "page_manage_members", .ask = manage_ask, .answer = page_answer_manage_members_csv},
	{.method = "POST", .path = MANAGE "/members/csv", .statement = "memberships_import", .is_write = true, .is_form = true,
	    .ask = page_ask_manage_members_csv, .answer = page_answer_manage_members_import},

	/* Places. */
	{.method = "GET", .path = API "/hubs", .statement = "hubs"},
	{.method = "GET", .path = API "/hubs/{hub}", .statement = "hub"},
	{.method = "GET", .path = API "/topics", .statement = "topics"},
	{.method = "GET", .path = API "/sites", .statement = "sites", .query = "hub"},
	{.method = "GET", .path = API "/resources", .statement = "resources", .query = "hub kind site"},
	{.method = "GET", .path = API "/resources/{hub}/{resource}", .statement = "resource"},
	{.method = "POST", .path = API "/resources", .statement = "resource_create", .is_write = true, .ask = resource_ask_make},
	{.method = "PATCH", .path = API "/resources/{hub}/{resource}", .statement = "resource_change", .is_write = true, .ask = resource_ask_change},
	{.method = "POST", .path = API "/resources/{hub}/{resource}/photo", .statement = "photo_set", .is_write = true, .ask = page_ask_photo},
	{.method = "DELETE", .path = API "/resources/{hub}/{resource}/photo", .statement = "photo_remove", .is_write = true, .ask = page_ask_photo_gone},
	{.method = "GET", .path = API "/units", .statement = "units", .query = "hub resource"},

	/* One's own ways in. */
	{.method = "GET", .path = API "/tokens", .statement = "tokens"},
	{.method = "POST", .path = API "/tokens", .statement = "token_create", .is_write = true, .ask = token_ask_make, .answer = token_answer_made},
	{.method = "DELETE", .path = API "/tokens/{id}", .statement = "token_revoke", .is_write = true, .ask = token_ask_end},
	{.method = "GET", .path = API "/sessions", .statement = "sessions"},
	{.method = "DELETE", .path = API "/sessions/{id}", .statement = "session_revoke", .is_write = true, .ask = session_ask_end},

	/* Calendars of other systems that rooms follow. */
	{.method = "GET", .path = API "/mirrors", .statement = "mirrors", .query = "hub"},
	{.method = "POST", .path = API "/mirrors", .statement = "mirror_make", .is_write = true, .ask = mirror_ask_make},
	{.method = "DELETE", .path = API "/mirrors/{id}", .statement = "mirror_end", .is_write = true, .ask = booking_ask_act},

	/* Bookings. */
	{.method = "POST", .path = API "/bookings", .look = "look_zone", .statement = "book", .is_write = true, .ask = booking_ask_make},
	{.method = "GET", .path = API "/bookings", .look = "look_zone", .statement = "bookings", .ask = booking_ask_list},
	{.method = "GET", .path = API "/bookings/{id}", .statement = "booking", .ask = booking_ask_one},
	{.method = "PATCH", .path = API "/bookings/{id}", .look = "look_booking", .statement = "booking_change", .is_write = true,
	    .ask = booking_ask_change},
	{.method = "DELETE", .path = API "/bookings/{id}", .statement = "booking_cancel", .is_write = true, .ask = booking_ask_act},
	{.method = "POST", .path = API "/bookings/{id}/confirm", .statement = "booking_confirm", .is_write = true, .ask = booking_ask_act},
	{.method = "POST", .path = API "/bookings/{id}/restore", .statement = "booking_restore", .is_write = true, .ask = booking_ask_act},
	{.method = "POST", .path = API "/series", .look = "look_series", .statement = "series_book", .is_write = true, .ask = series_ask_make},
	{.method = "GET", .path = API "/series", .statement = "series_list", .ask = series_ask_list},
	{.method = "GET", .path = API "/series/{id}", .statement = "series", .ask = booking_ask_one},
	{.method = "PATCH", .path = API "/series/{id}", .look = "look_series", .statement = "series_change", .is_write = true, .ask = series_ask_change},
	{.method = "DELETE", .path = API "/series/{id}", .look = "look_series", .statement = "series_cancel", .is_write = true, .ask = series_ask_cancel},
	{.method = "GET", .path = API "/freebusy", .look = "look_zone", .statement = "freebusy", .ask = booking_ask_freebusy},
	{.method = "GET", .path = API "/find", .look = "look_zone", .statement = "find", .ask = booking_ask_find},

	/* Secret addresses of calendars. */
	{.method = "GET", .path = API "/feeds", .statement = "feeds"},
	{.method = "POST", .path = API "/feeds", .statement = "feed_add", .is_write = true, .ask = feed_ask_add, .answer = feed_answer_add},
	{.method = "DELETE", .path = API "/feeds/{id}", .statement = "feed_revoke", .is_write = true, .ask = feed_ask_revoke},

	/* Events. */
	{.method = "GET", .path = API "/events", .look = "look_zone", .statement = "events", .ask = event_ask_list},
	{.method = "GET", .path = API "/occurrences", .look = "look_zone", .statement = "occurrences", .ask = event_ask_occurrences},
	{.method = "POST", .path = API "/events", .look = "look_event_plan", .statement = "event_create", .is_write = true, .ask = event_ask_make},
	{.method = "GET", .path = API "/events/{id}", .statement = "event", .ask = event_ask_one},
	{.method = "PATCH", .path = API "/events/{id}", .look = "look_event_plan", .statement = "event_change", .is_write = true, .ask = event_ask_change},
	{.method = "DELETE", .path = API "/events/{id}", .look = "look_event_plan", .statement = "event_cancel", .is_write = true, .ask = event_ask_cancel},

	/* People. */
	{.method = "GET", .path = API "/export", .statement = "my_export", .ask = export_ask},
	{.method = "GET", .path = API "/consents", .statement = "consents"},
	{.method = "POST", .path = API "/consents", .statement = "consent_set", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/audit", .statement = "audit", .ask = audit_ask},
	{.method = "GET", .path = API "/webhooks", .statement = "webhooks", .query = "hub"},
	{.method = "POST", .path = API "/webhooks", .statement = "webhook_make", .is_write = true, .ask = person_ask},
	{.method = "PATCH", .path = API "/webhooks/{id}", .statement = "webhook_change", .is_write = true, .ask = person_ask},
	{.method = "DELETE", .path = API "/webhooks/{id}", .statement = "webhook_remove", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/webhooks/{id}/deliveries", .statement = "webhook_deliveries"},
	{.method = "POST", .path = API "/webhooks/{id}/deliveries/{delivery}/replay", .statement = "webhook_replay", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/people", .statement = "people", .query = "hub"},
	{.method = "GET", .path = API "/people/{person}", .statement = "person"},
	{.method = "PATCH", .path = API "/people/{person}", .statement = "person_change", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/memberships", .statement = "memberships", .query = "hub"},
	{.method = "POST", .path = API "/memberships", .statement = "membership_give", .is_write = true, .ask = person_ask},
	{.method = "DELETE", .path = API "/memberships/{hub}/{person}", .statement = "membership_end", .is_write = true, .ask = person_ask},
	{.method = "POST", .path = API "/memberships/import", .statement = "memberships_import", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/join-requests", .statement = "join_requests", .query = "hub"},
	{.method = "POST", .path = API "/join-requests", .statement = "join_request_make", .is_write = true, .ask = person_ask},
	{.method = "POST", .path = API "/join-requests/confirm", .statement = "join_request_confirm", .is_write = true, .ask = person_ask},
	{.method = "PATCH", .path = API "/join-requests/{id}", .statement = "join_request_decide", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/invitations", .statement = "invitations", .query = "hub organisation team"},
	{.method = "POST", .path = API "/invitations", .statement = "invitation_make", .is_write = true, .ask = person_ask},
	{.method = "POST", .path = API "/invitations/answer", .statement = "invitation_answer", .is_write = true, .ask = person_ask},
	{.method = "DELETE", .path = API "/invitations/{id}", .statement = "invitation_revoke", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/day-passes", .statement = "day_passes", .query = "hub"},
	{.method = "POST", .path = API "/day-passes", .statement = "day_pass_give", .is_write = true, .ask = person_ask},
	{.method = "DELETE", .path = API "/day-passes/{id}", .statement = "day_pass_revoke", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/organisations", .statement = "organisations"},
	{.method = "POST", .path = API "/organisations", .statement = "organisation_make", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/organisations/{organisation}", .statement = "organisation"},
	{.method = "PATCH", .path = API "/organisations/{organisation}", .statement = "organisation_change", .is_write = true, .ask = person_ask},
	{.method = "POST", .path = API "/organisations/{organisation}/join", .statement = "organisation_join", .is_write = true, .ask = person_ask},
	{.method = "PATCH", .path = API "/organisations/{organisation}/members/{person}", .statement = "organisation_member_change", .is_write = true,
	    .ask = person_ask},
	{.method = "DELETE", .path = API "/organisations/{organisation}/members/{person}", .statement = "organisation_leave", .is_write = true,
	    .ask = person_ask},
	{.method = "GET", .path = API "/teams", .statement = "teams"},
	{.method = "POST", .path = API "/teams", .statement = "team_make", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/teams/{team}", .statement = "team"},
	{.method = "PATCH", .path = API "/teams/{team}", .statement = "team_change", .is_write = true, .ask = person_ask},
	{.method = "PATCH", .path = API "/teams/{team}/members/{person}", .statement = "team_member_change", .is_write = true, .ask = person_ask},
	{.method = "DELETE", .path = API "/teams/{team}/members/{person}", .statement = "team_leave", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/delegates", .statement = "delegates"},
	{.method = "DELETE", .path = API "/delegates/{person}", .statement = "delegate_end", .is_write = true, .ask = person_ask},
	{.method = "GET", .path = API "/statistics/hubs", .statement = "statistics_hubs"},
	{0},
};

const struct route *
routes_all(void)
{
	return routes;
}

static void
add_statement(struct db_statement *statements, size_t *count, const char *function, bool is_write)
{
	if (function == NULL)
		return;
	for (size_t i = 0; i < *count; i++)
		if (str_equal(statements[i].name, function))
			return;
	struct str sql = {0};
	str_print(&sql, "SELECT * FROM api.%s($1, $2)", function);
	statements[(*count)++] = (struct db_statement){.name = function, .sql = str_steal(&sql, NULL), .parameters = 2, .is_write = is_write};
}

/* Those that no route names; their text is copied, so that all can be freed alike. */
static void
add_given(struct db_statement *statements, size_t *count, const struct db_statement *given, size_t given_count)
{
	for (size_t i = 0; i < given_count; i++) {
		statements[*count] = given[i];
		statements[(*count)++].sql = base_strdup(given[i].sql);
	}
}

struct db_statement *
routes_statements(size_t *ret_count)
{
	size_t count = 0, of_feeds, of_service;
	const struct db_statement *feeds = feed_statements(&of_feeds), *service = service_statements(&of_service);
	struct db_statement *statements = base_alloc((2 * sizeof routes / sizeof routes[0] + of_feeds + of_service) * sizeof *statements);
	for (const struct route *route = routes; route->method != NULL; route++) {
		add_statement(statements, &count, route->look, false);
		add_statement(statements, &count, route->statement, route->is_write);
	}
	add_given(statements, &count, feeds, of_feeds);
	add_given(statements, &count, service, of_service);
	*ret_count = count;
	return statements;
}

void
routes_free_statements(struct db_statement *statements, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *)(uintptr_t)statements[i].sql);
	free(statements);
}
