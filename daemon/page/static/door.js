// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps a door display fresh: by /stream, and by a poll each minute. When the server cannot be reached, what was shown last stays,
// with a line that says since when; nothing can be booked until it is back. door-worker.js keeps the last state over a reload.
const POLL = 60_000, PATIENCE = 8_000;
const offline = document.getElementById("door-offline");
const door = () => document.getElementById("door");
let lastGood = Date.now(), isOffline = false, waiting = null, running = false;

const inWords = (at, parts) => new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "de-DE",
	{ timeZone: door().dataset.zone, ...parts }).format(at);
const clock = (at) => inWords(at, { hour: "2-digit", minute: "2-digit" });
const day = (at) => inWords(at, { day: "numeric", month: "long" });
/** "14:05", and of another day "3. März, 14:05". */
const since = (at) => day(at) === day(Date.now()) ? clock(at) : `${day(at)}, ${clock(at)}`;

function setOffline(value) {
	for (const button of door().querySelectorAll("button")) {
		if (value && !button.disabled) button.dataset.wasFree = "";
		if (value) button.disabled = true;
		else if ("wasFree" in button.dataset) { button.disabled = false; delete button.dataset.wasFree; }
	}
	if (value !== isOffline) offline.textContent = value ? offline.dataset.words.replace("{time}", since(lastGood)) : "";
	isOffline = value;
}

function show(fresh) {
	const old = door(), held = document.activeElement?.value;
	if (fresh.dataset.assets !== old.dataset.assets) return location.reload();
	old.replaceWith(document.adoptNode(fresh));
	if (held) fresh.querySelector(`button[value="${CSS.escape(held)}"]`)?.focus();
}

async function refresh() {
	clearTimeout(waiting);
	waiting = setTimeout(refresh, POLL - (Date.now() % POLL) + 500);
	if (running) return;
	running = true;
	try {
		const reply = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
		if (!reply.ok) throw new Error(String(reply.status));
		const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("door");
		if (!fresh) throw new Error("no door");
		lastGood = Date.now();
		setOffline(false);
		show(fresh);
	} catch {
		setOffline(true);
	} finally {
		running = false;
	}
}

function soon(most) {
	clearTimeout(waiting);
	waiting = setTimeout(refresh, 100 + Math.random() * most);
}

function listen() {
	const stream = new EventSource("/stream");
	stream.addEventListener("changed", (event) => {
		const told = JSON.parse(event.data).split(" "), ours = door().dataset.scopes.split(" ");
		if (event.data === '"all"' || told.some((scope) => ours.includes(scope))) soon(400);
	});
	stream.addEventListener("open", () => { if (isOffline) soon(400); });
	stream.addEventListener("error", () => {
		soon(400);
		if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 10_000);
	});
}

/** Was this page opened without a server? Then its worker answered with what it kept, and refresh() says so. */
async function ask() {
	if (!navigator.serviceWorker) return;
	navigator.serviceWorker.addEventListener("controllerchange", refresh);
	const kept = navigator.serviceWorker.controller && await caches.match(location.pathname);
	const at = Number(kept?.headers.get("X-Kept-At"));
	if (at && Date.now() - at > 2_000) {
		lastGood = at;
		refresh();
	}
	await navigator.serviceWorker.register(new URL("door-worker.js", import.meta.url), { scope: "/door/" });
}

waiting = setTimeout(refresh, POLL - (Date.now() % POLL) + 500);
setInterval(() => { document.getElementById("door-clock").textContent = clock(Date.now()); }, 5_000);
addEventListener("online", refresh);
addEventListener("offline", () => setOffline(true));
listen();
ask().catch(() => {});
