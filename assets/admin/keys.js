// The theme's menus, filters and switches are plain words and pictures: here they get the focus, the keys and the name of
// buttons, and the names of pictures ("dock_to_right") are no longer read out.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const PICTURE = ".material-symbols-outlined";
  const NAMES = { dock_to_right: "Buka atau tutup menu", close: "Tutup", add: "Tambah", search: "Cari", directions_car: "Beranda", arrow_back: "Kembali" };
  const words = (one) => [...one.querySelectorAll("*"), one]
    .filter((part) => !part.closest(PICTURE))
    .flatMap((part) => [...part.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE))
    .map((node) => node.nodeValue.trim()).filter(Boolean).join(" ");
  const picture = (one) => (one.matches(PICTURE) ? one : one.querySelector(PICTURE))?.textContent.trim();
  for (const one of document.querySelectorAll("span[x-on\\:click], a[x-on\\:click]:not([href]), div.cursor-pointer[x-on\\:click]")) {
    one.tabIndex = 0;
    one.setAttribute("role", "button");
  }
  for (const one of document.querySelectorAll("a, button, [role=button]"))
    if (picture(one) && !one.ariaLabel) one.setAttribute("aria-label", words(one) || one.title || NAMES[picture(one)] || "Menu");
  for (const one of document.querySelectorAll(PICTURE)) if (!one.matches("[role=button]")) one.ariaHidden = "true";
  document.addEventListener("keydown", (event) => {
    if (!["Enter", " "].includes(event.key) || !event.target.matches("[role=button][x-on\\:click]")) return;
    event.preventDefault();
    event.target.click();
  });
});
