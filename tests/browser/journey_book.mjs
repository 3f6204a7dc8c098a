// SPDX-License-Identifier: GPL-3.0-or-later
// A newcomer's path: the link, the laser cutter in three steps, the subscription; by mouse, by keyboard alone, without JavaScript. Then a
// booking is moved, cancelled and booked again.
import { axe, check, done, link, open, signIn, watch } from "./browser.mjs";

const mail = "kim.sommer@example.org";
const book = "/hubs/berlin/book";

async function tabTo(page, wanted, most = 150) {
	for (let i = 0; i < most; i++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate((text) => {
			const at = document.activeElement;
			return (at?.getAttribute("aria-label") ?? at?.labels?.[0]?.textContent ?? at?.textContent ?? "").trim().startsWith(text);
		}, wanted)) return true;
	}
	return false;
}

/** Pages that only a form leads to are not in pages.json. */
async function sound(page, name) {
	const found = await axe(page);
	check(`${name}: axe finds nothing`, found.length === 0, found.join("\n"));
	const width = page.viewportSize();
	await page.setViewportSize({ width: 360, height: 800 });
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);
	check(`${name}: fits 360 px`, wide <= 360, wide);
	await page.setViewportSize(width);
}

async function subscribe(page, name) {
	await page.goto("/me/feeds");
	await page.getByLabel("Wo abonnieren Sie?").fill(name);
	await page.getByRole("button", { name: "Adresse erzeugen" }).click();
	const address = await page.getByLabel("Adresse des Kalenders").inputValue();
	if (name === "Telefon") await sound(page, "a new address");
	const feed = await page.request.get(new URL(address).pathname);
	return { status: feed.status(), text: await feed.text() };
}

{
	const page = await open();
	const seen = watch(page);
	await signIn(page, mail);
	await page.goto("/hubs/berlin/resources");
	await page.getByRole("link", { name: "Freie Zeit suchen" }).click();
	await page.getByLabel("Wann").selectOption("next-week");
	await page.getByLabel("Was").selectOption("machine");
	await page.getByRole("button", { name: "Freie Zeiten zeigen" }).click();
	await page.getByRole("button", { name: /^Wählen: Lasercutter/ }).first().click();
	check("mouse: choosing holds the time", (await page.textContent("main")).includes("Für Sie freigehalten bis"));
	await sound(page, "a hold");
	await page.goto("/me");
	await sound(page, "the list with a hold");
	await page.goBack();
	await page.getByLabel("Wofür?").fill("Frontplatten");
	await page.getByRole("button", { name: "Verbindlich buchen" }).click();
	check("mouse: booked", (await page.textContent("main")).includes("Die Zeit gehört Ihnen"), page.url());
	await sound(page, "a booking");
	const file = await page.request.get(await page.getByRole("link", { name: "Kalenderdatei" }).getAttribute("href"));
	check("mouse: into a calendar as a file", (await file.text()).includes("SUMMARY:Frontplatten"), await file.text());
	const feed = await subscribe(page, "Telefon");
	check("mouse: subscribed", feed.status === 200 && feed.text.includes("SUMMARY:Frontplatten"), feed.text);
	check("mouse: nothing complained", seen.console.length === 0 && seen.foreign.length === 0, JSON.stringify(seen));

	await page.goto("/me");
	await page.getByRole("link", { name: "Frontplatten", exact: true }).first().click();
	await page.getByText("Verschieben", { exact: true }).first().click();
	const date = page.getByLabel("Tag");
	const day = new Date(await date.inputValue() + "T12:00:00Z");
	day.setUTCDate(day.getUTCDate() + 14);
	await date.fill(day.toISOString().slice(0, 10));
	await page.getByRole("button", { name: "Verschieben" }).click();
	check("moved", (await page.textContent("main")).includes("Die neue Zeit gilt"));
	await page.getByText("Absagen", { exact: true }).click();
	await page.getByRole("button", { name: "Buchung absagen" }).click();
	check("cancelled", (await page.textContent("main")).includes("Die Zeit ist wieder frei"));
	await page.getByRole("link", { name: /^Noch einmal buchen: Frontplatten/ }).first().click();
	await page.getByText("Für Sie freigehalten bis").waitFor({ timeout: 5000 }).then(() => check("step 3 holds its time by itself", true), (e) => check("step 3 holds its time by itself", false, e));
	await page.getByRole("button", { name: "Verbindlich buchen" }).click();
	check("booked again", page.url().includes("done=booked"), page.url());
	const start = await page.locator("time").first().getAttribute("datetime");
	const hour = new Date(Date.parse(start) + 3600000).toISOString();
	await page.goto(`${book}?resource=lasercutter&start=${start.slice(0, 16)}Z&end=${hour.slice(0, 16)}Z`);
	await page.getByText("Diese Zeit ist gerade vergeben worden").waitFor({ timeout: 5000 }).then(() => check("a time that is taken says so before it is booked", true), (e) => check("a time that is taken says so before it is booked", false, e));
	await page.getByRole("button", { name: "Verbindlich buchen" }).click();
	await page.getByText("Schon belegt").waitFor();
	await sound(page, "a refusal");
}

{
	const page = await open({ javaScript: false });
	await signIn(page, mail);
	await page.goto(book + "?minutes=60&when=next-week&kind=machine");
	await page.getByRole("button", { name: /^Wählen: Lasercutter/ }).first().click();
	check("no JavaScript: the time is held", (await page.textContent("main")).includes("Für Sie freigehalten bis"));
	await page.getByRole("button", { name: "Verbindlich buchen" }).click();
	check("no JavaScript: booked", page.url().includes("done=booked"), page.url());
	const taken = await page.locator("time").first().getAttribute("datetime");
	await page.goto(`${book}?resource=lasercutter&start=${taken.slice(0, 16)}Z&end=${new Date(Date.parse(taken) + 3600000).toISOString().slice(0, 16)}Z`);
	await page.getByRole("button", { name: "Verbindlich buchen" }).click();
	check("no JavaScript: a refusal says why", (await page.textContent("main")).includes("Schon belegt"));
	await page.getByRole("button", { name: /^Nehmen: / }).first().click();
	check("no JavaScript: and its first offer is one press away", page.url().includes("done=booked"), page.url());
	const feed = await subscribe(page, "Rechner");
	check("no JavaScript: subscribed", feed.status === 200 && feed.text.includes("Lasercutter"));
}

{
	const page = await open();
	await page.goto(link(mail));
	await tabTo(page, "Jetzt anmelden");
	await page.keyboard.press("Enter");
	await page.waitForURL((at) => at.pathname !== "/sign-in");
	await page.goto(book);
	check("keyboard: the search is reached", await tabTo(page, "Wann"));
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowDown");
	await tabTo(page, "Was");
	await page.keyboard.press("M");
	check("keyboard: found as it is typed", await page.getByRole("button", { name: /^Wählen: Lasercutter/ }).first().waitFor({ timeout: 5000 }).then(() => true, () => false));
	check("keyboard: a time is reached", await tabTo(page, "Wählen: Lasercutter"));
	await page.keyboard.press("Enter");
	await page.waitForURL("**/me/bookings/*");
	check("keyboard: the form is reached", await tabTo(page, "Verbindlich buchen"));
	await page.keyboard.press("Enter");
	await page.waitForURL("**done=booked");
	await page.goto("/me/feeds");
	await tabTo(page, "Wo abonnieren Sie?");
	await page.keyboard.type("Tastatur");
	await page.keyboard.press("Enter");
	await page.getByLabel("Adresse des Kalenders").waitFor();
	check("keyboard: booked and subscribed", true);
}
await done();
