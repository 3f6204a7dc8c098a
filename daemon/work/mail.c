/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/wording.h"
#include "db/db.h"
#include "work/invitation.h"
#include "work/letter.h"
#include "work/mime.h"
#include "work/work.h"

enum { NOTES_MAX = 120 }; /* tries, a second apart, to note what became of a mail */

struct mailer {
	struct event_base *base;
	struct db_pool *pool;
	struct mailer_settings settings;
	struct wording *wording;
	struct smtp *smtp;   /* NULL: no server */
	char *host;          /* of Message-IDs */
	struct post *posts;
};

/* One attempt at one mail. */
struct post {
	struct post *next, **place; /* in the mailer's list */
	struct mailer *mailer;
	struct job *job;
	struct arena *arena;
	const char *message, *attempt;
	struct smtp_sending *sending;
	const char *outcome, *answer;
	struct event *again;
	int notes;
};

/* ---- the end ---- */

static void
post_free(struct post *post)
{
	*post->place = post->next;
	if (post->next != NULL)
		post->next->place = post->place;
	if (post->again != NULL)
		event_free(post->again);
	arena_free(post->arena);
	free(post);
}

/* SQL has ended the job, or its lease will. */
static void
leave(struct post *post)
{
	struct job *job = post->job;
	const char *why = str_equal(post->outcome, "sent") ? NULL : post->answer;
	job_leave(job, why);
	post_free(post);
}

static void note(struct post *post);

static void
note_again(evutil_socket_t socket, short events, void *context)
{
	(void)socket;
	(void)events;
	note(context);
}

/* A server's answer must not be forgotten because the database is away for a moment. */
static void
end_note(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct post *post = context;
	struct timeval second = {.tv_sec = 1};
	if (outcome == DB_ERROR)
		log_event(LOG_LEVEL_ERROR, "mail-not-noted", "id", post->message, "why", db_message(rows), NULL);
	if (outcome == DB_ROWS || job_is_abandoned(post->job) || ++post->notes > NOTES_MAX) {
		leave(post);
		return;
	}
	if (post->again == NULL && (post->again = event_new(post->mailer->base, -1, 0, note_again, post)) == NULL)
		abort();
	event_add(post->again, &second);
}

static void
note(struct post *post)
{
	const char *parameters[] = {job_id(post->job), post->message, post->attempt, post->outcome, post->answer};
	db_call(post->mailer->pool, "job_mail_end", parameters, end_note, post);
}

static void
end_post(struct post *post, const char *outcome, const char *answer)
{
	post->outcome = outcome;
	post->answer = answer;
	if (job_is_abandoned(post->job))
		leave(post);
	else
		note(post);
}

/* ---- to a server ---- */

static void
end_claim(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct post *post = context;
	smtp_go(post->sending, outcome == DB_ROWS && db_count(rows) == 1 && str_equal(db_text(rows, 0, "job_mail_claim"), "t"));
}

static void
claim(void *context, struct smtp_sending *sending)
{
	struct post *post = context;
	const char *parameters[] = {job_id(post->job), post->message, post->attempt};
	post->sending = sending;
	if (job_is_abandoned(post->job))
		smtp_go(sending, false);
	else
		db_call(post->mailer->pool, "job_mail_claim", parameters, end_claim, post);
}

static void
end_sending(void *context, enum smtp_outcome outcome, int code, const char *why)
{
	static const char *const words[] = {[SMTP_SENT] = "sent", [SMTP_LATER] = "later", [SMTP_REFUSED] = "refused", [SMTP_UNKNOWN] = "unknown"};
	struct post *post = context;
	const char *answer = why == NULL ? arena_print(post->arena, "%d", code) : code > 0 ? arena_print(post->arena, "%d: %s", code, why) : why;
	end_post(post, words[outcome], answer);
}

static void
send_to_server(struct post *post, const char *to, const struct str *bytes)
{
	static const struct smtp_calls calls = {.claim = claim, .ended = end_sending};
	struct smtp_mail mail = {.from = post->mailer->settings.from, .to = to, .bytes = bytes->bytes, .length = bytes->length};
	smtp_send(post->mailer->smtp, &mail, &calls, post);
}

