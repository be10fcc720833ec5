// Phones show a page's notices only by a worker; a tap on one leads to the inbox.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((pages) => {
    const inbox = pages.find((page) => new URL(page.url).pathname.startsWith("/inbox/"));
    return inbox ? inbox.focus() : self.clients.openWindow("/inbox/");
  }));
});
