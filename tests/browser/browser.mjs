// SPDX-License-Identifier: GPL-3.0-or-later
// What the programs of this folder share: a Chromium, what it complains of, and how a check is said.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { HtmlValidate } from "html-validate";

export const url = process.env.HUBD_URL;
const links = JSON.parse(process.env.HUBD_LINKS ?? "{}");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const validator = new HtmlValidate({
	extends: ["html-validate:standard"],
	// Void elements without a slash, and text as people write it: matters of taste, not of validity.
	rules: { "no-trailing-whitespace": "off", "long-title": "off", "tel-non-breaking": "off", "no-inline-style": "error" },
});

let browser;

/** The rows of pages.json; in a path, {id} is that of the first item that the address "of" lists. */
export async function pages() {
	const rows = JSON.parse(readFileSync(new URL("pages.json", import.meta.url)));
	for (const row of rows.filter(({ of }) => of)) {
		const items = Object.values(await (await fetch(url + row.of)).json()).find(Array.isArray);
		row.path = row.path.replace("{id}", items[0].id);
	}
	return rows;
}

/** A page in a context of its own: { width, height, scheme: "light"|"dark", language: "de"|"en", javaScript: true, storage: cookies, zone }. */
export async function open({ width = 1280, height = 900, scheme = "light", language = "de", javaScript = true, storage, zone } = {}) {
	browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
	const context = await browser.newContext({
		viewport: { width, height }, colorScheme: scheme, locale: language === "de" ? "de-DE" : "en-GB",
		javaScriptEnabled: javaScript, storageState: storage, timezoneId: zone, baseURL: url, bypassCSP: false,
	});
	return context.newPage();
}

/** Collects what must not happen: console errors, failed scripts, requests to other hosts. Call before goto(). */
export function watch(page) {
	const seen = { console: [], foreign: [], bytes: 0 };
	page.on("console", (message) => { if (message.type() === "error") seen.console.push(message.text()); });
	page.on("pageerror", (error) => seen.console.push(String(error)));
	page.on("request", (request) => { if (!request.url().startsWith(url) && !request.url().startsWith("data:")) seen.foreign.push(request.url()); });
	page.on("requestfinished", async (request) => {
		const sizes = await request.sizes().catch(() => null);
		if (sizes) seen.bytes += sizes.responseBodySize + sizes.responseHeadersSize;
	});
	return seen;
}

/** Layout shifts since the page came, by the browser's own count: { sum, what: which elements moved, and by how much }. */
export function layoutShift(page) {
	return page.evaluate(() => new Promise((resolve) => {
		const said = new Set();
		let sum = 0;
		const nameOf = (node) => node?.nodeType === 1 ? `${node.localName}.${node.className?.baseVal ?? node.className}` : node?.nodeName;
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) {
				sum += entry.value;
				for (const { node, previousRect: a, currentRect: b } of entry.sources)
					said.add(`${nameOf(node)} ${a.x},${a.y} ${a.width}x${a.height} -> ${b.x},${b.y} ${b.width}x${b.height}`);
			}
		}).observe({ type: "layout-shift", buffered: true });
		setTimeout(() => resolve({ sum, what: [...said].slice(0, 8).join("; ") }), 100);
	}));
}

/** What axe-core finds, as sentences. It runs past the policy, in a world of its own. */
export async function axe(page) {
	const session = await page.context().newCDPSession(page);
	const { frameTree } = await session.send("Page.getFrameTree");
	const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
	await session.send("Runtime.evaluate", { expression: axeSource, contextId: executionContextId });
	const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
		contextId: executionContextId, awaitPromise: true, returnByValue: true,
		expression: `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
			.then((r) => r.violations.map((v) => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map((n) => n.target + " (" + (n.any[0] ?? n.all[0] ?? n.none[0] ?? {}).message + ")").join(" | ")))`,
	});
	if (exceptionDetails) throw new Error("axe: " + exceptionDetails.text + " " + (exceptionDetails.exception?.description ?? ""));
	return result.value;
}

/** What the validator says of a page's source, as sentences. */
export async function validate(source) {
	const report = await validator.validateString(source);
	return report.results.flatMap((result) => result.messages).filter((message) => message.severity === 2)
		.map((message) => `${message.line}:${message.column} ${message.ruleId}: ${message.message}`);
}

/** A fresh link of this person's; each is used once. */
export function link(mail) {
	const next = links[mail]?.shift();
	if (!next) throw new Error("no sign-in link left for " + mail);
	return next;
}

/** Signs in by the button, as people do. */
export async function signIn(page, mail) {
	await page.goto(link(mail));
	await page.locator("main form button[type=submit]").click();
	await page.waitForURL((at) => at.pathname !== "/sign-in");
}

/** One check; pytest reads the line. */
export function check(name, isFine, detail = "") {
	console.log(JSON.stringify({ check: name, ok: Boolean(isFine), detail: isFine ? "" : String(detail) }));
}

export async function done() {
	await browser?.close();
}
