/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch/problem.h"

#include <stddef.h>

#include "base/str.h"

static const struct problem problems[] = {
	{"not-found", "Nicht gefunden", "Not found",
	    "Unter dieser Adresse gibt es nichts, oder es ist für die Fragenden nicht sichtbar.",
	    "There is nothing at this address, or it is not visible to the asker."},
	{"method-not-allowed", "Methode nicht möglich", "Method not allowed",
	    "Diese Adresse kennt die Methode nicht; das Feld Allow nennt die möglichen.",
	    "This address does not know the method; the Allow field names those it does."},
	{"malformed-request", "Anfrage nicht lesbar", "Malformed request",
	    "Die Anfrage ist nicht wohlgeformt; detail nennt die Stelle.",
	    "The request is not well formed; detail names the place."},
	{"malformed-json", "Kein lesbares JSON", "Malformed JSON",
	    "Der Inhalt ist kein JSON nach RFC 8259, kein UTF-8 oder kein Objekt; detail nennt Zeile und Spalte.",
	    "The content is not JSON (RFC 8259), not UTF-8 or not an object; detail names line and column."},
	{"unsupported-media-type", "Inhaltstyp nicht unterstützt", "Unsupported media type",
	    "Anfragen mit Inhalt brauchen Content-Type: application/json.",
	    "Requests with content need Content-Type: application/json."},
	{"malformed-authorization", "Authorization nicht lesbar", "Malformed Authorization",
	    "Richtig ist Authorization: Bearer TOKEN, oder Basic mit dem Token als Passwort.",
	    "Right is Authorization: Bearer TOKEN, or Basic with the token as password."},
	{"malformed-idempotency-key", "Idempotency-Key nicht lesbar", "Malformed Idempotency-Key",
	    "Der Schlüssel besteht aus 1 bis 200 sichtbaren ASCII-Zeichen ohne Komma.",
	    "The key is 1 to 200 visible ASCII characters without a comma."},
	{"malformed-if-match", "If-Match nicht lesbar", "Malformed If-Match",
	    "If-Match enthält genau ein ETag, wie es gelesen wurde.",
	    "If-Match holds exactly one ETag as it was read."},
	{"unknown-member", "Unbekanntes Feld", "Unknown member",
	    "Ein Feld des Inhalts ist hier nicht bekannt; errors nennt jedes, und das ähnlichste bekannte. Nichts wird stillschweigend überlesen.",
	    "A member of the content is not known here; errors names each, and the nearest known one. Nothing is skipped silently."},
	{"unknown-parameter", "Unbekannter Parameter", "Unknown parameter",
	    "Ein Parameter der Adresse ist hier nicht bekannt; detail nennt ihn und den ähnlichsten bekannten.",
	    "A parameter of the address is not known here; detail names it and the nearest known one."},
	{"missing-member", "Feld fehlt", "Missing member",
	    "Ein nötiges Feld fehlt; pointer nennt es.",
	    "A required member is missing; pointer names it."},
	{"malformed-value", "Wert nicht möglich", "Malformed value",
	    "Ein Wert hat die falsche Art oder liegt außerhalb der Grenzen; errors nennt jede Stelle und was richtig wäre.",
	    "A value has the wrong kind or is out of bounds; errors names each place and what would be right."},
	{"malformed-time", "Zeit nicht lesbar", "Malformed time",
	    "Zeiten sind RFC 3339 (2026-11-23T09:00, mit Z oder Abstand: ein Zeitpunkt; ohne: die Uhr des Ortes), Dauern ISO 8601 (PT2H).",
	    "Times are RFC 3339 (2026-11-23T09:00, with Z or an offset: an instant; without: the site's wall clock), durations ISO 8601 (PT2H)."},
	{"sign-in-required", "Anmeldung nötig", "Sign-in required",
	    "Dafür braucht es ein gültiges Token: Authorization: Bearer TOKEN.",
	    "This needs a valid token: Authorization: Bearer TOKEN."},
	{"not-allowed", "Nicht erlaubt", "Not allowed",
	    "Das Token ist gültig, aber die Person darf das hier nicht.",
	    "The token is valid, but the person may not do this here."},
	{"slot-taken", "Schon belegt", "Slot taken",
	    "Etwas anderes belegt den Platz zu dieser Zeit: conflicts nennt es, soweit die Fragenden es wissen dürfen, alternatives nennt, was ginge.",
	    "Something else holds the place at this time: conflicts names it as far as the asker may know, alternatives names what would succeed."},
	{"none-free", "Nichts frei", "None free",
	    "Für den Wunsch ist nichts frei. searched sagt, ob das bewiesen ist (exhaustive) oder nur bis zu einer Grenze gesucht wurde (bounded).",
	    "Nothing is free for the wish. searched says whether that is proved (exhaustive) or was searched up to a bound (bounded)."},
	{"not-possible", "So nicht möglich", "Not possible",
	    "Die Anfrage ist wohlgeformt, widerspricht aber einer Regel; detail nennt sie.",
	    "The request is well formed but contradicts a rule; detail names it."},
	{"changed-meanwhile", "Inzwischen geändert", "Changed meanwhile",
	    "If-Match nennt eine ältere Fassung: neu lesen, dann mit dem neuen ETag wiederholen.",
	    "If-Match names an older revision: read again, then repeat with the new ETag."},
	{"key-reused", "Schlüssel schon benutzt", "Key already used",
	    "Dieser Idempotency-Key gehört zu einer anderen Anfrage; eine neue Anfrage braucht einen neuen.",
	    "This Idempotency-Key belongs to another request; a new request needs a new one."},
	{"busy", "Ausgelastet", "Busy",
	    "Es wurde nichts geändert; nach Retry-After Sekunden noch einmal versuchen.",
	    "Nothing was changed; try again after Retry-After seconds."},
	{"database-away", "Datenbank nicht erreichbar", "Database away",
	    "Es wurde nichts geändert; hubd verbindet sich von selbst wieder. Kalender-Feeds kommen weiter aus der letzten guten Kopie.",
	    "Nothing was changed; hubd reconnects by itself. Calendar feeds still come from the last good copy."},
	{"timed-out", "Zu lange gedauert", "Timed out",
	    "Die Antwort kam nicht in der Zeit; es wurde nichts geändert.",
	    "The answer did not come in time; nothing was changed."},
	{"outcome-unknown", "Ausgang unbekannt", "Outcome unknown",
	    "Vielleicht ist es geschehen. Dieselbe Anfrage mit demselben Idempotency-Key wiederholen: sie wird höchstens einmal ausgeführt.",
	    "It may have been done. Repeat the same request with the same Idempotency-Key: it is done at most once."},
	{"defect", "Fehler in hubd", "Defect of hubd",
	    "Ein Fehler in hubd; er ist unter der Nummer im Feld X-Request-Id vermerkt.",
	    "A defect of hubd; it is noted under the number in the X-Request-Id field."},
	{0},
};

const struct problem *
problem_find(const char *name)
{
	for (const struct problem *problem = problems; problem->name != NULL; problem++)
		if (str_equal(problem->name, name))
			return problem;
	return NULL;
}

const struct problem *
problem_all(void)
{
	return problems;
}
