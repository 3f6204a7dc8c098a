// SPDX-License-Identifier: GPL-3.0-or-later
// Every page on a slow line and a slow processor: it comes in pieces, and what stands there already must not move. A fast machine sees
// none of this, a busy one sometimes.
import { check, done, layoutShift, open, pages, signIn } from "./browser.mjs";

const LINE = { offline: false, latency: 20, downloadThroughput: 60 * 1024, uploadThroughput: 60 * 1024 };
const only = process.env.HUBD_ONLY?.split(",");
const sessions = new Map();

async function storageOf(mail) {
	if (mail && !sessions.has(mail)) {
		const page = await open();
		await signIn(page, mail);
		sessions.set(mail, await page.context().storageState());
		await page.context().close();
	}
	return sessions.get(mail);
}

for (const { name, path, as } of await pages()) {
	if (only && !only.includes(name)) continue;
	for (const width of [360, 1280]) {
		const page = await open({ width, storage: await storageOf(as), zone: "America/New_York" });
		const session = await page.context().newCDPSession(page);
		await session.send("Network.enable");
		await session.send("Network.emulateNetworkConditions", LINE);
		await page.goto(path, { waitUntil: "load", timeout: 60_000 });
		await page.waitForTimeout(150);
		const { sum, what } = await layoutShift(page);
		check(`${name} ${width} px: nothing jumps while it comes`, sum < 0.01, `${sum}: ${what}`);
		await page.context().close();
	}
}
await done();
