// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps parts of a page as they are: an element with data-live="SCOPE …" is fetched again when the service tells that one of its scopes
// changed. "resource:" alone means any of them.
const parts = [...document.querySelectorAll("[data-live]")];
let source, waiting, busy = false, again = false;

function concerns(told) {
	const scopes = new Set(told.split(/[\s,]+/).filter(Boolean));
	return parts.some((part) => part.dataset.live.split(" ").some((mine) =>
		mine.endsWith(":") ? [...scopes].some((scope) => scope.startsWith(mine)) : scopes.has(mine)));
}

async function refresh() {
	if (busy) { again = true; return; }
	busy = true;
	try {
		const reply = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
		if (!reply.ok) return;
		const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
		for (const part of parts) swap(part, fresh.getElementById(part.id));
		document.dispatchEvent(new CustomEvent("hubd:fresh"));
	} catch { /* The network is away: what stands there stays. */ } finally {
		busy = false;
		if (again) { again = false; refresh(); }
	}
}

/** The new content in place of the old; whoever stood on a link stands on it again. */
function swap(part, fresh) {
	if (!fresh || part.innerHTML === fresh.innerHTML) return;
	const at = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
	part.replaceChildren(...fresh.childNodes);
	if (at) [...part.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === at)?.focus({ preventScroll: true });
}

function listen() {
	source = new EventSource("/stream");
	source.addEventListener("changed", (event) => {
		if (!concerns(JSON.parse(event.data))) return;
		clearTimeout(waiting);
		waiting = setTimeout(refresh, 150 + Math.random() * 250);
	});
}

if (parts.length > 0) {
	listen();
	document.addEventListener("visibilitychange", () => {
		if (document.hidden) source.close();
		else { listen(); refresh(); }
	});
}
