// The open chat: bubbles, ticks, typing, and the composer.

import { $, clock, day, el, icon, shownPhone, words } from "./dom.js";

const TICK = "M1 6.5l3.2 3.5L11 2";
const TICKS = "M1 6.5l3.2 3.5L11 2M8 9.2l.8.8L16 2";
const NAMES = {
  image: "Foto", video: "Video", voice: "Pesan suara", document: "Dokumen", location: "Lokasi",
  live_location: "Lokasi langsung", empty: "Stiker", extended_text: "Balasan",
};
const ICONS = {
  voice: "M12 4v10M12 14a3 3 0 0 0 3-3V7a3 3 0 0 0-6 0v4a3 3 0 0 0 3 3zM6 11a6 6 0 0 0 12 0M12 17v3",
  video: "M4 7h10v10H4zM14 11l6-3v8l-6-3z",
  document: "M7 3h7l4 4v14H7zM14 3v4h4",
  location: "M12 21s-6-6-6-11a6 6 0 0 1 12 0c0 5-6 11-6 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  empty: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9 10h.01M15 10h.01M8.5 14.5a4.5 4.5 0 0 0 7 0",
};
const ROOMS = { group: "di grup", status: "di status", channel: "di saluran", self: "chat ke diri sendiri" };

let entries = new Map(); // id -> entry
let nodes = new Map(); // id -> element
let typing = null;
let atEnd = true; // the reader has not scrolled up

$("log").addEventListener("scroll", () => {
  const log = $("log");
  atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
});

export function clear(who, showroom) {
  entries = new Map();
  nodes = new Map();
  typing = null;
  $("log").replaceChildren(el("p", { class: "hello" }, `Belum ada pesan. Anda ${who}; sapa ${showroom} untuk mulai.`));
}

export function preview(last) {
  if (!last) return "";
  const from = last.side === "bot" || last.side === "staff" ? "Showroom: " : "";
  return from + (last.text.replace(/[*_~]/g, "") || NAMES[last.kind] || "");
}

export function update(fresh, isTyping) {
  const stay = atEnd;
  for (const entry of fresh) place(entry);
  showTyping(isTyping);
  if ((fresh.length || isTyping) && stay) toEnd();
}

export function toEnd() {
  atEnd = true;
  $("log").scrollTop = $("log").scrollHeight;
}

function place(entry) {
  const log = $("log");
  if (!entries.size) log.replaceChildren();
  const before = [...entries.values()].at(-1);
  const known = nodes.get(entry.id);
  entries.set(entry.id, entry);
  const node = bubble(entry);
  nodes.set(entry.id, node);
  if (known) {
    if (known.classList.contains("turn")) node.classList.add("turn");
    known.replaceWith(node);
    return;
  }
  if (!before || day(before.at) !== day(entry.at)) log.append(el("p", { class: "day" }, day(entry.at)));
  if (before && before.side !== entry.side) node.classList.add("turn");
  log.append(node);
}

function bubble(entry) {
  if (entry.side === "system") return el("p", { class: "system" }, entry.text);
  const mine = entry.side === "contact";
  const box = el("div", { class: `bubble ${mine ? "mine" : "theirs"}` });
  box.append(el("span", { class: "hidden" }, mine ? "Anda: " : "Showroom: "));
  if (entry.state === "deleted") {
    box.classList.add("gone");
    box.append("Pesan ini dihapus", meta(entry, mine));
    return box;
  }
  if (entry.side === "staff") box.append(el("span", { class: "who" }, "Diketik di HP showroom"));
  if (entry.note) box.append(el("span", { class: "note" }, ROOMS[entry.note] || entry.note));
  box.append(...content(entry), meta(entry, mine));
  return box;
}