/* ---- into a folder ---- */

static bool
write_file(const char *path, const struct str *bytes)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file == -1)
		return false;
	size_t written = 0;
	while (written < bytes->length) {
		ssize_t count = write(file, bytes->bytes + written, bytes->length - written);
		if (count <= 0)
			break;
		written += (size_t)count;
	}
	return close(file) == 0 && written == bytes->length;
}

static void
put_into_folder(struct post *post, const struct str *bytes)
{
	const char *folder = post->mailer->settings.directory;
	const char *path = arena_print(post->arena, "%s/%s.eml", folder, post->message), *hidden = arena_print(post->arena, "%s/.%s.eml", folder, post->message);
	bool is_there = mkdir(folder, 0700) == 0 || errno == EEXIST;
	if (is_there && write_file(hidden, bytes) && rename(hidden, path) == 0)
		end_post(post, "sent", "in mail_directory");
	else
		end_post(post, "later", arena_print(post->arena, "mail_directory: %s", strerror(errno)));
}

/* ---- writing ---- */

static const char *
site_name(const struct mailer *mailer, const char *language)
{
	const struct json *texts = json_get(wording_texts(mailer->wording, str_equal(language, "en")), "t");
	const char *name = json_as_text(json_get(json_get(texts, "mail"), "site"));
	return name != NULL ? name : "hubd";
}

/* The path under which one click ends mails of this class; none for those that are necessary. */
static const char *
unsubscribe_path(struct post *post, const struct db_rows *rows)
{
	const char *token = db_text(rows, 0, "unsubscribe"), *class = db_text(rows, 0, "class");
	return token == NULL || str_equal(class, "necessary") ? NULL : arena_print(post->arena, "/unsubscribe/%s/%s", token, class);
}

static bool
put_calendar(const struct post *post, const struct json *data, struct mime_mail *mail, struct str *out)
{
	const struct json *calendar = json_get(data, "calendar");
	struct invitation_people people = {.organizer = post->mailer->settings.from, .organizer_name = mail->from_name, .attendee = mail->to,
		.attendee_name = mail->to_name};
	if (calendar == NULL)
		return true;
	if (!invitation_write(out, calendar, &people))
		return false;
	mail->calendar = str_text(out);
	mail->method = invitation_method(calendar);
	return true;
}

static void
fill(struct post *post, const struct db_rows *rows, const struct letter *letter, struct mime_mail *mail)
{
	const struct mailer_settings *settings = &post->mailer->settings;
	const char *path = unsubscribe_path(post, rows), *hub = db_text(rows, 0, "hub"), *language = db_text(rows, 0, "language");
	*mail = (struct mime_mail){.from = settings->from, .from_name = hub != NULL ? hub : site_name(post->mailer, language), .to = db_text(rows, 0, "address"),
		.to_name = db_text(rows, 0, "name"), .reply_to = mime_is_address(settings->operator_mail) ? settings->operator_mail : NULL,
		.subject = str_text(&letter->subject), .language = language,
		.message_id = arena_print(post->arena, "%s@%s", db_text(rows, 0, "identity"), post->mailer->host),
		.unsubscribe = path == NULL ? NULL : arena_print(post->arena, "%s%s", settings->public_url, path), .date = db_number(rows, 0, "created"),
		.text = str_text(&letter->text), .html = str_text(&letter->html)};
}

