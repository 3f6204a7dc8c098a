/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What other programs call a zone. The Windows names are CLDR's windowsZones of territory 001,
 * with the tz database's present ids.
 */
#include "ical/zone.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ical/zone_inside.h"

struct zone_name {
	const char *foreign, *id;
};

static const struct zone_name windows_names[] = {
    {"AUS Central Standard Time", "Australia/Darwin"},
    {"AUS Eastern Standard Time", "Australia/Sydney"},
    {"Afghanistan Standard Time", "Asia/Kabul"},
    {"Alaskan Standard Time", "America/Anchorage"},
    {"Aleutian Standard Time", "America/Adak"},
    {"Altai Standard Time", "Asia/Barnaul"},
    {"Arab Standard Time", "Asia/Riyadh"},
    {"Arabian Standard Time", "Asia/Dubai"},
    {"Arabic Standard Time", "Asia/Baghdad"},
    {"Argentina Standard Time", "America/Argentina/Buenos_Aires"},
    {"Astrakhan Standard Time", "Europe/Astrakhan"},
    {"Atlantic Standard Time", "America/Halifax"},
    {"Aus Central W. Standard Time", "Australia/Eucla"},
    {"Azerbaijan Standard Time", "Asia/Baku"},
    {"Azores Standard Time", "Atlantic/Azores"},
    {"Bahia Standard Time", "America/Bahia"},
    {"Bangladesh Standard Time", "Asia/Dhaka"},
    {"Belarus Standard Time", "Europe/Minsk"},
    {"Bougainville Standard Time", "Pacific/Bougainville"},
    {"Canada Central Standard Time", "America/Regina"},
    {"Cape Verde Standard Time", "Atlantic/Cape_Verde"},
    {"Caucasus Standard Time", "Asia/Yerevan"},
    {"Cen. Australia Standard Time", "Australia/Adelaide"},
    {"Central America Standard Time", "America/Guatemala"},
    {"Central Asia Standard Time", "Asia/Bishkek"},
    {"Central Brazilian Standard Time", "America/Cuiaba"},
    {"Central Europe Standard Time", "Europe/Budapest"},
    {"Central European Standard Time", "Europe/Warsaw"},
    {"Central Pacific Standard Time", "Pacific/Guadalcanal"},
    {"Central Standard Time", "America/Chicago"},
    {"Central Standard Time (Mexico)", "America/Mexico_City"},
    {"Chatham Islands Standard Time", "Pacific/Chatham"},
    {"China Standard Time", "Asia/Shanghai"},
    {"Cuba Standard Time", "America/Havana"},
    {"Dateline Standard Time", "Etc/GMT+12"},
    {"E. Africa Standard Time", "Africa/Nairobi"},
    {"E. Australia Standard Time", "Australia/Brisbane"},
    {"E. Europe Standard Time", "Europe/Chisinau"},
    {"E. South America Standard Time", "America/Sao_Paulo"},
    {"Easter Island Standard Time", "Pacific/Easter"},
    {"Eastern Standard Time", "America/New_York"},
    {"Eastern Standard Time (Mexico)", "America/Cancun"},
    {"Egypt Standard Time", "Africa/Cairo"},
    {"Ekaterinburg Standard Time", "Asia/Yekaterinburg"},
    {"FLE Standard Time", "Europe/Kyiv"},
    {"Fiji Standard Time", "Pacific/Fiji"},
    {"GMT Standard Time", "Europe/London"},
    {"GTB Standard Time", "Europe/Bucharest"},
    {"Georgian Standard Time", "Asia/Tbilisi"},
    {"Greenland Standard Time", "America/Nuuk"},
    {"Greenwich Standard Time", "Atlantic/Reykjavik"},
    {"Haiti Standard Time", "America/Port-au-Prince"},
    {"Hawaiian Standard Time", "Pacific/Honolulu"},
    {"India Standard Time", "Asia/Kolkata"},
    {"Iran Standard Time", "Asia/Tehran"},
    {"Israel Standard Time", "Asia/Jerusalem"},
    {"Jordan Standard Time", "Asia/Amman"},
    {"Kaliningrad Standard Time", "Europe/Kaliningrad"},
    {"Kamchatka Standard Time", "Asia/Kamchatka"},
    {"Korea Standard Time", "Asia/Seoul"},
    {"Libya Standard Time", "Africa/Tripoli"},
    {"Line Islands Standard Time", "Pacific/Kiritimati"},
    {"Lord Howe Standard Time", "Australia/Lord_Howe"},
    {"Magadan Standard Time", "Asia/Magadan"},
    {"Magallanes Standard Time", "America/Punta_Arenas"},
    {"Marquesas Standard Time", "Pacific/Marquesas"},
    {"Mauritius Standard Time", "Indian/Mauritius"},
    {"Mid-Atlantic Standard Time", "Etc/GMT+2"},
    {"Middle East Standard Time", "Asia/Beirut"},
    {"Montevideo Standard Time", "America/Montevideo"},
    {"Morocco Standard Time", "Africa/Casablanca"},
    {"Mountain Standard Time", "America/Denver"},
    {"Mountain Standard Time (Mexico)", "America/Mazatlan"},
    {"Myanmar Standard Time", "Asia/Yangon"},
    {"N. Central Asia Standard Time", "Asia/Novosibirsk"},
    {"Namibia Standard Time", "Africa/Windhoek"},
    {"Nepal Standard Time", "Asia/Kathmandu"},
    {"New Zealand Standard Time", "Pacific/Auckland"},
    {"Newfoundland Standard Time", "America/St_Johns"},
    {"Norfolk Standard Time", "Pacific/Norfolk"},
    {"North Asia East Standard Time", "Asia/Irkutsk"},
    {"North Asia Standard Time", "Asia/Krasnoyarsk"},
    {"North Korea Standard Time", "Asia/Pyongyang"},
    {"Omsk Standard Time", "Asia/Omsk"},
    {"Pacific SA Standard Time", "America/Santiago"},
    {"Pacific Standard Time", "America/Los_Angeles"},
    {"Pacific Standard Time (Mexico)", "America/Tijuana"},
    {"Pakistan Standard Time", "Asia/Karachi"},
    {"Paraguay Standard Time", "America/Asuncion"},
    {"Qyzylorda Standard Time", "Asia/Qyzylorda"},
    {"Romance Standard Time", "Europe/Paris"},
    {"Russia Time Zone 10", "Asia/Srednekolymsk"},
    {"Russia Time Zone 11", "Asia/Kamchatka"},
    {"Russia Time Zone 3", "Europe/Samara"},
    {"Russian Standard Time", "Europe/Moscow"},
    {"SA Eastern Standard Time", "America/Cayenne"},
    {"SA Pacific Standard Time", "America/Bogota"},
    {"SA Western Standard Time", "America/La_Paz"},
    {"SE Asia Standard Time", "Asia/Bangkok"},
    {"Saint Pierre Standard Time", "America/Miquelon"},
    {"Sakhalin Standard Time", "Asia/Sakhalin"},
    {"Samoa Standard Time", "Pacific/Apia"},
    {"Sao Tome Standard Time", "Africa/Sao_Tome"},
    {"Saratov Standard Time", "Europe/Saratov"},
    {"Singapore Standard Time", "Asia/Singapore"},
    {"South Africa Standard Time", "Africa/Johannesburg"},
    {"South Sudan Standard Time", "Africa/Juba"},
    {"Sri Lanka Standard Time", "Asia/Colombo"},
    {"Sudan Standard Time", "Africa/Khartoum"},
    {"Syria Standard Time", "Asia/Damascus"},
    {"Taipei Standard Time", "Asia/Taipei"},
    {"Tasmania Standard Time", "Australia/Hobart"},
    {"Tocantins Standard Time", "America/Araguaina"},
    {"Tokyo Standard Time", "Asia/Tokyo"},
    {"Tomsk Standard Time", "Asia/Tomsk"},
    {"Tonga Standard Time", "Pacific/Tongatapu"},
    {"Transbaikal Standard Time", "Asia/Chita"},
    {"Turkey Standard Time", "Europe/Istanbul"},
    {"Turks And Caicos Standard Time", "America/Grand_Turk"},
    {"US Eastern Standard Time", "America/Indiana/Indianapolis"},
    {"US Mountain Standard Time", "America/Phoenix"},
    {"UTC", "UTC"},
    {"UTC+12", "Etc/GMT-12"},
    {"UTC+13", "Etc/GMT-13"},
    {"UTC-02", "Etc/GMT+2"},
    {"UTC-08", "Etc/GMT+8"},
    {"UTC-09", "Etc/GMT+9"},
    {"UTC-11", "Etc/GMT+11"},
    {"Ulaanbaatar Standard Time", "Asia/Ulaanbaatar"},
    {"Venezuela Standard Time", "America/Caracas"},
    {"Vladivostok Standard Time", "Asia/Vladivostok"},
    {"Volgograd Standard Time", "Europe/Volgograd"},
    {"W. Australia Standard Time", "Australia/Perth"},
    {"W. Central Africa Standard Time", "Africa/Lagos"},
    {"W. Europe Standard Time", "Europe/Berlin"},
    {"W. Mongolia Standard Time", "Asia/Hovd"},
    {"West Asia Standard Time", "Asia/Tashkent"},
    {"West Bank Standard Time", "Asia/Hebron"},
    {"West Pacific Standard Time", "Pacific/Port_Moresby"},
    {"Yakutsk Standard Time", "Asia/Yakutsk"},
    {"Yukon Standard Time", "America/Whitehorse"},
};

