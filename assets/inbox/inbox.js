// What a page cannot say in HTML: where the thread stands, how the field grows, the bell, and a few keys.
(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);

  // -- the thread stays at its end, unless somebody reads further up
  let atEnd = true;
  const thread = () => one("#thread");
  const toEnd = () => { const box = thread(); if (box) box.scrollTop = box.scrollHeight; };
  document.addEventListener("htmx:beforeSwap", () => {
    const box = thread();
    if (box) atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 120;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "lines" && atEnd) toEnd();
    if (event.target.id === "writer") {
      grow();
      one("#text")?.focus();
      if (!event.target.querySelector(".trouble")) toEnd();
    }
    count();
  });

  // -- the field grows with its text; Enter sends where there is a keyboard, Shift+Enter begins a line
  const grow = () => {
    const field = one("#text");
    if (!field) return;
    field.style.height = "auto";
    field.style.height = Math.min(field.scrollHeight + 2, 180) + "px";
  };
  document.addEventListener("input", (event) => { if (event.target.id === "text") grow(); });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "text" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      if (!event.ctrlKey && !matchMedia("(pointer: fine)").matches) return;
      event.preventDefault();
      one("#composer .send").click();
    }
    if (event.target.closest("input, textarea, select")) return;
    if (event.key === "/") { event.preventDefault(); one("#q").focus(); }
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    if (event.key === "r" && one("#text")) { event.preventDefault(); one("#text").focus(); }
  });
  const step = (by) => {
    const rows = [...document.querySelectorAll("#rows .row")];
    const here = rows.indexOf(document.activeElement);
    const from = here >= 0 ? here : rows.findIndex((row) => row.hasAttribute("aria-current"));
    const next = rows[Math.max(0, Math.min(rows.length - 1, from + by))];
    if (next) next.focus();
  };

  // -- ready words go into the field: a canned reply (also typed as /shortcut and a space), a car's card, a suggestion
  const insert = (words, instead) => {
    const field = one("#text");
    if (!field) return;
    const before = instead === undefined ? field.value.trimEnd() : instead;
    field.value = before ? `${before}\n\n${words}` : words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert], [data-insert-from], [data-close]");
    if (!button) return;
    if (button.dataset.close) one(`#${button.dataset.close}`).replaceChildren();
    else insert(button.dataset.insert ?? one(`#${button.dataset.insertFrom}`).textContent);
    if (button.dataset.unit) { one("#file").value = ""; one("#unit").value = button.dataset.unit; enclosed(); }
  });

  // -- what goes along with the words: a chosen file, or the first photo of a car
  const enclosed = () => {
    const box = one("#enclosed");
    if (!box) return;
    const file = one("#file").files[0], unit = one("#unit").value;
    box.hidden = !file && !unit;
    box.firstElementChild.textContent = file ? file.name : `Foto ${unit}`;
  };
  document.addEventListener("change", (event) => {
    if (event.target.id === "file") { one("#unit").value = ""; enclosed(); }
  });
  document.addEventListener("click", (event) => {
    if (event.target.id === "unenclose") { one("#file").value = one("#unit").value = ""; enclosed(); }
  });
  document.addEventListener("input", (event) => {
    if (event.target.id !== "text") return;
    if (event.target.value === "/" && !one("#tools").childElementCount) one("#ready").click();
    const typed = /^\/([\w-]+)\s$/.exec(event.target.value);
    const ready = typed && one(`#tools [data-shortcut="${typed[1]}"]`);
    if (ready) { event.target.value = ""; insert(ready.dataset.insert); }
  });

  // -- who waits stands in the tab's title
  const title = document.title;
  const count = () => {
    const waiting = Number(one("#tabs")?.dataset.waiting || 0);
    document.title = waiting ? `(${waiting}) ${title}` : title;
  };

  // -- a new hand-over rings, if this person wants it
  const bell = one("#bell");
  let worker = null;
  const wanted = () => localStorage.getItem("bell") === "on";
  const draw = () => {
    if (!bell) return;
    bell.hidden = false;
    bell.setAttribute("aria-pressed", String(wanted()));
    bell.textContent = wanted() ? "Notifikasi nyala" : "Notifikasi mati";
    if (wanted()) worker = navigator.serviceWorker?.register(bell.dataset.worker).catch(() => null);
  };
  bell?.addEventListener("click", async () => {
    if (!wanted() && "Notification" in window && Notification.permission === "default") await Notification.requestPermission();
    localStorage.setItem("bell", wanted() ? "off" : "on");
    draw();
    if (wanted()) ring();
  });
  const ring = () => {
    try {
      const audio = new AudioContext();
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = 880;
      volume.gain.setValueAtTime(0.15, audio.currentTime);
      volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
      tone.connect(volume).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + 0.6);
    } catch { /* a browser without sound still shows the notice */ }
  };
  document.body.addEventListener("news-handover", () => {
    if (!wanted()) return;
    ring();
    if ("Notification" in window && Notification.permission === "granted") notify();
  });
  const notify = async () => {
    const words = ["Ada pelanggan yang menunggu", { body: "Buka Inbox untuk membalasnya.", tag: "handover", renotify: true }];
    try {
      await (await worker).showNotification(...words);
    } catch { // no worker (yet): a computer's browser needs none
      try { new Notification(...words); } catch { /* the tone has rung, and the tab counts */ }
    }
  };

  // -- the line is down: say so, and that it is back
  const offline = (is) => { const bar = one("#offline"); if (bar) bar.hidden = !is; };
  document.addEventListener("htmx:sendError", () => offline(true));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) offline(false); });

  // -- an open menu closes when one looks elsewhere
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".me[open], .rest[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  toEnd();
  grow();
  count();
  draw();
})();
