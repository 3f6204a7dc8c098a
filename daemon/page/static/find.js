// SPDX-License-Identifier: GPL-3.0-or-later
// Shows what is free while the form is being filled in: the page that the form would open, its list alone.
const form = document.querySelector("[data-find]");
const found = document.getElementById("found");
let waiting, asking;

async function find() {
	asking?.abort();
	asking = new AbortController();
	const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
	const address = `${form.getAttribute("action")}?${query}`;
	try {
		const reply = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" }, credentials: "same-origin" });
		if (!reply.ok) return;
		const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("found");
		found.replaceChildren(...fresh.childNodes);
		history.replaceState(null, "", address);
	} catch { /* Given up, or the network is away: the button still works. */ }
}

form?.addEventListener("input", () => {
	clearTimeout(waiting);
	waiting = setTimeout(find, 250);
});
