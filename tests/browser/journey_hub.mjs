// SPDX-License-Identifier: GPL-3.0-or-later
// From a hub to its calendar, to an event, into one's own calendar: without JavaScript, with the keyboard alone, from another zone;
// and the agenda in the page of another site.
import { createServer } from "node:http";
import { check, done, open, url, watch } from "./browser.mjs";

const text = (page, selector = "main") => page.textContent(selector);

{
	const page = await open({ javaScript: false });
	const seen = watch(page);
	await page.goto("/hubs/berlin");
	check("the hub says when it is open", (await text(page)).includes("8 bis 22 Uhr"));
	check("and what can be booked", (await text(page)).includes("Lasercutter"));
	await page.getByRole("link", { name: "Kalender", exact: true }).first().click();
	check("its calendar opens as a list", page.url().endsWith("/hubs/berlin/calendar") && await page.locator(".agenda-day").count() > 0);
	await page.getByRole("link", { name: "Monat", exact: true }).click();
	const period = () => page.textContent("h2.calendar-period");
	const begun = await period();
	check("the month is a table with its days as headings", await page.locator("table.month thead th[scope=col]").count() === 8);
	await page.getByRole("link", { name: "Weiter" }).click();
	check("the next month is another one", await period() !== begun);
	await page.getByRole("link", { name: "Zurück" }).click();
	check("and back again", await period() === begun, await period());
	await page.locator("#date").fill("2027-03-03");
	await page.getByRole("button", { name: "Zeigen" }).click();
	check("a day is jumped to", await period() === "März 2027", await period());
	await page.getByRole("link", { name: "Heute", exact: true }).click();
	await page.getByRole("link", { name: "Woche", exact: true }).click();
	check("the week has seven days from Monday", (await page.locator(".week-date").allTextContents()).length === 7
		&& (await page.locator(".week-date").first().textContent()).startsWith("Mo"));
	await page.locator("nav.filter summary").click();
	await page.locator("nav.filter a", { hasText: "FinTech" }).click();
	check("a topic filters, and stays chosen", page.url().includes("topic=fintech") && (await page.textContent("nav.filter [aria-current]")) === "FinTech");
	await page.getByRole("link", { name: "Liste", exact: true }).click();
	check("in every view", page.url().includes("topic=fintech"));
	const title = await page.locator(".agenda-title a").first().textContent();
	await page.locator(".agenda-title a").first().click();
	check("an event opens", (await text(page, "h1")) === title);
	check("with its zone", (await text(page)).includes("Europe/Berlin"));
	const file = await page.request.get(await page.getByRole("link", { name: "Kalenderdatei" }).getAttribute("href"));
	check("and its file is a calendar", file.ok() && (await file.text()).startsWith("BEGIN:VCALENDAR"));
	await page.goto("/hubs/berlin#subscribe");
	const feed = await page.inputValue("#feed-address");
	check("the address to subscribe is there to copy", (await (await page.request.get(feed)).text()).startsWith("BEGIN:VCALENDAR"));
	check("the QR code shows", await page.locator("img.qr").evaluate((image) => image.complete && image.naturalWidth > 0));
	check("nothing complained", seen.console.length === 0 && seen.foreign.length === 0, JSON.stringify(seen));
}

{
	const page = await open();
	const tabTo = async (wanted) => {
		for (let i = 0; i < 80; i++) {
			await page.keyboard.press("Tab");
			if (await page.evaluate(() => document.activeElement?.textContent?.trim()) === wanted) return true;
		}
		return false;
	};
	await page.goto("/hubs/berlin/calendar");
	check("the views are reached by Tab", await tabTo("Monat"));
	await page.keyboard.press("Enter");
	await page.waitForURL((at) => at.search.includes("view=month"));
	const event = page.locator("table.month .slot a").first();
	const name = (await event.textContent()).trim();
	check("an event in the month is reached by Tab", await tabTo(name), name);
	await page.keyboard.press("Enter");
	await page.waitForURL((at) => at.pathname.startsWith("/events/"));
	check("and opens", name.includes(await text(page, "h1")));
}

{
	const near = await open();
	const context = await near.context().browser().newContext({ baseURL: url, locale: "de-DE", timezoneId: "America/New_York" });
	const page = await context.newPage();
	const seen = watch(page);
	await page.goto("/hubs/berlin/calendar");
	await page.locator(".agenda-title a").first().click();
	await page.waitForFunction(() => document.querySelector(".event-zone").textContent.includes("Bei Ihnen"));
	const line = await page.textContent(".event-zone");
	const [, hour] = (await page.textContent(".event-when-big")).match(/, (\d+)(?::\d+)? bis/);
	check("a visitor far away sees their own time", new RegExp(`, ${Number(hour) - 6}:|, ${String(Number(hour) - 6).padStart(2, "0")}:`).test(line), line);
	check("the data for machines disturb no policy", seen.console.length === 0 && JSON.parse(await page.textContent('script[type="application/ld+json"]'))["@type"] === "Event", JSON.stringify(seen));
	const home = await near.context().browser().newContext({ baseURL: url, locale: "de-DE", timezoneId: "Europe/Paris" });
	const other = await home.newPage();
	await other.goto(page.url());
	check("one whose clock shows the same reads it once", !(await other.textContent(".event-zone")).includes("Bei Ihnen"));
}

{
	const site = createServer((request, reply) => {
		reply.setHeader("Content-Type", "text/html");
		reply.end(`<iframe src="${url}/embed/berlin" width="600" height="400"></iframe><iframe src="${url}/hubs/berlin" width="600" height="400"></iframe>`);
	});
	await new Promise((ready) => site.listen(0, "localhost", ready));
	const page = await open();
	await page.goto(`http://localhost:${site.address().port}/`, { waitUntil: "load" });
	const framed = page.frames().find((frame) => frame.url().includes("/embed/berlin"));
	check("another site may show the agenda", framed && await framed.locator(".embed-heading").count() === 1);
	check("and gets no script with it", framed && await framed.locator("script").count() === 0);
	const texts = await Promise.all(page.frames().slice(1).map((frame) => frame.content().catch(() => "")));
	check("but no other page", !texts.some((content) => content.includes('id="subscribe"')));
	site.close();
	site.closeAllConnections();
}
await done();
