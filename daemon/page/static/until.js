// SPDX-License-Identifier: GPL-3.0-or-later
// A hold that ends while its page is open: the page is asked for again, and says so.
const notice = document.querySelector("[data-until]");
if (notice) {
	const left = new Date(notice.dataset.until) - Date.now();
	if (left > 0) setTimeout(() => location.reload(), left + 1000);
}