/* False: *ret_why says why this mail cannot be written. */
static bool
compose(struct post *post, const struct db_rows *rows, struct str *ret_bytes, const char **ret_why)
{
	const struct mailer_settings *settings = &post->mailer->settings;
	struct letter_settings letter_settings = {.public_url = settings->public_url, .operator_name = settings->operator_name, .operator_address = settings->operator_address};
	struct letter_case letter_case = {.arena = post->arena, .kind = db_text(rows, 0, "kind"), .class = db_text(rows, 0, "class"),
		.language = db_text(rows, 0, "language"), .name = db_text(rows, 0, "name"), .hub = db_text(rows, 0, "hub"), .color = db_text(rows, 0, "color"),
		.data = json_read(post->arena, db_text(rows, 0, "data"), db_length(rows, 0, "data"), ret_why), .unsubscribe = unsubscribe_path(post, rows)};
	struct letter letter;
	struct mime_mail mail;
	struct str calendar = {0};
	if (!mime_is_address(db_text(rows, 0, "address"))) {
		*ret_why = "the address cannot be written to";
		return false;
	}
	if (letter_case.data == NULL || !letter_write(post->mailer->wording, &letter_settings, &letter_case, &letter, ret_why))
		return false;
	fill(post, rows, &letter, &mail);
	bool is_right = put_calendar(post, letter_case.data, &mail, &calendar);
	if (is_right)
		mime_write(ret_bytes, &mail);
	else
		*ret_why = "its calendar part cannot be written";
	letter_free(&letter);
	str_free(&calendar);
	return is_right;
}

static void
send_it(struct post *post, const struct db_rows *rows)
{
	struct str bytes = {0};
	const char *why = NULL;
	post->message = arena_text(post->arena, db_text(rows, 0, "id"));
	post->attempt = arena_text(post->arena, db_text(rows, 0, "attempt"));
	if (!compose(post, rows, &bytes, &why))
		end_post(post, "refused", why);
	else if (post->mailer->smtp != NULL)
		send_to_server(post, db_text(rows, 0, "address"), &bytes);
	else if (post->mailer->settings.directory[0] != '\0')
		put_into_folder(post, &bytes);
	else
		end_post(post, "later", "the settings name no mail server (smtp_url)");
	str_free(&bytes);
}

static void
end_begin(void *context, enum db_outcome outcome, const struct db_rows *rows)
{
	struct post *post = context;
	if (outcome == DB_ROWS && db_count(rows) == 1) {
		send_it(post, rows);
		return;
	}
	struct job *job = post->job;
	post_free(post);
	if (outcome == DB_ROWS)
		job_leave(job, NULL);
	else
		job_end(job, outcome == DB_ERROR ? db_message(rows) : "the database is away or late");
}

void
mailer_run(void *context, struct job *job)
{
	struct mailer *mailer = context;
	struct post *post = base_alloc(sizeof *post);
	*post = (struct post){.next = mailer->posts, .place = &mailer->posts, .mailer = mailer, .job = job, .arena = arena_new()};
	if (post->next != NULL)
		post->next->place = &post->next;
	mailer->posts = post;
	const char *parameters[] = {job_id(job)};
	db_call(mailer->pool, "job_mail_begin", parameters, end_begin, post);
}

/* ---- the mailer ---- */

/* https://hubs.example:8443/x -> hubs.example */
static char *
host_of(const char *url)
{
	const char *host = strstr(url, "://");
	size_t length = host == NULL ? 0 : strspn(host + 3, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	struct str text = {0};
	if (length > 0)
		str_add(&text, host + 3, length);
	else
		str_put(&text, "localhost");
	return str_steal(&text, NULL);
}

struct mailer *
mailer_new(struct event_base *base, struct wire *wire, struct db_pool *pool, const struct mailer_settings *settings, char **ret_error)
{
	struct wording *wording = wording_load(settings->templates, settings->locale, ret_error);
	if (wording == NULL)
		return NULL;
	struct mailer *mailer = base_alloc(sizeof *mailer);
	*mailer = (struct mailer){.base = base, .pool = pool, .settings = *settings, .wording = wording, .host = host_of(settings->public_url)};
	if (settings->smtp.url[0] != '\0')
		mailer->smtp = smtp_new(wire, &mailer->settings.smtp);
	return mailer;
}

void
mailer_free(struct mailer *mailer)
{
	if (mailer == NULL)
		return;
	while (mailer->posts != NULL)
		leave(mailer->posts);
	smtp_free(mailer->smtp);
	wording_free(mailer->wording);
	free(mailer->host);
	free(mailer);
}
