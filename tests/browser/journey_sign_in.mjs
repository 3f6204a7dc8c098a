// SPDX-License-Identifier: GPL-3.0-or-later
// Signing in and out, the language and the colours: with a mouse, with the keyboard alone, and without JavaScript.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { check, done, link, open, url, watch } from "./browser.mjs";

const mail = "kim.sommer@example.org";

async function focusedText(page) {
	return page.evaluate(() => document.activeElement?.textContent?.trim());
}

async function tabTo(page, text, most = 80) {
	for (let i = 0; i < most; i++) {
		await page.keyboard.press("Tab");
		if (await focusedText(page) === text) return true;
	}
	return false;
}

{
	const page = await open({ javaScript: false });
	const seen = watch(page);
	const used = link(mail);
	await page.goto(used);
	check("the link names the person before it is used", (await page.textContent("main")).includes("Kim Sommer"));
	await page.getByRole("button", { name: "Jetzt anmelden" }).click();
	check("signed in without JavaScript", (await page.textContent("header")).includes("Kim Sommer"));
	const cookies = await page.context().cookies();
	const session = cookies.find((cookie) => cookie.name === "hubd");
	check("the session's cookie is out of reach of scripts", session?.httpOnly && session?.sameSite === "Lax", JSON.stringify(session));
	const other = await open();
	await other.goto(used);
	check("a used link says so", (await other.textContent("main")).includes("gilt nicht mehr"));
	await page.locator("details.menu summary").click();
	await page.getByRole("button", { name: "Abmelden" }).click();
	check("signed out", !(await page.textContent("header")).includes("Kim Sommer"));
	check("nothing complained", seen.console.length === 0 && seen.foreign.length === 0, JSON.stringify(seen));
}

{
	const page = await open();
	await page.goto("/");
	await page.keyboard.press("Tab");
	check("the first stop leads past the header", await focusedText(page) === "Zum Inhalt springen");
	await page.keyboard.press("Enter");
	check("and the focus goes along", await page.evaluate(() => document.activeElement?.id) === "content");
	await page.goto(link(mail));
	check("the button is reached by Tab", await tabTo(page, "Jetzt anmelden"));
	await page.keyboard.press("Enter");
	await page.waitForURL(url + "/");
	check("signed in by keyboard alone", (await page.textContent("header")).includes("Kim Sommer"));
}

/* The six digits of the newest mail: the subject has them. */
async function mailedCode(since) {
	const folder = process.env.HUBD_MAIL;
	for (let i = 0; i < 100; i++) {
		const fresh = readdirSync(folder).filter((name) => name.endsWith(".eml") && statSync(join(folder, name)).mtimeMs >= since);
		const code = fresh.map((name) => readFileSync(join(folder, name), "utf8").match(/^Subject:.*?(\d{6})/m)?.[1]).find(Boolean);
		if (code) return code;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	return "";
}

for (const javaScript of [true, false]) {
	const page = await open({ javaScript });
	const since = Date.now() - 50;
	await page.goto("/sign-in?next=/me/access");
	await page.getByLabel("Ihre Mailadresse").fill(mail);
	await page.keyboard.press("Enter");
	await page.waitForURL(/\/sign-in\/code/);
	await page.getByLabel("Code aus der Mail").fill("000 000");
	await page.keyboard.press("Enter");
	check("a wrong code says how often one may still try", (await page.getByRole("alert").textContent()).includes("4"));
	await page.getByLabel("Code aus der Mail").fill(await mailedCode(since));
	await page.keyboard.press("Enter");
	await page.waitForURL(url + "/me/access");
	check("the mailed code signs in and leads on", (await page.textContent("header")).includes("Kim Sommer"));
	await page.getByLabel("Wofür ist es?").fill("Skript");
	await page.getByRole("button", { name: "Token erzeugen" }).click();
	check("a token is shown once", /^[A-Za-z0-9_-]{43}$/.test((await page.locator("pre code").first().textContent()).trim()));
	await page.getByRole("link", { name: "Fertig" }).click();
	await page.getByRole("button", { name: "Widerrufen: Skript" }).first().click();
	check("and revoked", (await page.getByRole("status").textContent()).includes("Beendet"));
	await page.getByRole("button", { name: "Überall sonst abmelden" }).click();
	check("the other devices are signed out", await page.getByRole("button", { name: "Überall sonst abmelden" }).count() === 0);
}

{
	const page = await open({ javaScript: false });
	const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor).catch(() => "");
	await page.goto("/privacy");
	await page.getByRole("link", { name: "English" }).click();
	check("the language changes in place", await page.getAttribute("html", "lang") === "en" && page.url().includes("/privacy"));
	await page.goto("/imprint");
	check("and stays", await page.getAttribute("html", "lang") === "en");
	const before = await ground();
	await page.getByRole("button", { name: "Dark" }).click();
	check("dark without JavaScript", await page.getAttribute("html", "data-scheme") === "dark" && await ground() !== before);
	check("on the same page", page.url() === url + "/imprint", page.url());
	await page.getByRole("button", { name: "Automatic" }).click();
	check("and back to the system's choice", await page.getAttribute("html", "data-scheme") === null);
}
await done();
