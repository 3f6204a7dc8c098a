// SPDX-License-Identifier: GPL-3.0-or-later
// Every page of pages.json, in both languages and both colour schemes. HUBD_ONLY=name,name takes only these.
import { axe, check, done, layoutShift, open, pages, signIn, url, validate, watch } from "./browser.mjs";

const only = process.env.HUBD_ONLY?.split(",");
const languages = (process.env.HUBD_LANGUAGES ?? "de,en").split(",");
const sessions = new Map();

async function storageOf(mail) {
	if (!mail) return undefined;
	if (!sessions.has(mail)) {
		const page = await open();
		await signIn(page, mail);
		sessions.set(mail, await page.context().storageState());
		await page.context().close();
	}
	return sessions.get(mail);
}

for (const { name, path, status = 200, as } of await pages()) {
	if (only && !only.includes(name)) continue;
	for (const language of languages) {
		for (const scheme of ["light", "dark"]) {
			const what = `${name} ${language} ${scheme}`;
			const storage = await storageOf(as);
			const page = await open({ language, scheme, storage: storage && { ...storage, cookies: storage.cookies.filter((c) => c.name !== "lang") } });
			const seen = watch(page);
			const reply = await page.goto(path, { waitUntil: "load" });
			await page.waitForTimeout(150);
			check(`${what}: answers ${status}`, reply.status() === status, reply.status());
			check(`${what}: in its language`, await page.getAttribute("html", "lang") === language);
			const found = await axe(page);
			check(`${what}: axe finds nothing`, found.length === 0, found.join("\n"));
			const errors = seen.console.filter((text) => !(status >= 400 && text.includes(`status of ${status}`)));
			check(`${what}: no console error`, errors.length === 0, errors.join("\n"));
			check(`${what}: asks no other host`, seen.foreign.length === 0, seen.foreign.join("\n"));
			const shift = await layoutShift(page);
			check(`${what}: nothing jumps`, shift.sum < 0.01, `layout shift ${shift.sum}: ${shift.what}`);
			if (scheme === "light") {
				const wrong = await validate(await reply.text());
				check(`${what}: valid HTML`, wrong.length === 0, wrong.slice(0, 10).join("\n"));
				check(`${what}: under 100 KB`, seen.bytes < 100 * 1024, seen.bytes);
				await page.setViewportSize({ width: 360, height: 800 });
				const width = await page.evaluate(() => document.documentElement.scrollWidth);
				check(`${what}: fits 360 px`, width <= 360, width);
			}
			await page.context().close();
		}
	}
}
await done();