/* Names in brackets' company ("(UTC-05:00) Eastern Time (US & Canada)") that hold no city. */
static const struct zone_name phrases[] = {
    {"Eastern Time", "America/New_York"},
    {"Central Time", "America/Chicago"},
    {"Mountain Time", "America/Denver"},
    {"Pacific Time", "America/Los_Angeles"},
    {"Atlantic Time", "America/Halifax"},
    {"Greenwich Mean Time", "Europe/London"},
    {"Coordinated Universal Time", "UTC"},
};

/* UTC by its other names, so that one zone has one id. */
static const char *const utc_names[] = {"Etc/UTC", "Etc/GMT", "GMT", "Z", "Zulu", "UCT", "Etc/UCT", "Etc/Zulu", "Universal",
    "tzutc()", "utc"};

/* Where to look for a city, the nearest first. */
static const char *const regions[] = {"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian",
    "America/Argentina", "America/Indiana"};

static const struct zone *
find_utc(const char *name)
{
	for (size_t i = 0; i < sizeof utc_names / sizeof utc_names[0]; i++)
		if (strcmp(name, utc_names[i]) == 0)
			return zone_utc();
	return NULL;
}

static const struct zone *
find_windows(const char *name)
{
	for (size_t i = 0; i < sizeof windows_names / sizeof windows_names[0]; i++)
		if (str_equal_nocase(name, windows_names[i].foreign))
			return zone_find(windows_names[i].id);
	return NULL;
}

