// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses a span of several free links in one column of a grid: by dragging, by Shift and a click, by Shift and the arrow keys.
import "./live.js";

const around = document.getElementById("grid");
const bar = document.getElementById("span-bar");
let first = null, last = null, drag = null;

const cellOf = (node) => node?.closest?.("td.free") ?? null;
const linkOf = (cell) => cell.querySelector("a");
const address = (cell) => new URL(linkOf(cell).href);
const resourceOf = (cell) => address(cell).searchParams.get("resource");

/** The free cells of one resource and one day, from top to bottom. */
function column(cell) {
	const resource = resourceOf(cell), day = address(cell).searchParams.get("start").slice(0, 10);
	return [...around.querySelectorAll("td.free")].filter((other) => linkOf(other) && resourceOf(other) === resource &&
		address(other).searchParams.get("start").startsWith(day));
}

/** What lies between two cells without a break; empty where something is in between. */
function between(a, b) {
	const all = column(a), from = all.indexOf(a), to = all.indexOf(b);
	if (to < 0) return [];
	const cells = all.slice(Math.min(from, to), Math.max(from, to) + 1);
	for (let i = 1; i < cells.length; i++)
		if (address(cells[i - 1]).searchParams.get("end") !== address(cells[i]).searchParams.get("start")) return [];
	return cells;
}

function clear() {
	for (const cell of around.querySelectorAll(".is-chosen")) cell.classList.remove("is-chosen");
	bar.hidden = true;
	first = last = null;
}

function choose(a, b) {
	const cells = between(a, b);
	if (cells.length === 0) return false;
	clear();
	[first, last] = [a, b];
	for (const cell of cells) cell.classList.add("is-chosen");
	const span = address(cells[0]), end = address(cells.at(-1)).searchParams.get("end");
	span.searchParams.set("end", end);
	const link = bar.querySelector("a");
	link.href = span.pathname + "?" + new URLSearchParams(span.searchParams).toString().replaceAll("%3A", ":");
	link.textContent = bar.dataset.text.replace("{span}", span.searchParams.get("start").slice(11) + "–" + end.slice(11));
	bar.hidden = cells.length < 2;
	return true;
}

if (around && bar) {
	around.addEventListener("pointerdown", (event) => {
		if (event.pointerType !== "mouse" || event.button !== 0 || event.shiftKey) return;
		drag = cellOf(event.target);
		if (drag) clear();
	});
	around.addEventListener("pointerover", (event) => {
		const cell = cellOf(event.target);
		if (drag && cell && cell !== drag && event.buttons === 1) choose(drag, cell);
	});
	addEventListener("pointerup", () => { drag = null; });
	around.addEventListener("dragstart", (event) => event.preventDefault());
	around.addEventListener("click", (event) => {
		const cell = cellOf(event.target);
		if (!cell) return;
		if (event.shiftKey && first && choose(first, cell)) event.preventDefault();
		else if (event.shiftKey) { event.preventDefault(); clear(); choose(cell, cell); }
		else if (!bar.hidden && cell.classList.contains("is-chosen") && first !== last) event.preventDefault();
	});
	around.addEventListener("keydown", (event) => {
		const cell = cellOf(document.activeElement);
		if (event.key === "Escape") clear();
		if (!cell || !event.shiftKey || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
		const all = column(cell), next = all[all.indexOf(cell) + (event.key === "ArrowDown" ? 1 : -1)];
		if (next && choose(first && column(first).includes(cell) ? first : cell, next)) linkOf(next).focus();
		event.preventDefault();
	});
	around.addEventListener("keydown", (event) => {
		if (event.key !== "Enter" || bar.hidden || !cellOf(document.activeElement)?.classList.contains("is-chosen")) return;
		event.preventDefault();
		bar.querySelector("a").click();
	});
	document.addEventListener("hubd:fresh", clear);
}
