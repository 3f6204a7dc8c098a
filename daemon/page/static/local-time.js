// SPDX-License-Identifier: GPL-3.0-or-later
// Adds the visitor's own time to an event, where the visitor's clock differs from the event's.
for (const line of document.querySelectorAll("[data-start][data-zone]")) {
	const { start, end, zone, words } = line.dataset;
	const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
	const from = new Date(start), to = new Date(end);
	const clock = (at, timeZone) => new Intl.DateTimeFormat(document.documentElement.lang, { timeZone, dateStyle: "short", timeStyle: "short" }).format(at);
	if (!own || clock(from, own) === clock(from, zone)) continue;
	const format = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
	const time = to > from ? format.formatRange(from, to) : format.format(from);
	line.append(" · ", words.replace("{time}", time));
}
