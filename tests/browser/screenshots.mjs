// SPDX-License-Identifier: GPL-3.0-or-later
// Every page of pages.json at 360 and 1280 px in both colour schemes. HUBD_ONLY=name,name takes only these; HUBD_SHOTS is the folder.
import { mkdirSync } from "node:fs";
import { check, done, open, pages, signIn } from "./browser.mjs";

const folder = process.env.HUBD_SHOTS ?? "build/screenshots";
const only = process.env.HUBD_ONLY?.split(",");
const sessions = new Map();
mkdirSync(folder, { recursive: true });

for (const { name, path, as } of await pages()) {
	if (only && !only.includes(name)) continue;
	if (as && !sessions.has(as)) {
		const page = await open();
		await signIn(page, as);
		sessions.set(as, await page.context().storageState());
	}
	for (const width of [360, 1280]) {
		for (const scheme of ["light", "dark"]) {
			const page = await open({ width, scheme, storage: as && sessions.get(as) });
			await page.goto(path);
			await page.waitForTimeout(200);
			await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png`, fullPage: true });
			await page.context().close();
		}
	}
	check(name, true);
}
await done();
