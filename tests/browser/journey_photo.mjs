// SPDX-License-Identifier: GPL-3.0-or-later
// A manager gives a machine a photo from a camera, far too large: refused with a reason without JavaScript, made small with it.
import { axe, check, done, open, signIn, watch } from "./browser.mjs";

const address = "/hubs/berlin/manage/resources/lasercutter", page = await open();
const seen = watch(page);
await signIn(page, "robin.becker@example.org");
await page.goto("/hubs/berlin/resources");
const shot = await page.screenshot({ fullPage: true });
const file = { name: "laser.png", mimeType: "image/png", buffer: shot };
const describe = async (on) => {
	await on.getByLabel("Was es zeigt (Deutsch)").fill("Der Lasercutter bei der Arbeit");
	await on.getByRole("button", { name: "Foto übernehmen" }).click();
};

const plain = await open({ javaScript: false, storage: await page.context().storageState() });
await plain.goto(address);
await plain.getByLabel("Foto wählen").setInputFiles(file);
await describe(plain);
check("without JavaScript a large one is refused, and it is said what would do", shot.length > 65536 && (await plain.textContent("main")).includes("höchstens 64"), shot.length);

await page.goto(address);
await page.getByLabel("Foto wählen").setInputFiles(file);
await page.waitForFunction(() => document.getElementById("f-photo").files[0].name !== "laser.png");
const sent = await page.evaluate(() => document.getElementById("f-photo").files[0].size);
check("with it, it is made small before it is sent", sent <= 65536, `${shot.length} to ${sent}`);
await describe(page);
check("the photo is in place", (await page.textContent("main")).includes("Das Foto ist übernommen."));
const found = await axe(page);
check("axe finds nothing on the form with a photo", found.length === 0, found.join("\n"));

await page.goto("/hubs/berlin/resources/lasercutter");
const image = page.getByRole("img", { name: "Der Lasercutter bei der Arbeit" });
check("and on the machine's page", await image.evaluate((each) => each.complete && each.naturalWidth > 400));
await page.goto(address);
await page.getByRole("button", { name: "Foto entfernen" }).click();
await page.goto("/hubs/berlin/resources/lasercutter");
check("without it the drawing is back", await page.locator("svg.resource-picture").count() === 1);
check("nothing complained", seen.foreign.length === 0 && seen.console.length === 0, JSON.stringify(seen));
await done();
