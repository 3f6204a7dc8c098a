/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A posted form with files (multipart/form-data: RFC 7578, RFC 2046 5.1) as the same pairs that form.h reads. It copies what it
 * names and knows no field's meaning.
 */
#ifndef HUBD_DISPATCH_MULTIPART_H
#define HUBD_DISPATCH_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct form;

/* The boundary of a Content-Type; NULL when it is no multipart/form-data, or has none that RFC 2046 allows. */
const char *multipart_boundary(struct arena *arena, const char *content_type);
/*
 * Into the arena. A part with a file name is a file: any bytes. Another is a text, and its value ends in NUL. False: no such form,
 * a text that is no UTF-8 or holds NUL, or more parts than FORM_FIELDS_MAX.
 */
bool multipart_parse(struct arena *arena, const char *body, size_t length, const char *boundary, struct form *ret_form);

#endif
