// A button that copies a text of the page; where the browser does not let it, the text is selected for the keys.
document.addEventListener("click", async (event) => {
  "use strict";
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  text.select();
  const copied = await navigator.clipboard?.writeText(text.value).then(() => true, () => false) ?? document.execCommand("copy");
  if (copied) button.textContent = button.dataset.done;
});
