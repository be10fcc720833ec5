// A part of the page that reads itself anew every so often, while somebody looks at it and does nothing in it.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const part = document.querySelector("[data-again]");
  if (!part) return;
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }, 1000 * part.dataset.again);
});
