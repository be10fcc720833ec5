// "Ulah gateway": every switch of the simulator, its devices, and its callback address.

import { $, call, digitsOf, el, shownPhone } from "./dom.js";

const SENDS = [
  ["latency_ms", "Jeda sebelum kiriman berangkat (milidetik)", "number"],
  ["send_error", "Semua kiriman gagal", "choice"],
  ["fail_next", "Jumlah kiriman berikut yang gagal", "number"],
  ["fail_rate", "Bagian kiriman yang gagal (0 sampai 1)", "number"],
  ["fail_kind", "Jenis gagal untuk dua baris di atas", "choice"],
  ["upload_error", "Foto dan dokumen gagal diunggah", "check"],
  ["drop_after", "Sampai, tetapi dilaporkan gagal", "check"],
  ["hang", "Menggantung tanpa jawaban", "check"],
  ["reset", "Sambungan diputus", "check"],
  ["gateway_down", "Gateway mati sama sekali", "check"],
];
const ARRIVALS = [
  ["identity", "Cara WhatsApp menyebut pengirim", "choice"],
  ["copies", "Salinan webhook yang sama", "number"],
  ["ghost_other", "Pesan kosong dengan id yang sama", "check"],
  ["second_id", "Pesan sama dengan id lain", "check"],
  ["client_jid", "clientId berupa JID perangkat", "check"],
  ["jitter_ms", "Acak urutan webhook (milidetik)", "number"],
  ["media_missing", "Gateway gagal mengunduh media", "check"],
  ["base_url_unset", "Alamat berkas memakai localhost:7030", "check"],
  ["variant", "Varian gateway", "choice"],
  ["era", "Bentuk payload per tanggal", "choice"],
];
const LABELS = {
  "": "Tidak",
  no_lid: "Nomor tidak ada di WhatsApp", timeout: "Habis waktu (mungkin sampai)", disconnect: "Terputus saat menunggu (mungkin sampai)",
  not_connected: "Tidak tersambung", device_part: "Alamat berisi nomor perangkat", unknown_server: "Server tidak dikenal",
  error_479: "Galat 479", no_device: "Perangkat tidak dikenal",
  lid: "LID, nomor diketahui (biasa)", lid_device: "LID dari WhatsApp Web", phone: "Nomor HP saja", phone_alt_lid: "Nomor HP, from berisi LID",
  phone_alt_lid_flagged: "Nomor HP, from kosong (isLID)", lid_unresolved: "LID tanpa nomor", lid_unresolved_flagged: "LID tanpa nomor, from kosong (isLID)",
  A: "A (meow.lumiku.com)", B: "B (aibase)",
};

let drawn = "";
let busy = false;

export async function open() {
  $("drawer").hidden = false;
  $("app").classList.add("with-drawer");
  drawn = "";
  await refresh();
  $("close-drawer").focus();
}

export function close() {
  $("drawer").hidden = true;
  $("app").classList.remove("with-drawer");
}

// Draws everything anew; errors are shown in the drawer itself.
export async function refresh() {
  try {
    draw(await call("GET", "/control"), await call("GET", "/control/page"));
  } catch (error) {
    $("drawer-body").replaceChildren(el("p", { class: "bad", role: "alert" }, error.message));
  }
}

// Devices change by themselves (QR codes rotate); called with every poll.
export function follow(clients) {
  const now = JSON.stringify(clients);
  const typing = $("drawer-body").contains(document.activeElement) && ["INPUT", "SELECT"].includes(document.activeElement.tagName);
  if ($("drawer").hidden || busy || typing || now === drawn) return;
  drawn = now;
  $("devices")?.replaceWith(devices(clients));
}

function draw(control, feed) {
  drawn = JSON.stringify(feed.clients);
  $("drawer-body").replaceChildren(
    group("Pesan masuk", "Yang dikirim gateway ke AutoLumiku.", ARRIVALS, control),
    group("Kiriman bot", "Yang dikirim AutoLumiku lewat gateway.", SENDS, control),
    callback(control.callback_url),
    devices(feed.clients),
    cleaning(),
  );
}

function group(title, text, rows, control) {
  return el("section", {}, el("h3", {}, title), el("p", {}, text), ...rows.map((row) => field(row, control)));
}

