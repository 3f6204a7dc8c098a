/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The asks and answers of the routes that are pages, by file; and what the files of this folder share. */
#ifndef HUBD_PAGE_PAGES_H
#define HUBD_PAGE_PAGES_H

#include <stdbool.h>

struct ask;
struct db_rows;
struct http_request;
struct library;

/* page.c */
const struct library *page_library(const struct http_request *request);

/* static.c */
void page_answer_static(struct http_request *request, const struct db_rows *rows);
void page_answer_favicon(struct http_request *request, const struct db_rows *rows);

/* error.c: a dispatch_problem_page */
bool page_answer_problem(struct http_request *request, int status, const char *problem, const char *title, const char *detail);

/* start.c */
bool page_ask_start(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_start(struct http_request *request, const struct db_rows *rows);

/* hub.c */
bool page_ask_hub(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_hub(struct http_request *request, const struct db_rows *rows);

/* calendar.c */
bool page_ask_calendar(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_calendar(struct http_request *request, const struct db_rows *rows);
bool page_ask_embed(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_embed(struct http_request *request, const struct db_rows *rows);

/* event.c */
bool page_ask_event(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_event(struct http_request *request, const struct db_rows *rows);

/* door.c: the display beside a door; the posted form books */
void page_answer_door(struct http_request *request, const struct db_rows *rows);
bool page_ask_door_booking(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_door_booking(struct http_request *request, const struct db_rows *rows);

/* qr.c */
void page_answer_qr(struct http_request *request, const struct db_rows *rows);

/* resources.c */
bool page_ask_resources(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_resources(struct http_request *request, const struct db_rows *rows);

/* resource.c */
bool page_ask_resource(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_resource(struct http_request *request, const struct db_rows *rows);

/* photo.c: photos of resources, on their way in and out */
bool page_ask_manage_photo(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_photo(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_photo_removed(struct http_request *request, const struct db_rows *rows);
bool page_ask_photo(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool page_ask_photo_gone(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_photo(struct http_request *request, const struct db_rows *rows);

/* book.c: the three steps, and the form that books or holds */
bool page_ask_book(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_book(struct http_request *request, const struct db_rows *rows);
bool page_ask_booking(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_booking(struct http_request *request, const struct db_rows *rows);
/* "Bildschirm" for "screen"; the word itself where the locale has none. */
const char *page_feature(const struct http_request *request, const char *feature);

/* my.c: one's own bookings */
void page_answer_my(struct http_request *request, const struct db_rows *rows);
bool page_ask_my_booking(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_my_booking(struct http_request *request, const struct db_rows *rows);
bool page_ask_confirm(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_confirm(struct http_request *request, const struct db_rows *rows);
bool page_ask_move(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_move(struct http_request *request, const struct db_rows *rows);
void page_answer_cancel(struct http_request *request, const struct db_rows *rows);
void page_answer_restore(struct http_request *request, const struct db_rows *rows);

/* my_file.c */
void page_answer_my_file(struct http_request *request, const struct db_rows *rows);

/* manage_mirrors.c */
void page_answer_manage_mirrors(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_mirror(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_mirror(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_mirror_ended(struct http_request *request, const struct db_rows *rows);

/* manage_webhooks.c */
void page_answer_manage_webhooks(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_webhook(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool page_ask_manage_replay(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_replayed(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_webhook_ended(struct http_request *request, const struct db_rows *rows);

/* access.c: one's sessions, and tokens for programs */
void page_answer_access(struct http_request *request, const struct db_rows *rows);
bool page_ask_token_make(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_token_made(struct http_request *request, const struct db_rows *rows);
bool page_ask_session_end(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_access_ended(struct http_request *request, const struct db_rows *rows);

/* my_settings.c: language, mails, reminders; /unsubscribe */
void page_answer_my_settings(struct http_request *request, const struct db_rows *rows);
bool page_ask_my_settings(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_settings_saved(struct http_request *request, const struct db_rows *rows);
void page_answer_unsubscribe(struct http_request *request, const struct db_rows *rows);
void page_answer_unsubscribed(struct http_request *request, const struct db_rows *rows);

/* my_feeds.c: private addresses of one's calendar */
void page_answer_my_feeds(struct http_request *request, const struct db_rows *rows);
bool page_ask_feed_add(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_feed_add(struct http_request *request, const struct db_rows *rows);
void page_answer_feed_revoke(struct http_request *request, const struct db_rows *rows);

/* plain.c: pages that are texts, over api.page_frame */
void page_answer_imprint(struct http_request *request, const struct db_rows *rows);
void page_answer_privacy(struct http_request *request, const struct db_rows *rows);
void page_answer_accessibility(struct http_request *request, const struct db_rows *rows);
void page_answer_design(struct http_request *request, const struct db_rows *rows);
void page_answer_settings(struct http_request *request, const struct db_rows *rows);

/* sign_in.c */
bool page_ask_sign_in(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_sign_in(struct http_request *request, const struct db_rows *rows);
bool page_ask_sign_in_mail(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_sign_in_mail(struct http_request *request, const struct db_rows *rows);
void page_answer_sign_in_code(struct http_request *request, const struct db_rows *rows);
bool page_ask_signing_in_code(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_signing_in_code(struct http_request *request, const struct db_rows *rows);
bool page_ask_renew(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_renew(struct http_request *request, const struct db_rows *rows);
bool page_ask_signing_in(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_signing_in(struct http_request *request, const struct db_rows *rows);
bool page_ask_sign_out(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_sign_out(struct http_request *request, const struct db_rows *rows);

/* manage.c, manage_form.c: the pages of a hub's managers */
void page_answer_manage(struct http_request *request, const struct db_rows *rows);

/* manage_resources.c, manage_csv.c */
void page_answer_manage_resources(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_resource(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_resource(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_resource_write(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_retire(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_retire(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_csv(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_csv(struct http_request *request, const struct db_rows *rows);

/* manage_closures.c */
void page_answer_manage_closures(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_close(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask); /* look: look_zone */
void page_answer_manage_close(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_lift(struct http_request *request, const struct db_rows *rows);

/* manage_events.c */
bool page_ask_manage_events(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_events(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_event(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_event(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_event_write(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);  /* look: look_event_plan */
void page_answer_manage_event_write(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_event_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask); /* look: look_event_plan */
void page_answer_manage_event_cancel(struct http_request *request, const struct db_rows *rows);

/* people.c, people_forms.c: joining, invitations, organisations, teams, delegates, the agency's numbers */
bool page_ask_people(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
bool page_ask_people_form(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_people_form(struct http_request *request, const struct db_rows *rows);
void page_answer_invitation(struct http_request *request, const struct db_rows *rows);
void page_answer_join(struct http_request *request, const struct db_rows *rows);
void page_answer_join_link(struct http_request *request, const struct db_rows *rows);
void page_answer_organisations(struct http_request *request, const struct db_rows *rows);
void page_answer_organisation(struct http_request *request, const struct db_rows *rows);
void page_answer_teams(struct http_request *request, const struct db_rows *rows);
void page_answer_team(struct http_request *request, const struct db_rows *rows);
void page_answer_delegates(struct http_request *request, const struct db_rows *rows);
void page_answer_agency(struct http_request *request, const struct db_rows *rows);

/* privacy.c */
void page_answer_my_privacy(struct http_request *request, const struct db_rows *rows);
bool page_ask_consent(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_consent(struct http_request *request, const struct db_rows *rows);
void page_answer_my_export(struct http_request *request, const struct db_rows *rows);
bool page_ask_erase(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_erased(struct http_request *request, const struct db_rows *rows);

/* manage_audit.c */
void page_answer_manage_audit(struct http_request *request, const struct db_rows *rows);

/* manage_members.c */
void page_answer_manage_members(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_members_csv(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_members_csv(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_members_import(struct http_request *request, const struct db_rows *rows);

/* series.c */
bool page_ask_series_form(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);   /* look: look_zone */
void page_answer_series_form(struct http_request *request, const struct db_rows *rows);
bool page_ask_series_book(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);   /* look: look_series */
void page_answer_series_book(struct http_request *request, const struct db_rows *rows);
void page_answer_my_series(struct http_request *request, const struct db_rows *rows);
bool page_ask_series_change(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask); /* look: look_series */
void page_answer_series_change(struct http_request *request, const struct db_rows *rows);
bool page_ask_series_cancel(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask); /* look: look_series */
void page_answer_series_cancel(struct http_request *request, const struct db_rows *rows);

/* manage_import.c */
void page_answer_manage_import(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_import_one(struct http_request *request, const struct db_rows *rows);
bool page_ask_manage_import(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
void page_answer_manage_import_add(struct http_request *request, const struct db_rows *rows);
void page_answer_manage_import_apply(struct http_request *request, const struct db_rows *rows);

#endif
