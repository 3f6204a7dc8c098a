/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XML as a small tree in an arena; the only user of expat. Document types are refused, and
 * with them every entity but the five of XML itself; depth, size and number of elements are
 * bounded. Namespaces stay in the names as they were written.
 */
#ifndef HUBD_BASE_XML_H
#define HUBD_BASE_XML_H

#include <stddef.h>

struct arena;

struct xml_attribute {
	const char *name, *value;
	struct xml_attribute *next;
};

struct xml {
	const char *name;
	const char *text; /* its own character data, joined; never NULL */
	struct xml_attribute *attributes;
	struct xml *parent, *child, *next;
	unsigned long line;
};

enum { XML_BYTES = 64 * 1024 * 1024, XML_DEPTH = 32, XML_ELEMENTS = 2000000 };

/* The root element; NULL: refused, and *ret_error is one sentence in the arena. */
const struct xml *xml_parse(struct arena *arena, const char *bytes, size_t length, const char **ret_error);

/* The first child of this name, or the next sibling of the same name; NULL is fine, as a place and an answer. */
const struct xml *xml_child(const struct xml *element, const char *name);
const struct xml *xml_next(const struct xml *element);
/* The text of the first child of this name; NULL when there is no such child. */
const char *xml_child_text(const struct xml *element, const char *name);
/* NULL when there is no such attribute. */
const char *xml_attribute(const struct xml *element, const char *name);

#endif
