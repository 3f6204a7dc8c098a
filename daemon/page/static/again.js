// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody works on it: the page is asked for again until it is done. Who reads elsewhere is not disturbed by it.
const waiting = document.querySelector("[data-again]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.again));
