// SPDX-License-Identifier: GPL-3.0-or-later
// A weekly booking: asked, booked without the date that is taken, moved from a date on, cancelled; by mouse, and without JavaScript.
import { axe, check, done, open, signIn, watch } from "./browser.mjs";

const mail = "kim.sommer@example.org";
const place = "/hubs/berlin/book?resource=lasercutter&start=2027-03-02T14:00&end=2027-03-02T16:00";

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

async function text(page) {
	return (await page.textContent("main")).replace(/\s+/g, " ");
}

async function walk(page, name, from, to) {
	await page.goto(place);
	await page.getByRole("link", { name: "Mehrmals buchen" }).click();
	await page.getByLabel("Von", { exact: true }).fill(from);
	await page.getByLabel("Bis", { exact: true }).fill(to);
	await page.getByLabel("Wie viele Male").fill("5");
	await page.getByLabel("Wofür?").fill(name);
	if (name === "Maus") await sound(page, "the form");
	await page.getByRole("button", { name: "Termine prüfen" }).click();
	check(`${name}: all five are free`, (await text(page)).includes("Alle Termine sind frei"), await text(page));
	await page.getByRole("button", { name: "Alle buchen" }).click();
	check(`${name}: booked`, (await text(page)).includes("jede Woche, 5-mal"), page.url());
	if (name === "Maus") await sound(page, "a series");
	const series = new URL(page.url()).pathname;

	await page.goto(place);
	await page.getByRole("link", { name: "Mehrmals buchen" }).click();
	await page.getByLabel("Von", { exact: true }).fill(from);
	await page.getByLabel("Bis", { exact: true }).fill(to);
	await page.getByLabel("Wie viele Male").fill("6");
	await page.getByRole("button", { name: "Termine prüfen" }).click();
	check(`${name}: what is taken is named`, (await text(page)).includes("5 von 6 Terminen gehen nicht"), await text(page));
	if (name === "Maus") await sound(page, "what is taken");
	await page.getByRole("button", { name: "Nur die freien buchen" }).click();
	check(`${name}: the free one is booked`, (await text(page)).includes("ausgefallen"), page.url());

	await page.goto(series);
	await page.getByText("Ändern", { exact: true }).click();
	await page.getByLabel("Termin", { exact: true }).first().selectOption({ index: 2 });
	const day = await page.getByLabel("Termin", { exact: true }).first().inputValue();
	await page.getByLabel("Tag", { exact: true }).fill(day.slice(0, 10));
	await page.getByLabel("Von", { exact: true }).fill("06:00");
	await page.getByLabel("Bis", { exact: true }).fill("07:00");
	await page.getByRole("button", { name: "Weiter" }).first().click();
	check(`${name}: the difference is shown`, (await page.locator(".series-dates .badge").allTextContents()).join() === "verschoben,verschoben,verschoben", await text(page));
	if (name === "Maus") await sound(page, "the difference");
	await page.getByRole("button", { name: "So ändern" }).click();
	check(`${name}: the rest is a series of its own`, new URL(page.url()).pathname !== series && (await text(page)).includes("jede Woche, 3-mal"), await text(page));
	await page.getByText("Absagen", { exact: true }).click();
	await page.locator("form[action$=cancel]").getByLabel("alle, die noch kommen").check();
	await page.getByRole("button", { name: "Weiter" }).last().click();
	if (name === "Maus") await sound(page, "what would go");
	await page.getByRole("button", { name: "Diese Termine absagen" }).click();
	check(`${name}: cancelled`, (await text(page)).includes("Abgesagt"), await text(page));
	await page.goto("/me");
	check(`${name}: the first part stands in the list`, (await text(page)).includes("Serien"), await text(page));
	if (name === "Maus") await sound(page, "the list with a series");
}

{
	const page = await open();
	const seen = watch(page);
	await signIn(page, mail);
	await walk(page, "Maus", "08:00", "09:00");
	check("mouse: nothing complained", seen.console.length === 0 && seen.foreign.length === 0, JSON.stringify(seen));
}
{
	const page = await open({ javaScript: false });
	await signIn(page, mail);
	await walk(page, "Ohne JavaScript", "10:00", "11:00");
}
await done();
