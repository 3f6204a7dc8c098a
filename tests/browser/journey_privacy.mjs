// SPDX-License-Identifier: GPL-3.0-or-later
// Everything about oneself: taken away as an archive, and deleted; without JavaScript, and with the keyboard.
import { readFileSync } from "node:fs";
import { check, done, link, open, url, watch } from "./browser.mjs";

const mail = "silke.maier@example.org";

{
	const page = await open({ javaScript: false });
	const seen = watch(page);
	const second = link(mail);
	await page.goto(link(mail));
	await page.getByRole("button", { name: "Jetzt anmelden" }).click();
	await page.goto("/me/privacy");
	const [download] = await Promise.all([page.waitForEvent("download"), page.locator('a[href="/me/export"]').click()]);
	const bytes = readFileSync(await download.path());
	check("the archive is a zip with JSON and a calendar", bytes.subarray(0, 2).toString() === "PK" && bytes.includes("silke.maier@example.org") && bytes.includes(".ics"));
	await page.getByRole("button", { name: "Endgültig löschen" }).click();
	check("nothing is deleted without a word", page.url().includes("/me/privacy") || page.url().includes("/me/erase"), page.url());
	await page.goto("/me/privacy");
	check("still there", (await page.textContent("header")).includes("Silke Maier"));
	await page.getByLabel("Ja, alles über mich löschen.").focus();
	await page.keyboard.press("Space");
	await page.getByRole("button", { name: "Endgültig löschen" }).focus();
	await page.keyboard.press("Enter");
	check("the page says that it is done", (await page.textContent("main")).includes("Ihr Konto ist gelöscht"), await page.textContent("main"));
	await page.goto("/");
	check("signed out and gone", !(await page.textContent("header")).includes("Silke Maier"));
	await page.goto(second);
	check("an older link opens nothing", (await page.textContent("main")).includes("gilt nicht mehr"));
	check("nothing complained", seen.console.length === 0 && seen.foreign.length === 0, JSON.stringify(seen));
	check("on this site", page.url().startsWith(url));
}
await done();
