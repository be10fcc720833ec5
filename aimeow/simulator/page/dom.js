// Small tools: make elements, call the simulator, write times and WhatsApp's *bold*.

export const $ = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(paths, className = "", box = "0 0 24 24") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths);
  svg.append(path);
  return svg;
}

// Answers the parsed JSON, or throws an Error whose message is fit to be read by people.
export async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("Simulator tidak menjawab. Pastikan masih berjalan.");
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(inIndonesian(data.error) || `Simulator menjawab ${answer.status}.`);
  return data;
}

const WORDS = {
  "phone must be 9 to 15 digits with the country code": "Nomor harus 9 sampai 15 angka, misalnya 0812 3456 7890.",
  "no such client, or it is not connected": "Showroom ini tidak tersambung ke WhatsApp.",
  "this client was paired before; create a new one": "Perangkat ini pernah dipasangkan. Buat perangkat baru.",
  "no living QR code; create a new client": "Kode QR sudah kedaluwarsa. Buat perangkat baru.",
  "QR code not available": "Kode QR belum siap. Coba sebentar lagi.",
  "client not found": "Perangkat ini sudah tidak ada.",
};
const inIndonesian = (text) => (text ? WORDS[text] || `Ditolak: ${text}` : "");

// "0812…", "+62…", "8…" -> "62…"
export function digitsOf(typed) {
  const digits = typed.replace(/\D/g, "");
  if (digits.startsWith("0")) return "62" + digits.slice(1);
  return digits.startsWith("8") ? "62" + digits : digits;
}

export function shownPhone(digits) {
  if (!digits.startsWith("62")) return "+" + digits;
  const rest = digits.slice(2);
  return "+62 " + [rest.slice(0, 3), rest.slice(3, 7), rest.slice(7)].filter(Boolean).join("-");
}

export function clock(seconds) {
  const at = new Date(seconds * 1000);
  return `${String(at.getHours()).padStart(2, "0")}.${String(at.getMinutes()).padStart(2, "0")}`;
}

export function day(seconds) {
  const at = new Date(seconds * 1000);
  if (at.toDateString() === new Date().toDateString()) return "Hari ini";
  return at.toLocaleDateString("id-ID", { day: "numeric", month: "long", year: "numeric" });
}

export function initials(name) {
  const parts = name.replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean);
  return (parts.slice(0, 2).map((part) => part[0]).join("") || "#").toUpperCase();
}

const MARKS = /(https?:\/\/[^\s<>"]{1,500})|\*([^\s*](?:[^*\n]{0,300}[^\s*])?)\*|_([^\s_](?:[^_\n]{0,300}[^\s_])?)_|~([^\s~](?:[^~\n]{0,300}[^\s~])?)~/g;

// Text with WhatsApp's bold, italics, strikes and links, as nodes: never as HTML.
export function words(text) {
  const box = el("span", { class: "words" });
  let done = 0;
  for (const match of text.matchAll(MARKS)) {
    box.append(text.slice(done, match.index));
    const [whole, link, bold, italic, struck] = match;
    if (link) box.append(el("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, link));
    else if (bold) box.append(el("strong", {}, bold));
    else if (italic) box.append(el("em", {}, italic));
    else box.append(el("s", {}, struck));
    done = match.index + whole.length;
  }
  box.append(text.slice(done));
  return box;
}
