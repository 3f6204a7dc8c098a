// SPDX-License-Identifier: GPL-3.0-or-later
// Two people look at the same grid: what one of them takes turns grey before the other's eyes, and taking it too is refused with a way out.
import { check, done, open, signIn } from "./browser.mjs";

const day = new Date(Date.now() + 30 * 86400000).toISOString().slice(0, 10);
const path = `/hubs/hamburg/resources/lasercutter?date=${day}`;
const slot = (page) => page.locator(`td.free a[href*="start=${day}T1"]`).nth(2);

const kim = await open(), robin = await open();
await signIn(kim, "kim.sommer@example.org");
await signIn(robin, "robin.becker@example.org");
await kim.goto(path);
await robin.goto(path);
const href = await slot(kim).getAttribute("href");
check("both see it free", await robin.locator(`td.free a[href="${href}"]`).count() === 1, href);
check("a slot says in full what it is", /^\w+, \d+\. \S+, .* Uhr, Lasercutter, frei$/.test(await slot(kim).getAttribute("aria-label")), await slot(kim).getAttribute("aria-label"));

const other = await open({ storage: await kim.context().storageState() });
await other.goto(href);
const hurry = await open({ storage: await robin.context().storageState(), javaScript: false });
await hurry.goto(href);
await other.getByText("Für Sie freigehalten bis").waitFor();
const isGrey = await robin.waitForFunction((wanted) => !document.querySelector(`a[href="${wanted}"]`), href, { timeout: 8000 }).then(() => true, () => false);
check("what the other holds turns grey while one looks", isGrey);
check("and the one who holds it sees it as their own", await kim.locator("td.mine").first().waitFor({ timeout: 8000 }).then(() => true, () => false));
await hurry.getByRole("button", { name: "Verbindlich buchen" }).click();
check("taking it too is refused", (await hurry.textContent("main")).includes("Schon belegt"));
check("with offers as buttons", await hurry.getByRole("button", { name: /^Nehmen: / }).count() > 0);
await other.goto("/me");
const isBack = await robin.waitForFunction((wanted) => document.querySelector(`td.free a[href="${wanted}"]`), href, { timeout: 8000 }).then(() => true, () => false);
check("given back, it is free again while one looks", isBack);

await kim.goto(path);
await kim.waitForTimeout(1500);
await slot(kim).focus();
await kim.keyboard.press("Shift+ArrowDown");
await kim.keyboard.press("Shift+ArrowDown");
check("three hours are chosen by keyboard", await kim.locator("td.is-chosen").count() === 3, await kim.locator("td.is-chosen").count());
await kim.keyboard.press("Enter");
await kim.waitForURL("**/book?**");
const from = await kim.getByLabel("Von").inputValue(), to = await kim.getByLabel("Bis").inputValue();
check("and the form has the span", Number(to.slice(0, 2)) - Number(from.slice(0, 2)) === 3, `${from} ${to}`);
await kim.goto(path);
await kim.waitForTimeout(1500); // the hold that the form gave back is told, and the grid fetched again
const boxes = [await slot(kim).boundingBox(), await kim.locator(`td.free a[href*="start=${day}T1"]`).nth(3).boundingBox()];
await slot(kim).scrollIntoViewIfNeeded();
const box = await slot(kim).boundingBox();
await kim.mouse.move(box.x + 10, box.y + 8);
await kim.mouse.down();
await kim.mouse.move(box.x + 10, box.y + 8 + (boxes[1].y - boxes[0].y), { steps: 4 });
await kim.mouse.up();
check("two by dragging", await kim.locator("td.is-chosen").count() === 2, await kim.locator("td.is-chosen").count());
await kim.locator("#span-bar a").click();
await kim.waitForURL("**/book?**");
check("the bar leads to the form", (await kim.textContent("main")).includes("Lasercutter"));
await done();
