// SPDX-License-Identifier: GPL-3.0-or-later
// Joining and teams, without JavaScript: a stranger asks, a manager answers; a team is made, invited into, booked for; roles and passes.
import { check, done, open, signIn, watch } from "./browser.mjs";

const page = await open({ javaScript: false });
const seen = watch(page);
const text = () => page.textContent("main");
const press = (name) => page.getByRole("button", { name, exact: true }).click();

await page.goto("/hubs/berlin");
await page.getByRole("link", { name: "Mitglied werden" }).click();
await page.getByLabel("Name", { exact: true }).fill("Frieda Fremd");
await page.getByLabel("Mailadresse").fill("frieda@example.org");
await page.getByLabel("Wer sind Sie, und was haben Sie vor?").fill("Ich baue Drachen.");
await press("Anfragen");
check("a stranger is sent a link, and is told so", (await text()).includes("einen Link geschickt"));

await signIn(page, "robin.becker@example.org");
await page.goto("/hubs/berlin/manage");
await page.getByRole("link", { name: "Mitglieder", exact: true }).click();
check("who asked by mail is not there before they confirm", !(await text()).includes("Frieda Fremd"));
check("who asks is there with what they said", (await text()).includes("Noor Haddad") && (await text()).includes("Feuchtesensoren"));
await page.getByLabel("Ein Satz zur Antwort Noor Haddad").fill("Willkommen in Berlin!");
await press("Aufnehmen Noor Haddad");
check("and is a member with one press", (await text()).includes("Beantwortet") && !(await page.getByRole("button", { name: "Aufnehmen Noor Haddad" }).count()));

const invite = page.locator("section", { has: page.getByRole("heading", { name: "Einladen", exact: true }) });
await invite.getByLabel("Mailadresse").fill("mira@example.org");
await invite.getByLabel("Als").selectOption({ label: "Trainer" });
await press("Einladung schicken");
check("an invitation waits where managers see it", (await text()).includes("mira@example.org") && (await text()).includes("Trainer bei"));
await press("Zurücknehmen mira@example.org");
check("and can be taken back", (await text()).includes("Zurückgenommen.") && !(await text()).includes("mira@example.org"));

await page.getByText("Rollen Sophie Berger").click();
await press("Geben: Trainer Sophie Berger");
check("a role is given", (await text()).includes("Die Rolle ist geändert."));

await page.getByRole("link", { name: "Viele auf einmal" }).click();
await page.getByLabel("Tabelle").fill("name;mail\nUlf Eins;ulf@example.org\nFalsch;keine-adresse");
await press("Prüfen");
check("a wrong line of a table says why", (await text()).includes("keine Mailadresse") && await page.getByLabel("Tabelle").inputValue() !== "");
await page.getByLabel("Tabelle").fill("name;mail\nUlf Eins;ulf@example.org\nIna Zwei;ina@example.org");
await press("Prüfen");
await press("Alle einladen");
check("a right one is taken whole", (await text()).includes("ulf@example.org") && (await text()).includes("ina@example.org"));

await signIn(page, "kim.sommer@example.org");
await page.goto("/me/teams");
check("one's team is there", (await text()).includes("Feuchtefühler"));
await page.getByLabel("Name des Teams").fill("Nachtschicht");
await press("Anlegen");
await page.getByRole("link", { name: /^Nachtschicht/ }).click();
await page.getByLabel("Mailadresse").fill("robin.becker@example.org");
await press("Einladung schicken");
check("a colleague of another firm is invited", (await text()).includes("unterwegs") && (await text()).includes("robin.becker@example.org"));

const start = new Date(Date.now() + 8 * 86400000).toISOString().slice(0, 10);
await page.goto(`/hubs/berlin/book?resource=spree&start=${start}T19:00&end=${start}T20:00`);
await page.getByLabel("Für wen").selectOption({ label: "Nachtschicht" });
await page.getByLabel("Wofür").fill("Schichtplan");
await press("Verbindlich buchen");
check("a team books", (await text()).includes("Schichtplan"));
await page.goto("/me/teams/nachtschicht");
await press("Verlassen");
check("who leaves is asked what becomes of it", (await text()).includes("Was soll daraus werden?") && (await text()).includes("Schichtplan"));
await page.getByLabel("Alles absagen").check();
await press("So verlassen");
check("and it is done as they said", (await text()).includes("nicht mehr dabei") && !(await text()).includes("Nachtschicht"));

await page.goto("/me/delegates");
await page.getByLabel("Mailadresse der Vertretung").fill("assistenz@example.org");
await press("Einladung schicken");
check("a delegate is asked first", (await text()).includes("wartet auf Antwort"));
check("nothing complained", seen.foreign.length === 0 && seen.console.filter((line) => !/409|422/.test(line)).length === 0, JSON.stringify(seen));
await done();
