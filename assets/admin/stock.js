// A form that takes its time says so, and is sent once.
function saySent(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    button.textContent = form.dataset.busy;
  });
}

// Which files were chosen, in our own words; the theme's own listener expects a field of its own and fails here.
addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches?.("input[data-file]")) return;
  event.stopPropagation();
  const names = [...input.files].map((file) => file.name);
  const said = names.length > 3 ? `${names.length} berkas dipilih.` : names.join(", ");
  document.getElementById(input.dataset.file).textContent = said || "Belum ada berkas dipilih.";
}, true);

// A car's photos: dragged, or moved by their buttons; the order is saved with the page.
function sortable(list) {
  const said = list.parentElement.querySelector("[data-said]");
  let dragged = null;

  function number() {
    [...list.children].forEach((photo, place) => {
      const position = photo.querySelector('input[name$="-position"]');
      if (position) position.value = place;
    });
  }
  function say(photo) {
    const place = [...list.children].indexOf(photo) + 1;
    said.textContent = `Foto dipindah ke urutan ${place} dari ${list.children.length}. Simpan untuk menyimpan urutan.`;
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const photo = button.closest("li");
    const other = button.dataset.move === "1" ? photo.nextElementSibling : photo.previousElementSibling;
    if (!other) return;
    if (button.dataset.move === "1") other.after(photo); else other.before(photo);
    number();
    say(photo);
    button.focus();
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    dragged.classList.add("al-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const places = [...list.children];
    if (places.indexOf(over) > places.indexOf(dragged)) over.after(dragged); else over.before(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("al-dragged");
    number();
    say(dragged);
    dragged = null;
  });
}

function begin() {
  document.querySelectorAll("form[data-busy]").forEach(saySent);
  document.querySelectorAll("[data-photos]").forEach(sortable);
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin); else begin();
addEventListener("pageshow", (event) => { if (event.persisted && document.querySelector("form[data-busy]")) location.reload(); });
