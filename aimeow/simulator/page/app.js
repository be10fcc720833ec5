// The phone page: who you are, which showroom you write to, and the polling that keeps both alive.

import { $, call, clock, digitsOf, el, initials, shownPhone } from "./dom.js";
import * as chat from "./chat.js";
import * as drawer from "./drawer.js";

const EVERY_MS = 700;
const state = { client: "", contact: "", since: 0, count: 0, clients: [], contacts: [], seen: new Map(), listed: "", offered: "", round: 0 };

async function poll() {
  const round = state.round;
  try {
    const query = new URLSearchParams({ client: state.client, contact: state.contact, since: state.since });
    const feed = await call("GET", `/control/page?${query}`);
    if (round === state.round) take(feed);
    problem("");
  } catch (error) {
    problem(error.message);
  }
}

async function pollForever() {
  await poll();
  setTimeout(pollForever, document.hidden ? 4 * EVERY_MS : EVERY_MS);
}

function take(feed) {
  state.clients = feed.clients;
  state.contacts = feed.contacts;
  $("app").classList.toggle("switched", feed.switched);
  offerClients();
  if (feed.count < state.count) restartChat();
  state.count = feed.count;
  if (state.contact) {
    chat.update(feed.entries, feed.typing);
    state.since = Math.max(state.since, ...feed.entries.map((entry) => entry.rev));
    showPeer(feed.typing);
  }
  listContacts();
  drawer.follow(feed.clients);
}

function restartChat() {
  state.seen.clear();
  if (me()) chat.clear(chat.describe(me(), state.clients), peerName());
}

const me = () => state.contacts.find((contact) => contact.phone === state.contact);
const peer = () => state.clients.find((client) => client.id === state.client);
const peerName = () => peer()?.label || "showroom";

function offerClients() {
  const now = JSON.stringify(state.clients.map((client) => [client.id, client.label, client.connected]));
  if (now === state.offered) return;
  state.offered = now;
  if (!peer()) state.client = (state.clients.find((client) => client.connected) || state.clients[0])?.id || "";
  const options = state.clients.map((client) =>
    el("option", { value: client.id, selected: client.id === state.client }, client.label + (client.connected ? "" : " (tidak tersambung)")));
  $("client").replaceChildren(...(options.length ? options : [el("option", { value: "" }, "Belum ada showroom tersambung")]));
  $("client").disabled = !options.length;
  $("new-number").disabled = !options.length;
  $("nobody-title").textContent = options.length ? "Pilih orang di daftar" : "Belum ada showroom tersambung";
  $("nobody-text").textContent = options.length
    ? "Anda memegang HP-nya: kirim pesan ke showroom dan lihat jawabannya di sini."
    : "Buka Ulah gateway, buat perangkat baru, lalu pindai QR-nya dengan nomor showroom.";
}

function listContacts() {
  const now = JSON.stringify([state.client, state.contact, state.contacts, [...state.seen]]);
  if (now === state.listed) return;
  state.listed = now;
  const focused = document.activeElement?.dataset?.phone;
  const here = peer();
  const works = (contact) => here && [here.id, here.label, here.name].includes(contact.showroom);
  const groups = [
    ["Pelanggan", state.contacts.filter((contact) => contact.role !== "staff")],
    [`Staf ${peerName()}`, state.contacts.filter((contact) => contact.role === "staff" && works(contact))],
    ["Staf showroom lain", state.contacts.filter((contact) => contact.role === "staff" && !works(contact))],
  ];
  const parts = groups.flatMap(([title, people]) => (people.length ? [el("h2", {}, title), ...people.sort(byLatest).map(person)] : []));
  $("contacts").replaceChildren(...(parts.length ? parts : [el("p", { class: "quiet" }, "Belum ada orang. Tekan Nomor baru untuk mulai sebagai pelanggan.")]));
  if (focused) $("contacts").querySelector(`[data-phone="${focused}"]`)?.focus();
}

const byLatest = (a, b) => (b.last?.at || 0) - (a.last?.at || 0);

