/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* One piece of memory a call: the struct, the pointers, the texts. */
struct call *
call_new(const struct db_statement *statement, const char *const *parameters, db_done *done, void *context)
{
	size_t count = (size_t)statement->parameters, room = 0;
	for (size_t i = 0; i < count; i++)
		room += parameters[i] != NULL ? strlen(parameters[i]) + 1 : 0;
	struct call *call = malloc(sizeof *call + count * sizeof call->values[0] + room);
	if (call == NULL)
		abort();
	*call = (struct call){.statement = statement, .done = done, .context = context};
	char *text = (char *)&call->values[count];
	for (size_t i = 0; i < count; i++) {
		size_t length = parameters[i] != NULL ? strlen(parameters[i]) + 1 : 0;
		call->values[i] = length > 0 ? memcpy(text, parameters[i], length) : NULL;
		text += length;
	}
	return call;
}

void
call_tell(struct call *call, enum db_outcome outcome, const struct db_rows *rows)
{
	assert(!call->is_told);
	call->is_told = true;
	call->done(call->context, outcome, rows);
}
