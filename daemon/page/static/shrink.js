// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a chosen photo small enough before it is sent, and leaves behind what a camera wrote into it. Where that fails the file goes as it is,
// and the server says what is wrong.
const WIDTHS = [1280, 1024, 800, 640, 480], QUALITIES = [0.8, 0.65, 0.5];

async function drawn(picture, width, type, quality) {
	const canvas = document.createElement("canvas");
	canvas.width = Math.min(width, picture.width);
	canvas.height = Math.max(1, Math.round(picture.height * canvas.width / picture.width));
	canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
	return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

async function shrink(file, most) {
	const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
	for (const width of WIDTHS)
		for (const quality of QUALITIES)
			for (const type of ["image/webp", "image/jpeg"]) {
				const blob = await drawn(picture, width, type, quality);
				if (blob && blob.type === type && blob.size <= most) return new File([blob], file.name.replace(/\.\w+$/, "") + type.replace("image/", "."), { type });
			}
	return file;
}

for (const input of document.querySelectorAll("input[type=file][data-shrink]"))
	input.addEventListener("change", async () => {
		const [file] = input.files;
		const button = input.form.querySelector("[type=submit]");
		if (!file) return;
		button.disabled = true;
		try {
			const chosen = new DataTransfer();
			chosen.items.add(await shrink(file, Number(input.dataset.shrink)));
			input.files = chosen.files;
		} catch { /* No picture that this browser can read. */ } finally {
			button.disabled = false;
		}
	});