function person(contact) {
  const name = contact.name || shownPhone(contact.phone);
  const open = contact.phone === state.contact;
  if (open) state.seen.set(seenKey(contact), contact.bot_count);
  const fresh = contact.bot_count - (state.seen.get(seenKey(contact)) || 0);
  return el("button", { type: "button", class: "person", "data-phone": contact.phone, "aria-current": open ? "true" : undefined, onclick: () => openChat(contact.phone) },
    el("span", { class: contact.role === "staff" ? "avatar staff" : "avatar", "aria-hidden": "true" }, initials(name)),
    el("span", { class: "person-text" },
      el("span", { class: "person-top" }, el("span", { class: "person-name" }, name), contact.last ? el("time", {}, clock(contact.last.at)) : null),
      el("span", { class: "person-last" },
        el("span", {}, contact.typing ? "sedang mengetik…" : chat.preview(contact.last) || shownPhone(contact.phone)),
        fresh > 0 && !open ? el("span", { class: "fresh", "aria-label": `${fresh} pesan baru` }, String(fresh)) : null)));
}

const seenKey = (contact) => `${state.client} ${contact.phone}`;

function showPeer(typing) {
  const client = peer(), contact = me();
  if (!contact) return;
  $("peer-name").textContent = peerName();
  $("peer-avatar").textContent = initials(peerName());
  const who = `Anda: ${chat.describe(contact, state.clients)}`;
  $("peer-state").textContent = typing ? "sedang mengetik…" : client?.connected ? who : "tidak tersambung";
  $("as-me").textContent = contact.name || "Anda";
}

function openChat(phone) {
  state.contact = phone;
  state.since = 0;
  state.count = 0;
  state.round += 1;
  $("nobody").hidden = true;
  $("conversation").hidden = false;
  $("app").dataset.view = "chat";
  document.querySelector("input[name=as][value=direct]").checked = true;
  restartChatView();
  history.replaceState(null, "", `#${state.client}/${phone}`);
  if (matchMedia("(min-width: 820px)").matches) $("message").focus();
  poll().then(chat.toEnd);
}

function restartChatView() {
  if (!me()) return;
  chat.clear(chat.describe(me(), state.clients), peerName());
  showPeer(false);
}

function backToPeople() {
  $("app").dataset.view = "people";
  const was = state.contact;
  state.contact = "";
  state.round += 1;
  $("nobody").hidden = false;
  $("conversation").hidden = true;
  history.replaceState(null, "", location.pathname);
  listContacts();
  $("contacts").querySelector(`[data-phone="${was}"]`)?.focus();
}

async function send(body) {
  const as = document.querySelector("input[name=as]:checked").value;
  try {
    await call("POST", "/control/inbound", { ...body, client: state.client, contact: state.contact, chat: as, wait: false });
    await poll();
    chat.toEnd();
    return true;
  } catch (error) {
    problem(error.message, true);
    return false;
  }
}

let heldUntil = 0;
function problem(text, hold = false) {
  if (hold) heldUntil = Date.now() + 6000;
  if (!text && Date.now() < heldUntil) return;
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

async function startNewNumber(event) {
  event.preventDefault();
  try {
    const contact = await call("POST", "/control/contacts", { phone: digitsOf($("new-phone").value), name: $("new-name").value.trim() });
    $("new-dialog").close();
    $("new-form").reset();
    await poll();
    openChat(contact.phone);
  } catch (error) {
    $("new-problem").textContent = error.message;
    $("new-problem").hidden = false;
  }
}

function wire() {
  $("client").addEventListener("change", () => {
    state.client = $("client").value;
    state.listed = "";
    if (state.contact) openChat(state.contact);
    else poll();
  });
  $("back").addEventListener("click", backToPeople);
  $("new-number").addEventListener("click", () => { $("new-problem").hidden = true; $("new-dialog").showModal(); });
  $("new-cancel").addEventListener("click", () => $("new-dialog").close());
  $("new-form").addEventListener("submit", startNewNumber);
  $("viewer-close").addEventListener("click", () => $("viewer").close());
  $("viewer").addEventListener("click", (event) => { if (event.target === $("viewer")) $("viewer").close(); });
  for (const opener of document.querySelectorAll("[data-open-drawer]")) {
    opener.addEventListener("click", () => ($("drawer").hidden ? drawer.open() : drawer.close()));
  }
  $("close-drawer").addEventListener("click", drawer.close);
  $("drawer").addEventListener("keydown", (event) => { if (event.key === "Escape") drawer.close(); });
  chat.compose(send);
}

async function start() {
  wire();
  const [client, contact] = decodeURIComponent(location.hash.slice(1)).split("/");
  state.client = client || "";
  await poll();
  if (contact && state.contacts.some((known) => known.phone === contact)) openChat(contact);
  pollForever();
}

start();
