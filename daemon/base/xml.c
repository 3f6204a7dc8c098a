/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* expat calls back; here is what it has built so far. */
struct building {
	struct arena *arena;
	XML_Parser parser;
	struct xml *root, *open;
	struct xml *last[XML_DEPTH];  /* the youngest child of the open element on each level */
	struct str text[XML_DEPTH];   /* its character data so far */
	size_t depth, count;
	const char *error;
};

static void
refuse(struct building *building, const char *sentence)
{
	if (building->error == NULL)
		building->error = arena_print(building->arena, "Line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(building->parser), sentence);
	XML_StopParser(building->parser, XML_FALSE);
}

static struct xml_attribute *
copy_attributes(struct arena *arena, const XML_Char **attributes)
{
	struct xml_attribute *first = NULL, **end = &first;
	for (; attributes[0] != NULL; attributes += 2) {
		struct xml_attribute *attribute = arena_take(arena, sizeof *attribute);
		attribute->name = arena_text(arena, attributes[0]);
		attribute->value = arena_text(arena, attributes[1]);
		*end = attribute;
		end = &attribute->next;
	}
	return first;
}

static void
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct building *building = context;
	if (building->error != NULL)
		return;
	if (building->depth == XML_DEPTH || ++building->count > XML_ELEMENTS) {
		refuse(building, building->depth == XML_DEPTH ? "elements are nested too deep." : "there are too many elements.");
		return;
	}
	struct xml *element = arena_take(building->arena, sizeof *element);
	element->name = arena_text(building->arena, name);
	element->text = "";
	element->attributes = copy_attributes(building->arena, attributes);
	element->parent = building->open;
	element->line = (unsigned long)XML_GetCurrentLineNumber(building->parser);
	if (building->open == NULL)
		building->root = element;
	else if (building->open->child == NULL)
		building->open->child = element;
	else
		building->last[building->depth - 1]->next = element;
	if (building->open != NULL)
		building->last[building->depth - 1] = element;
	building->open = element;
	str_clear(&building->text[building->depth++]);
}

static void
on_end(void *context, const XML_Char *name)
{
	struct building *building = context;
	(void)name;
	if (building->error != NULL)
		return;
	const struct str *text = &building->text[--building->depth];
	if (text->length > 0)
		building->open->text = arena_copy(building->arena, text->bytes, text->length);
	building->open = building->open->parent;
}

static void
on_text(void *context, const XML_Char *text, int length)
{
	struct building *building = context;
	if (building->error == NULL && building->depth > 0)
		str_add(&building->text[building->depth - 1], text, (size_t)length);
}

/* A document type could define entities that grow without bound, or point to other files. */
static void
on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_subset)
{
	(void)name, (void)system, (void)public, (void)has_subset;
	refuse(context, "a document type (DOCTYPE) is not accepted.");
}

static void
run(struct building *building, const char *bytes, size_t length)
{
	XML_SetUserData(building->parser, building);
	XML_SetElementHandler(building->parser, on_start, on_end);
	XML_SetCharacterDataHandler(building->parser, on_text);
	XML_SetStartDoctypeDeclHandler(building->parser, on_doctype);
	if (XML_Parse(building->parser, bytes, (int)length, 1) == XML_STATUS_OK || building->error != NULL)
		return;
	building->error = arena_print(building->arena, "Line %lu: this is not well-formed XML (%s).",
	    (unsigned long)XML_GetCurrentLineNumber(building->parser), XML_ErrorString(XML_GetErrorCode(building->parser)));
}

const struct xml *
xml_parse(struct arena *arena, const char *bytes, size_t length, const char **ret_error)
{
	struct building building = {.arena = arena};
	if (length > XML_BYTES) {
		*ret_error = arena_print(arena, "The file has %zu bytes; at most %d are read.", length, XML_BYTES);
		return NULL;
	}
	building.parser = XML_ParserCreate(NULL);
	if (building.parser == NULL)
		abort();
	run(&building, bytes, length);
	XML_ParserFree(building.parser);
	for (size_t i = 0; i < XML_DEPTH; i++)
		str_free(&building.text[i]);
	if (building.error == NULL)
		return building.root;
	*ret_error = building.error;
	return NULL;
}

static const struct xml *
find(const struct xml *element, const char *name)
{
	while (element != NULL && strcmp(element->name, name) != 0)
		element = element->next;
	return element;
}

const struct xml *
xml_child(const struct xml *element, const char *name)
{
	return element == NULL ? NULL : find(element->child, name);
}

const struct xml *
xml_next(const struct xml *element)
{
	return element == NULL ? NULL : find(element->next, element->name);
}

const char *
xml_child_text(const struct xml *element, const char *name)
{
	const struct xml *child = xml_child(element, name);
	return child == NULL ? NULL : child->text;
}

const char *
xml_attribute(const struct xml *element, const char *name)
{
	const struct xml_attribute *attribute = element == NULL ? NULL : element->attributes;
	while (attribute != NULL && strcmp(attribute->name, name) != 0)
		attribute = attribute->next;
	return attribute == NULL ? NULL : attribute->value;
}
