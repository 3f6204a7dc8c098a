// SPDX-License-Identifier: GPL-3.0-or-later
// A manager's day, without JavaScript: adds a room, closes it, plans an event, meets the closure, takes what is offered, cancels.
import { check, done, open, signIn, url, watch } from "./browser.mjs";

const base = "/hubs/berlin/manage";
const page = await open({ javaScript: false });
const seen = watch(page);
const text = () => page.textContent("main");
const press = (name) => page.getByRole("button", { name, exact: true }).click();
const at = (days, hour) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10) + "T" + hour;

await signIn(page, "robin.becker@example.org");
await page.goto(base);
await page.getByRole("link", { name: "Neuer Raum oder Maschine" }).click();
await page.getByLabel("Name auf Deutsch").fill("Turmzimmer");
await page.getByLabel("Name auf Englisch").fill("Tower room");
await page.getByLabel("Für wie viele Personen").fill("6");
check("what counts for a pool only is not in the way", !(await page.getByLabel("Anzahl im Pool").isVisible()));
await press("Anlegen");
check("the room is added", (await text()).includes("Angelegt.") && await page.getByRole("link", { name: /^Turmzimmer/ }).isVisible());

await page.getByRole("link", { name: "Schließungen", exact: true }).click();
await page.getByLabel("Beginn").fill(at(9, "08:00"));
await page.getByLabel("Ende", { exact: true }).fill(at(9, "20:00"));
await page.getByLabel("Grund").fill("Malerarbeiten");
await page.getByLabel("Turmzimmer", { exact: true }).check();
await press("Prüfen, wer betroffen ist");
check("nobody is affected", (await text()).includes("Niemand ist betroffen") && await page.getByLabel("Turmzimmer", { exact: true }).isChecked());
await press("Jetzt schließen");
check("it is closed", (await text()).includes("Malerarbeiten") && (await text()).includes("Geschlossen."));

await page.goto(base);
await page.getByRole("link", { name: "Neue Veranstaltung" }).click();
await page.getByLabel("Titel auf Deutsch").fill("Turmgespräch");
await page.getByLabel("Titel auf Englisch").fill("Tower talk");
await page.getByLabel("Beginn").fill(at(9, "10:00"));
await page.getByLabel("Ende", { exact: true }).fill(at(9, "12:00"));
await page.getByLabel("Turmzimmer", { exact: true }).check();
await press("Veranstaltung anlegen");
check("the refusal names the closure", (await page.getByRole("alert").textContent()).includes("Malerarbeiten"));
check("and nothing typed is lost", await page.getByLabel("Titel auf Englisch").inputValue() === "Tower talk");
await page.locator("button[name=alternative]").first().click();
check("one press on what was offered makes it", (await text()).includes("ihre Räume sind gebucht") && (await text()).includes("Turmgespräch"));

await page.getByRole("link", { name: /^Turmgespräch/ }).click();
await page.getByText("Veranstaltung absagen").click();
await press("Jetzt absagen");
check("it is cancelled", (await text()).includes("ist abgesagt"));
await page.goto(base + "/closures");
await page.getByRole("button", { name: /^Aufheben Malerarbeiten/ }).click();
check("the closure is lifted", (await text()).includes("Die Schließung ist aufgehoben"));

await page.goto(base + "/csv");
await page.getByLabel("Tabelle").fill("name,art,plätze\nErker,Raum,zwei\nKeller,Raum,20");
await press("Prüfen");
check("a wrong line says what would be right", (await text()).includes("eine Zahl von 1 bis 100000"));
await page.getByLabel("Tabelle").fill("name,art,plätze,standort\nErker,Raum,2,goerlitzer-park\nKeller,Raum,20,goerlitzer-park");
await press("Prüfen");
await press("Alles übernehmen");
check("the table is taken over", (await page.getByRole("link", { name: /^(Erker|Keller)/ }).count()) === 2);

await page.goto(`${base}/resources/turmzimmer`);
await page.getByText("Stilllegen", { exact: true }).click();
await press("Jetzt stilllegen");
check("the room is retired", (await text()).includes("Stillgelegt") && page.url().startsWith(url + base));
check("nothing complained", seen.foreign.length === 0 && seen.console.filter((line) => !line.includes("409")).length === 0, JSON.stringify(seen));
await done();