function field([name, label, type], control) {
  const value = control.faults[name], id = `switch-${name}`;
  if (type === "check") {
    const box = el("input", { type: "checkbox", id, checked: value, onchange: () => set(name, box.checked) });
    return el("label", { class: "check" }, box, label);
  }
  const input = type === "number"
    ? el("input", { type: "number", id, min: 0, step: name === "fail_rate" ? 0.1 : 1, value: String(value) })
    : el("select", { id }, ...control.choices[name].map((choice) => el("option", { value: choice, selected: choice === value }, LABELS[choice] || choice)));
  input.addEventListener("change", () => set(name, type === "number" ? Number(input.value) : input.value));
  return el("div", { class: "field" }, el("label", { for: id }, label), input);
}

async function set(name, value) {
  await act(() => call("POST", "/control", { [name]: value }), false);
}

function callback(address) {
  const input = el("input", { id: "callback", type: "url", value: address, placeholder: "http://127.0.0.1:8000/…" });
  const save = el("button", { type: "button", class: "plain", onclick: () => act(() => call("POST", "/api/v1/config", { callbackUrl: input.value })) }, "Simpan alamat");
  return el("section", {},
    el("h3", {}, "Alamat webhook"), el("p", {}, "Satu untuk seluruh gateway."),
    el("div", { class: "field" }, el("label", { for: "callback" }, "URL lengkap dengan token"), input), el("div", { class: "buttons" }, save));
}

function devices(clients) {
  return el("section", { id: "devices" },
    el("h3", {}, "Perangkat tertaut"), el("p", {}, "Setiap showroom satu nomor. QR berlaku sekitar 160 detik."),
    ...clients.map(device),
    el("div", { class: "buttons" },
      el("button", { type: "button", class: "plain", onclick: () => act(() => call("POST", "/api/v1/clients/new", {})) }, "Perangkat baru"),
      el("button", { type: "button", class: "plain", onclick: () => act(() => call("POST", "/control/restart", {})) }, "Mulai ulang gateway")));
}

function device(client) {
  const remove = el("button", { type: "button", class: "plain", onclick: () => act(() => call("DELETE", `/api/v1/clients/${client.id}`)) }, "Hapus");
  const box = el("div", { class: "device" },
    el("strong", { class: client.connected ? "lamp on" : "lamp" }, client.label),
    el("p", {}, client.connected ? `Tersambung, ${shownPhone(client.phone)}` : client.pairable ? "Menunggu dipindai" : client.waiting ? "Menyiapkan kode QR" : "Tidak bisa dipakai lagi"));
  if (client.pairable) box.append(...pairing(client));
  const logout = el("button", { type: "button", class: "plain", onclick: () => act(() => call("POST", `/control/clients/${client.id}`, { action: "logout" })) }, "Keluarkan");
  box.append(el("div", { class: "buttons" }, client.connected ? logout : null, remove));
  return box;
}

function pairing(client) {
  const phone = el("input", { id: `pair-${client.id}`, inputmode: "tel", placeholder: "0812 0000 0003" });
  const name = el("input", { id: `name-${client.id}`, placeholder: "Nama showroom" });
  const pair = () => act(() => call("POST", `/control/clients/${client.id}`, { action: "pair", phone: digitsOf(phone.value), name: name.value, showroom: name.value }));
  return [
    el("img", { src: `/control/clients/${client.id}/qr.svg?${encodeURIComponent(client.qr)}`, alt: "Kode QR untuk memasangkan nomor" }),
    el("div", { class: "field" }, el("label", { for: phone.id }, "Nomor HP showroom yang memindai"), phone),
    el("div", { class: "field" }, el("label", { for: name.id }, "Nama"), name),
    el("div", { class: "buttons" }, el("button", { type: "button", class: "primary", onclick: pair }, "Pindai QR")),
  ];
}

function cleaning() {
  return el("section", {},
    el("h3", {}, "Bersihkan"), el("p", {}, "Chat di simulator saja; data di AutoLumiku tetap."),
    el("div", { class: "buttons" },
      el("button", { type: "button", class: "plain", onclick: () => act(() => call("POST", "/control/reset", { keep_faults: true })) }, "Kosongkan chat"),
      el("button", { type: "button", class: "plain", onclick: () => act(() => call("POST", "/control/reset", {})) }, "Matikan semua ulah dan kosongkan chat")));
}

async function act(work, redraw = true) {
  busy = true;
  $("drawer-body").querySelector("[role=alert]")?.remove();
  try {
    await work();
    if (redraw) await refresh();
  } catch (error) {
    $("drawer-body").prepend(el("p", { class: "bad", role: "alert" }, error.message));
    $("drawer-body").scrollTop = 0;
  } finally {
    busy = false;
  }
}
