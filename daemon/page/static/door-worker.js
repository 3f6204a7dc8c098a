// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps what a door display showed last, with its styles and scripts, so that it can be opened anew while the server cannot be reached.
// door.js says since when. Nothing else of the site goes through here: its scope is /door/.
const CACHE = "door", PAGES = 8, PATIENCE = 8_000;
const isDoor = (address) => address.origin === location.origin && address.pathname.startsWith("/door/");
const isStatic = (address) => address.origin === location.origin && address.pathname.startsWith("/static/");

async function keep(path, reply) {
	const cache = await caches.open(CACHE), text = await reply.text();
	const headers = new Headers(reply.headers), assets = new Set(text.match(/\/static\/[0-9a-f]+\/[\w.-]+/g));
	headers.set("X-Kept-At", String(Date.now()));
	headers.delete("Vary");
	await cache.put(path, new Response(text, { status: 200, headers }));
	const kept = (await cache.keys()).map((request) => new URL(request.url).pathname);
	const pages = kept.filter((each) => each.startsWith("/door/"));
	const gone = [...pages.slice(0, -PAGES), ...kept.filter((each) => each.startsWith("/static/") && !assets.has(each))];
	await Promise.all(gone.map((each) => cache.delete(each)));
	await cache.addAll([...assets].filter((each) => !kept.includes(each)));
}

/** Fresh where there is a server; the last state for who opens the page where there is none. */
async function door(event, address) {
	const isOpened = event.request.mode === "navigate";
	try {
		const reply = await fetch(event.request, { signal: AbortSignal.timeout(PATIENCE) });
		// What a booking's outcome says once is not kept for later.
		if (reply.ok && address.search === "") event.waitUntil(keep(address.pathname, reply.clone()).catch(() => {}));
		if (!isOpened || reply.status < 500) return reply;
		return (await caches.match(address.pathname)) ?? reply;
	} catch (error) {
		const last = isOpened ? await caches.match(address.pathname) : undefined;
		if (last) return last;
		throw error;
	}
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
	const address = new URL(event.request.url);
	if (event.request.method !== "GET") return;
	if (isDoor(address)) event.respondWith(door(event, address));
	else if (isStatic(address)) event.respondWith(caches.match(address.pathname).then((kept) => kept ?? fetch(event.request)));
});
