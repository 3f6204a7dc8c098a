/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes of our own addresses, as SVG files: /qr?of=/hubs/berlin. libqrencode is used here only. */
#include <qrencode.h>
#include <string.h>

#include "dispatch.h"
#include "http/http.h"
#include "page/page.h"
#include "page/pages.h"
#include "page/place.h"

enum { ADDRESS_MAX = 500, QUIET = 4 };

/* Dark modules of a row in runs: one path for all of it. */
static void
draw(struct str *svg, const QRcode *code)
{
	int size = code->width + 2 * QUIET;
	str_print(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
	    "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", size, size, size, size);
	for (int y = 0; y < code->width; y++)
		for (int x = 0, run; x < code->width; x += run) {
			const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
			for (run = 1; x + run < code->width && (row[x + run] & 1) == (row[x] & 1);)
				run++;
			if (row[x] & 1)
				str_print(svg, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
		}
	str_put(svg, "\"/></svg>\n");
}

void
page_answer_qr(struct http_request *request, const struct db_rows *rows)
{
	(void)rows;
	const char *of = http_parameter(request, "of");
	if (!page_is_local(of) || strlen(of) > ADDRESS_MAX) {
		answer_problem(request, 422, "malformed-value", "QR-Codes gibt es nur für Adressen dieses Dienstes: „of“ ist ein Pfad wie /hubs/berlin.",
		    "There are QR codes of this service's addresses only: \"of\" is a path such as /hubs/berlin.");
		return;
	}
	QRcode *code = QRcode_encodeString8bit(place_absolute(request, of), 0, QR_ECLEVEL_M);
	if (code == NULL) {
		answer_problem(request, 422, "malformed-value", "Diese Adresse ist zu lang für einen QR-Code.", "This address is too long for a QR code.");
		return;
	}
	struct str svg = {0};
	draw(&svg, code);
	QRcode_free(code);
	http_add_field(request, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	http_add_field(request, "X-Content-Type-Options", "nosniff");
	http_add_field(request, "Referrer-Policy", "same-origin");
	http_add_field(request, "Cache-Control", "private, max-age=86400");
	http_reply(request, 200, "image/svg+xml", str_text(&svg), svg.length);
	str_free(&svg);
}