/* The longest tail behind a slash that is an id with a region: /a.org/20240101/Europe/Berlin. */
static const struct zone *
find_behind_prefix(const char *name)
{
	const struct zone *zone = NULL;
	for (const char *slash = strchr(name, '/'); slash != NULL && zone == NULL; slash = strchr(slash + 1, '/'))
		if (strchr(slash + 1, '/') != NULL)
			zone = zone_find(slash + 1);
	return zone;
}

/* A city as it is written in a list: "St. Petersburg", "New Delhi"; blanks become underlines. */
static const struct zone *
find_city(const char *city, size_t length)
{
	char id[ZONE_ID_SIZE];
	const struct zone *zone = NULL;
	if (length == 0 || length > 40)
		return NULL;
	for (size_t i = 0; i < sizeof regions / sizeof regions[0] && zone == NULL; i++) {
		snprintf(id, sizeof id, "%s/%.*s", regions[i], (int)length, city);
		for (char *blank = strchr(id, ' '); blank != NULL; blank = strchr(blank, ' '))
			*blank = '_';
		zone = zone_find(id);
	}
	return zone;
}

/* "(GMT+01:00) Amsterdam, Berlin, Bern", "GMT+0100 Berlin/Bern", "Berlin": the first city that names a zone. */
static const struct zone *
find_cities(const char *name)
{
	const struct zone *zone = NULL;
	const char *bracket = *name == '(' ? strchr(name, ')') : NULL;
	if (bracket != NULL)
		name = bracket + 1;
	while (*name != '\0' && zone == NULL) {
		name += strspn(name, " ,/;");
		size_t length = strcspn(name, ",/;");
		size_t city = length;
		while (city > 0 && name[city - 1] == ' ')
			city--;
		zone = find_city(name, city);
		name += length;
	}
	return zone;
}

static const struct zone *
find_phrase(const char *name)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (strstr(name, phrases[i].foreign) != NULL)
			return zone_find(phrases[i].id);
	return NULL;
}

static const struct zone *
find_any(const char *given)
{
	char name[256];
	if (given == NULL || strlen(given) >= sizeof name)
		return NULL;
	given += strspn(given, " \"'");
	snprintf(name, sizeof name, "%s", given);
	for (size_t end = strlen(name); end > 0 && strchr(" \"'", name[end - 1]) != NULL; end--)
		name[end - 1] = '\0';

	const struct zone *(*const ways[])(const char *name) = {find_utc, zone_find, find_windows, find_behind_prefix, find_cities,
	    find_phrase};
	const struct zone *zone = NULL;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0] && zone == NULL; i++)
		zone = ways[i](name);
	return zone;
}

const struct zone *
zone_find_foreign(const char *tzid, const char *lic_location)
{
	const struct zone *zone = find_any(tzid);
	return zone != NULL ? zone : find_any(lic_location);
}
