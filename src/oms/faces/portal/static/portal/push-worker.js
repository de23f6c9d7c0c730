// Shows a notice when the push service wakes the browser, and opens the cabinet when it is clicked.

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data ? event.data.json() : {}; } catch { told = {}; }
  event.waitUntil(self.registration.showNotification(told.title || "Новое сообщение", {
    body: "Откройте кабинет ОМС", tag: told.tag, lang: "ru", data: { path: told.path || "/messages/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.path ?? "/messages/", self.location.origin);
  if (address.origin === self.location.origin) event.waitUntil(self.clients.openWindow(address.href));
});
