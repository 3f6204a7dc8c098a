/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one seam: match a route, (look,) ask, call, answer. Waiting happens here and nowhere else.
 *
 * It knows HTTP's and the database's faces and how a result becomes a status; it does not know what any
 * route means.
 */
#ifndef HUBD_DISPATCH_H
#define HUBD_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct db_pool;
struct db_rows;
struct dispatch;
struct http_request;
struct json;

/*
 * What a handler makes of a request: the normalised input of the deciding call, or a refusal.
 *
 * Every api function has the shape api.NAME(caller jsonb, input jsonb) RETURNS api.reply (sql/README.md).
 * The caller document is made by dispatch: {"token": SHA-256 in hex or null, "session": the cookie's SHA-256 or null (never
 * beside a token, never for a write from another site), "proxy": the mail address of who a trusted proxy says is there, or null, "language": "de"|"en",
 * "key": the Idempotency-Key or null, "hash": SHA-256 of method, path and body, "request": id,
 * "revision": If-Match's tag or null}.
 * `input` is a JSON object, written with base/json's writer. Handlers set:
 */
struct ask {
	struct str input;      /* the input document; "{}" when left empty */
	bool wants_look;       /* "I need the looked-up facts first": only on the first call, where the route has a look */
	struct str look_input; /* then: the input document of the look */
	/* A refusal of what is not well formed: set by ask_refuse(). */
	int status;
	const char *problem;   /* the type's last segment: "malformed-request" */
	const char *pointer;   /* the field that is wrong, a JSON pointer or a parameter's name; or NULL */
	char *detail;          /* a sentence in the asker's language */
	struct str notes;      /* remarks on a request that is right, members of a JSON list: dispatch adds them to a dry run's reply */
	struct str errors;     /* all that is wrong, as members of a JSON list: {"pointer", "detail"}, … */
};

/*
 * Refuses with one sentence in both languages that names what is wrong and what would be right; always returns false, so
 * that a handler says: return ask_refuse(request, ret_ask, 422, "malformed-time", "/start", "…", "…");
 * The formats are printf's and take the same arguments.
 */
bool ask_refuse(struct http_request *request, struct ask *ret_ask, int status, const char *problem, const char *pointer,
    const char *format_de, const char *format_en, ...);

/*
 * The body: read, checked and a map before ask runs; NULL when the request has none. What is no JSON, not UTF-8 or of another
 * type was refused already.
 */
const struct json *request_json(const struct http_request *request);
/*
 * A field of a posted form, decoded; NULL when the form has none of this name. Of several of one name the first; index asks for
 * the others.
 */
const char *request_form(const struct http_request *request, const char *name);
const char *request_form_at(const struct http_request *request, const char *name, size_t index);
/* A file of a posted form: its bytes, and what its owner called it; NULL when none was chosen. ret_name may be NULL. */
const char *request_file(const struct http_request *request, const char *name, size_t *ret_length, const char **ret_name);
/* One thing that ask leaves for answer, in the request's arena: what must not go through the database, or need not. */
void request_keep(struct http_request *request, void *thing);
void *request_kept(const struct http_request *request); /* NULL when nothing was kept */
/* A cookie's value as sent (RFC 6265 5.4); NULL without. */
const char *request_cookie(const struct http_request *request, const char *name);
/* True when a session's cookie was sent, whether or not it still counts. */
bool request_has_session(const struct http_request *request);
/* The cookie's name for this request: "__Host-hubd" over https, "hubd" on loopback http, NULL where a session would be read by others. */
const char *request_session_cookie(const struct http_request *request);
/*
 * A new key for a form of this request's page: its field "key", which makes sending the form twice ask once, and proves that the form
 * was made for this session. In the request's arena.
 */
const char *request_form_key(const struct http_request *request);
/* True with "dry_run": true in the body. */
bool request_is_dry_run(const struct http_request *request);

/*
 * The members that a handler knows, of the body or of a map in it (where: its JSON pointer, "" for the body). All of them are
 * looked at before any is used: an unknown one is refused by name, with the nearest known one, and one of the wrong kind with the
 * kind that would be right. A missing one is the handler's question. The table ends with an entry without name.
 */
