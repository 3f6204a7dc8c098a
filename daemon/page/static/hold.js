// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the slot while the form of step 3 is open: ten minutes, for this form. Another time gives the hold back. Without it the form books
// what it says, and learns then whether that is free.
const form = document.querySelector("form[data-hold]");
const note = form?.querySelector("[data-hold-note]");
const plain = form?.getAttribute("action");
let held = null;

const say = (text, isBad = false) => { note.textContent = text; note.classList.toggle("is-bad", isBad); };
const headers = { "Content-Type": "application/json" };

function wish() {
	const data = new FormData(form), item = { resource: data.get("resource") };
	if (data.get("count")) item.count = Number(data.get("count"));
	const start = `${data.get("date")}T${data.get("from")}`;
	let end = `${data.get("date")}T${data.get("to")}`;
	if (end <= start) {
		const next = new Date(`${data.get("date")}T12:00:00Z`);
		next.setUTCDate(next.getUTCDate() + 1);
		end = `${next.toISOString().slice(0, 10)}T${data.get("to")}`;
	}
	return { hub: form.dataset.hub, start, end, items: [item], hold: true };
}

async function hold() {
	const reply = await fetch("/api/v1/bookings", { method: "POST", headers, body: JSON.stringify(wish()), credentials: "same-origin" }).catch(() => null);
	if (!reply) return;
	if (reply.status === 409) say(form.dataset.taken, true);
	if (reply.status !== 201) return;
	held = await reply.json();
	form.setAttribute("action", `/me/bookings/${held.id}/confirm`);
	const until = new Date(held.expires).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
	say(form.dataset.until.replace("{time}", until));
	setTimeout(letGo, new Date(held.expires) - Date.now() - 2000, false);
}

function letGo(isToBeTold = true) {
	if (!held) return;
	const { id } = held;
	held = null;
	form.setAttribute("action", plain);
	say("");
	if (isToBeTold) fetch(`/api/v1/bookings/${id}`, { method: "DELETE", headers, body: "{}", credentials: "same-origin", keepalive: true }).catch(() => {});
}

if (note) {
	hold();
	for (const name of ["date", "from", "to", "count", "party"])
		form.elements[name]?.addEventListener("change", () => letGo());
	let isSent = false;
	form.addEventListener("submit", () => { isSent = true; });
	addEventListener("pagehide", () => { if (!isSent) letGo(); });
}
