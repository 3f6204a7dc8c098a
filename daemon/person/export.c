/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person/export.h"

#include "base/json.h"
#include "base/str.h"
#include "dispatch.h"
#include "http/http.h"

enum { PARTS_MAX = 100000 };

bool
export_ask(struct http_request *request, const struct db_rows *looked, struct ask *ret_ask)
{
	(void)looked;
	static const char *const names[] = {"part", "until", NULL};
	const char *part = http_parameter(request, "part"), *until = http_parameter(request, "until");
	struct json_writer writer = {.out = &ret_ask->input};
	int64_t number = 1, newest = 0;
	if (!ask_knows_parameters(request, ret_ask, names))
		return false;
	if (part != NULL && !str_number(part, 1, PARTS_MAX, &number))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "part", "„part“ muss eine Zahl sein, wie „next“ sie nennt.", "\"part\" must be a number, as \"next\" names it.");
	if ((until == NULL) != (number == 1) || (until != NULL && !str_number(until, 1, INT64_MAX, &newest)))
		return ask_refuse(request, ret_ask, 422, "malformed-value", "until", "„until“ gehört zu jedem Teil nach dem ersten und steht in dessen „next“.",
		    "\"until\" goes with every part after the first one, and stands in its \"next\".");
	json_open_map(&writer, NULL);
	json_put_integer(&writer, "part", number);
	if (until != NULL)
		json_put_integer(&writer, "until", newest);
	json_close_map(&writer);
	return true;
}