enum ask_kind { ASK_TEXT, ASK_INTEGER, ASK_BOOL, ASK_LIST, ASK_MAP };
struct ask_member {
	const char *name;
	enum ask_kind kind;
	int64_t low, high; /* of an integer; of a text: its length in bytes; of a list: its size. Both 0: any */
	bool may_be_null;  /* JSON null is taken as well */
};
bool ask_knows(struct http_request *request, struct ask *ret_ask, const struct json *map, const char *where, const struct ask_member *members);
/* The same for the query's parameters, which are texts; names ends with NULL. "lang" is always known. */
bool ask_knows_parameters(struct http_request *request, struct ask *ret_ask, const char *const *names);

/* For an answer without ask: refuses (400) a parameter that cannot be read or stands twice, and says so. */
bool request_has_clear_parameters(struct http_request *request);

/* What serve ties to dispatch by name at boot (the feed cache, the streams), for handlers that are more than ask and answer. */
void dispatch_tie(struct dispatch *dispatch, const char *name, void *thing);
void *request_tied(const struct http_request *request, const char *name); /* NULL when nothing is tied */

typedef bool route_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask);
typedef void route_answer(struct http_request *request, const struct db_rows *rows);

struct route {
	const char *method, *path; /* "/api/v1/bookings/{id}"; a parameter is a whole segment */
	const char *look;          /* a read-only statement before ask: a zone, a stored object, its revision; or NULL */
	const char *statement;     /* the deciding call; NULL: answer() is called at once with rows NULL */
	bool is_write;
	bool is_form;              /* a POST of a page: form-encoded, from our own pages only; its field "key" is the Idempotency-Key */
	route_ask *ask;            /* NULL: the input is the path's parameters and the query's, as strings */
	const char *query;         /* the parameters that the query may have, with blanks between them; NULL: none. An ask of a GET looks itself */
	route_answer *answer;      /* NULL: answer_reply() */
};

/* The matched route's statement (NULL where it has none) and its path: by them a table of an ask tells its rows apart. */
const char *request_statement(const struct http_request *request);
const char *request_pattern(const struct http_request *request);
/* A path parameter of the matched route, decoded; NULL when the route has no such one. */
const char *route_parameter(const struct http_request *request, const char *name);
/* "de" or "en": ?lang=, then the cookie "lang", then Accept-Language, then German. */
const char *request_language(const struct http_request *request);

/* The usual answer of an api.reply row: status, body (JSON), ETag from revision, Location; problems as application/problem+json. */
void answer_reply(struct http_request *request, const struct db_rows *rows);
/* A problem of RFC 9457 that C itself found, in the asker's language. */
void answer_problem(struct http_request *request, int status, const char *problem, const char *detail_de, const char *detail_en);

/* An http_put_refusal: what the server refuses by itself has types of /problems too. German readers get the English sentence as "detail_en";
 * browsers get a plain page. */
const char *answer_put_refusal(struct str *out, int status, const char *detail, const char *accept, const char *accept_language);

/*
 * How a problem looks to people: asked for requests that accept text/html outside /api and /feeds. False: it did not answer, and
 * the problem goes out as JSON.
 */
typedef bool dispatch_problem_page(struct http_request *request, int status, const char *problem, const char *title, const char *detail);
void dispatch_set_problem_page(struct dispatch *dispatch, dispatch_problem_page *page);

/* routes ends with an entry whose method is NULL. Statements are collected from it by routes.c for the pool. */
struct dispatch *dispatch_new(const struct route *routes, struct db_pool *pool);
void dispatch_free(struct dispatch *dispatch);
/*
 * Single sign-on: the header field in which a trusted peer (http_peer_is_trusted()) says the mail address of who is signed in there.
 * From anybody else it means nothing. NULL or "": there is none.
 */
void dispatch_set_sign_in_field(struct dispatch *dispatch, const char *name);
/* Called with the SHA-256 of each token and session that somebody came with and that counted. */
typedef void dispatch_credential_used(void *context, const char *sha256);
void dispatch_on_credential_used(struct dispatch *dispatch, dispatch_credential_used *used, void *context);
/* An http_handle: context is the struct dispatch. */
void dispatch_request(struct http_request *request, void *context);

#endif