function content(entry) {
  if (entry.kind === "text") return [words(entry.text)];
  if (entry.kind === "image" && entry.media) {
    return [picture(entry), entry.text ? words(entry.text) : null].filter(Boolean);
  }
  const key = entry.kind === "live_location" ? "location" : entry.kind;
  const name = NAMES[entry.kind] || entry.kind;
  const link = entry.side === "bot" && entry.media;
  const label = link ? el("a", { href: entry.media, target: "_blank", rel: "noopener" }, entry.text || name) : entry.text || name;
  if (entry.kind === "extended_text") return [el("span", { class: "note" }, "pesan berkutipan"), words(entry.text)];
  return [el("span", { class: "thing" }, el("b", {}, icon(ICONS[key] || ICONS.document)), el("span", {}, label))];
}

function picture(entry) {
  const alt = entry.text ? `Foto: ${entry.text}` : "Foto";
  const image = el("img", { src: entry.media, alt });
  image.addEventListener("load", () => { if (atEnd) toEnd(); });
  return el("button", { type: "button", class: "picture", "aria-label": `Perbesar ${alt}`, onclick: () => enlarge(entry.media, alt) }, image);
}

function enlarge(address, alt) {
  $("viewer-image").src = address;
  $("viewer-image").alt = alt;
  $("viewer").showModal();
}

function meta(entry, mine) {
  const box = el("span", { class: "meta" }, el("time", {}, clock(entry.at)));
  if (!mine) return box;
  const said = { read: "Dibaca", failed: "Gagal sampai", sending: "Terkirim" }[entry.state] || "";
  if (entry.state === "read") box.append(icon(TICKS, "tick read", "0 0 17 12"));
  else if (entry.state === "failed") box.append(icon("M12 7v6M12 17h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18", "tick failed"));
  else box.append(icon(TICK, "tick", "0 0 17 12"));
  box.append(el("span", { class: "hidden" }, said));
  return box;
}

function showTyping(on) {
  if (!on) {
    typing?.remove();
    typing = null;
    return;
  }
  typing ??= el("div", { class: "typing" }, el("i"), el("i"), el("i"), el("span", { class: "hidden" }, "Showroom sedang mengetik"));
  $("log").append(typing);
}

// The composer. `send(body)` posts an inbound message of the open chat.
export function compose(send) {
  const box = $("message");
  const grow = () => { box.style.height = "auto"; box.style.height = `${Math.min(box.scrollHeight + 2, 132)}px`; };
  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $("composer").requestSubmit();
    }
  });
  $("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value;
    if (!text.trim()) return;
    box.value = "";
    grow();
    if (!(await send({ kind: "text", text }))) { box.value = text; grow(); }
    box.focus();
  });
  attachments(send);
}

function attachments(send) {
  const menu = $("attachments"), opener = $("attach");
  const show = (on) => { menu.hidden = !on; opener.setAttribute("aria-expanded", String(on)); };
  opener.addEventListener("click", () => { show(menu.hidden); if (!menu.hidden) menu.querySelector("button").focus(); });
  document.addEventListener("click", (event) => { if (!event.target.closest(".attach")) show(false); });
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { show(false); opener.focus(); } });
  menu.addEventListener("click", (event) => {
    const kind = event.target.dataset.attach;
    if (!kind) return;
    show(false);
    if (kind === "image") $("photo").click();
    else if (kind === "location") send({ kind, place: "Lokasi saya", address: "Jl. Contoh 1, Jakarta", latitude: -6.2, longitude: 106.816666 });
    else send({ kind });
  });
  $("photo").addEventListener("change", async () => {
    const file = $("photo").files[0];
    $("photo").value = "";
    if (!file) return;
    const caption = $("message").value.trim();
    if (await send({ kind: "image", caption, file: { base64: await base64(file), mime: file.type || "image/jpeg" } })) $("message").value = "";
  });
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.split(",", 2)[1] || ""));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

export function describe(contact, clients) {
  const at = clients.find((client) => client.id === contact.showroom)?.label || contact.showroom;
  const role = contact.role === "staff" ? `staf ${at}`.trim() : "pelanggan";
  return `${contact.name || shownPhone(contact.phone)} (${role})`;
}

