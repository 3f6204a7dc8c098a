// SPDX-License-Identifier: GPL-3.0-or-later
// A door display while its server ends and comes back: test_door.py does that when a line here asks for it.
import { createInterface } from "node:readline";
import { check, done, open, signIn, url, watch } from "./browser.mjs";

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const ask = async (what) => { console.log(JSON.stringify({ ask: what })); return (await answers.next()).value; };
const state = (page) => page.textContent("#door-state");
const until = (page, told, what) => page.waitForFunction(({ told, what }) => document.querySelector(told)?.textContent.includes(what), { told, what }, { timeout: 15000 })
	.then(() => true, () => false);

const page = await open();
await signIn(page, "mara@hubd.test");
const seen = watch(page);
await page.goto("/door/werft/kajuete");
check("the room is free", (await state(page)).trim() === "Frei");
const visitor = await open();
await visitor.goto("/door/werft/kajuete");
check("a visitor sees the same and cannot book", (await state(visitor)).trim() === "Frei" && await visitor.locator("form").count() === 0);

await page.getByRole("button", { name: "30 Minuten" }).click();
await page.waitForURL((at) => at.search.includes("outcome=booked"));
check("booked at the door", (await page.textContent(".door-outcome")).includes("Gebucht"));
check("the other display hears of it by itself", await visitor.waitForFunction(() => document.querySelectorAll(".door-list li").length > 0 || document.querySelector(".door.is-taken"), null, { timeout: 15000 }).then(() => true, () => false), await visitor.textContent("#door"));
check("nothing complained", seen.console.length === 0 && seen.foreign.length === 0, JSON.stringify(seen));

await visitor.waitForFunction(async () => navigator.serviceWorker.controller !== null && await caches.match(location.pathname) !== undefined, null, { timeout: 15000 });
const last = await visitor.textContent("#door .door-state");
await ask("stop");
check("without its server it says since when", await until(visitor, "#door-offline", "Keine Verbindung seit"), await visitor.textContent("#door-offline"));
check("with a time of the clock", /seit \d\d:\d\d\./.test(await visitor.textContent("#door-offline")), await visitor.textContent("#door-offline"));
check("and keeps what it showed last", await visitor.textContent("#door .door-state") === last);
await until(page, "#door-offline", "Keine Verbindung");
check("nothing can be booked then", await page.locator("#door form button:not([disabled])").count() === 0);
await visitor.waitForTimeout(1500);
check("and it stays so", (await visitor.textContent("#door-offline")).includes("Keine Verbindung") && visitor.url() === url + "/door/werft/kajuete");

await visitor.waitForTimeout(2500);
await visitor.reload();
check("opened anew without a server, it shows the last state", await visitor.textContent("#door .door-state") === last, await visitor.textContent("body"));
check("in its own look", await visitor.evaluate(() => getComputedStyle(document.querySelector(".door-state")).borderTopWidth) === "3px");
check("and says since when, again", await until(visitor, "#door-offline", "Keine Verbindung seit") && /seit \d\d:\d\d\./.test(await visitor.textContent("#door-offline")), await visitor.textContent("#door-offline"));
const elsewhere = await visitor.context().newPage();
check("what is no door is not kept", await elsewhere.goto("/hubs/werft").then(() => false, () => true));
await elsewhere.close();

await ask("start");
check("the server is back: the line goes", await visitor.waitForFunction(() => document.querySelector("#door-offline").textContent === "", null, { timeout: 70000 }).then(() => true, () => false));
await page.waitForFunction(() => document.querySelector("#door-offline").textContent === "", null, { timeout: 70000 }).catch(() => {});
check("and booking with it", await page.locator("#door form button:not([disabled])").count() > 0 || await page.locator("#door form").count() === 0);
await ask("book");
check("and it hears of changes again", await until(visitor, "#door", "Hörprobe"), await visitor.textContent("#door"));
await done();
process.exit(0);
