/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Static files under their fingerprint: kept for ever by whoever asked with the right one. */
#include "page/pages.h"

#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"
#include "page/library.h"

static void
answer(struct http_request *request, const char *name, const char *cache_control)
{
	const struct asset *asset = library_asset(page_library(request), name);
	if (asset == NULL) {
		answer_problem(request, 404, "not-found", "Diese Datei gibt es nicht.", "There is no such file.");
		return;
	}
	struct http_entity entity = {
		.type = asset->type, .plain = asset->plain, .gzip = asset->gzip, .etag = asset->etag, .gzip_etag = asset->gzip_etag};
	http_add_field(request, "Cache-Control", cache_control);
	/* A worker's reach ends at its own folder unless this says otherwise. */
	if (str_equal(name, "door-worker.js"))
		http_add_field(request, "Service-Worker-Allowed", "/door/");
	http_add_field(request, "X-Content-Type-Options", "nosniff");
	http_reply_entity(request, 200, &entity);
}

/* A page of the version before or after may ask a process of this one: it gets ours, and must not keep it. */
void
page_answer_static(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	bool is_ours = str_equal(route_parameter(request, "fingerprint"), library_fingerprint(page_library(request)));
	answer(request, route_parameter(request, "file"), is_ours ? "public, max-age=31536000, immutable" : "no-cache");
}

void
page_answer_favicon(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	answer(request, "favicon.svg", "public, max-age=86400");
}
