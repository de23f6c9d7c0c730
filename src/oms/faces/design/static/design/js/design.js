// Small helps on top of pages that work without any script. No globals; everything is found by data-attributes.

const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
root.classList.add("js");

// Error summary: focus goes to it, and from its links straight into the field.
function errorSummary() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  if (!document.title.startsWith("Ошибка")) document.title = `Ошибка: ${document.title}`;
  summary.focus({ preventScroll: false });
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") ?? field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

// Autosave: <form data-autosave-url="…"> sends itself after 1.2 s of quiet and when a field is left.
// The answer may be JSON {"text": "Черновик сохранён в 18:04", "revision": 7}: the revision goes into the form's hidden
// field of that name. Anything else 2xx gets our own words; 409 says in `text` why it is of no use to go on.
function autosave(form) {
  const line = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
  let timer = 0, sent = snapshot(form), busy = false, leaving = false;

  function say(text, failed = false) {
    if (!line) return;
    line.classList.toggle("failed", failed);
    line.querySelector("[data-saved-text]").textContent = text;
  }
  function plan(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }
  async function save() {
    clearTimeout(timer);
    const now = snapshot(form);
    if (leaving || now === sent) return;
    if (busy) return plan(400);
    busy = true;
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST", body: bodyOf(form), keepalive: document.hidden, credentials: "same-origin",
        headers: { "X-Requested-With": "autosave", Accept: "application/json" },
      });
      const json = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : {};
      if (answer.status === 409) { sent = now; return say(json.text, true); }
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      sent = now;
      if (json.revision !== undefined && form.elements.revision) form.elements.revision.value = json.revision;
      const time = new Date().toLocaleTimeString("ru-RU", { hour: "2-digit", minute: "2-digit" });
      say(json.text ?? `Черновик сохранён в ${time}. Можно закрыть и вернуться с любого устройства`);
    } catch {
      say("Черновик пока не сохранён: нет связи. Повторим сами, не закрывайте страницу", true);
      plan(10_000);
    } finally {
      busy = false;
    }
  }
  form.addEventListener("input", () => plan(1200));
  form.addEventListener("change", () => plan(300));
  form.addEventListener("focusout", () => snapshot(form) !== sent && plan(0));
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
  addEventListener("visibilitychange", () => document.hidden && save());
}
function bodyOf(form) {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  return body;
}
function snapshot(form) {
  const typed = new URLSearchParams(bodyOf(form));
  typed.delete("revision");
  return typed.toString();
}

// A form goes once: the second click of a double click does nothing.
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const again = () => delete form.dataset.sent;
  setTimeout(again, 8000);
  addEventListener("pageshow", again, { once: true });
}

// Copy: <button data-copy="7756…">.
async function copy(button) {
  const word = button.querySelector("[data-copy-word]"), label = button.getAttribute("aria-label");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    if (word) word.textContent = "Скопировано";
    button.setAttribute("aria-label", "Скопировано");
    announce("Скопировано");
  } catch {
    announce("Не получилось скопировать. Выделите номер и скопируйте его сами");
  }
  setTimeout(() => { if (word) word.textContent = ""; button.setAttribute("aria-label", label); }, 2500);
}
let voice;
function announce(text) {
  voice ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "visually-hidden" }));
  voice.setAttribute("role", "status");
  voice.textContent = "";
  setTimeout(() => { voice.textContent = text; }, 50);
}

// Characters left: <textarea data-count="500">.
function counter(field) {
  const limit = Number(field.dataset.count), line = document.createElement("p");
  line.className = "counter";
  field.closest(".control")?.append(line);
  let told;
  const show = () => {
    const left = limit - field.value.length, over = left < 0, n = Math.abs(left);
    line.classList.toggle("over", over);
    line.textContent = `${over ? "Лишних знаков" : "Осталось знаков"}: ${n}`;
    clearTimeout(told);
    if (left < limit / 10) told = setTimeout(() => announce(line.textContent), 1000);
  };
  field.addEventListener("input", show);
  show();
}

// Password: show it, and say how strong it is: <input type="password" data-strength="8">.
function reveal(button) {
  const field = document.getElementById(button.dataset.reveal), hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  button.textContent = hidden ? "Скрыть" : "Показать";
  button.setAttribute("aria-label", hidden ? "Скрыть пароль" : "Показать пароль");
}
function strength(field) {
  const least = Number(field.dataset.strength) || 8;
  const box = Object.assign(document.createElement("div"), { className: "strength" });
  const bar = Object.assign(document.createElement("progress"), { className: "bar", max: 100, value: 0, ariaHidden: "true" });
  const words = document.createElement("output");
  box.append(bar, words);
  field.closest(".control").append(box);
  field.addEventListener("input", () => {
    const [share, state, text] = judge(field.value, least, [...(field.form?.elements ?? [])].filter((other) => other !== field));
    bar.setAttribute("value", share);
    bar.className = `bar ${state}`;
    if (words.textContent !== text) words.textContent = text;
  });
}
const good = 12, free = 15, rows = ["0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "abcdefghij", "абвгдежзик"];
function judge(value, least, others) {
  if (!value) return [0, "", ""];
  if (value.length < least) return [20, "danger", `Добавьте ещё: ${signs(least - value.length)}`];
  if (value.length < free && (!/\p{L}/u.test(value) || !/\d/.test(value))) return [30, "danger", `Нужны и буквы, и цифры или не меньше ${signs(free)}`];
  if (others.some((other) => isInside(other, value.toLowerCase()))) return [30, "danger", "Уберите из пароля своё имя, телефон и почту"];
  if (new Set(value).size < 6 || isRow(value.toLowerCase())) return [40, "warn", "Такой пароль легко подобрать: знаки повторяются или стоят подряд"];
  if (value.length < good) return [65, "warn", `Подойдёт. Надёжнее от ${good} знаков, добавьте ещё: ${signs(good - value.length)}`];
  return [100, "ok", "Надёжный пароль"];
}
function isInside(other, value) {
  if (!["text", "tel", "email"].includes(other.type)) return false;
  const typed = other.type === "tel" ? other.value.replace(/\D/g, "").slice(-7) : other.value.split("@")[0].trim().toLowerCase();
  return typed.length >= 3 && value.includes(typed);
}
function isRow(value) {
  const pieces = [...value].map((_, start) => value.slice(start, start + 5)).filter((piece) => piece.length === 5);
  return pieces.some((piece) => rows.some((row) => row.includes(piece) || [...row].reverse().join("").includes(piece)));
}
const rules = new Intl.PluralRules("ru");
function signs(n) {
  return `${n} ${{ one: "знак", few: "знака" }[rules.select(n)] ?? "знаков"}`;
}

// Dialogs: <button data-dialog="id">; a click on the veil closes.
function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

// Keys: <a data-key="a">, "?" opens the list, the person can switch them off (WCAG 2.1.4).
function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  if (event.key === "?") return document.getElementById("keys") && (event.preventDefault(), openDialog("keys"));
  if (localStorage.getItem("keys") === "off") return;
  const pressed = (latin[event.key.toLowerCase()] ?? event.key).toLowerCase();
  const target = all("[data-key]").find((item) => item.dataset.key.toLowerCase() === pressed && item.offsetParent);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input, textarea, select")) target.focus(); else target.click();
}
// The same key under the Russian layout.
const latin = Object.fromEntries([..."йцукенгшщзфывапролдячсмить"].map((letter, i) => [letter, "qwertyuiopasdfghjklzxcvbnm"[i]]));

// Theme: as the device has it until the person chooses; the choice is a cookie, so the server draws it at once.
function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
function themeWords() {
  for (const button of all("[data-theme-toggle]")) {
    (button.querySelector("span") ?? button).textContent = isDark() ? "Светлая тема" : "Тёмная тема";
  }
}
function toggleTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  themeWords();
}

// The end of a session is told two minutes ahead; one press keeps it. Before it speaks the page asks the server: another
// tab may have been busy. GET of the address answers {"left": seconds, "final": bool}; with ?stay it counts as a request.
function sessionEnd(dialog) {
  const ahead = 120, part = (name) => dialog.querySelector(`[data-session-${name}]`);
  let warn = 0, end = 0;
  const arm = ({ left, final }) => {
    clearTimeout(warn); clearTimeout(end);
    end = setTimeout(look, (left + 2) * 1000);
    if (left > ahead + 5) {
      warn = setTimeout(look, (left - ahead) * 1000);
      if (dialog.open) dialog.close();
    } else if (!dialog.open && !dialog.dataset.told) {
      part("idle").hidden = part("stay").hidden = final;
      part("last").hidden = dialog.querySelector("[data-close]").hidden = !final;
      if (final) dialog.dataset.told = "1";
      dialog.showModal();
    }
  };
  const ask = async (query = "") => {
    try {
      const answer = await fetch(dialog.dataset.sessionPing + query, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.status === 401 || answer.redirected) return location.reload();
      arm(await answer.json());
    } catch { clearTimeout(warn); warn = setTimeout(look, 15_000); }
  };
  const look = () => ask();
  const stay = () => { dialog.close(); ask("?stay=1"); };
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); if (part("stay").hidden) dialog.close(); else stay(); });
  part("stay").addEventListener("click", stay);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  arm({ left: Number(dialog.dataset.sessionLeft), final: "sessionFinal" in dialog.dataset });
}

// Files: a button with our words, the names of what was chosen, and files dropped anywhere on the box.
function drop(box) {
  const field = box.querySelector("input[type=file]");
  const button = Object.assign(document.createElement("label"), { className: "btn ghost", htmlFor: field.id, textContent: "Выбрать файл" });
  button.setAttribute("aria-hidden", "true");
  const line = Object.assign(document.createElement("span"), { className: "chosen" });
  line.setAttribute("role", "status");
  const row = Object.assign(document.createElement("div"), { className: "cluster" });
  row.append(button, line);
  field.after(row);
  box.classList.add("dressed");
  const show = () => { line.textContent = [...field.files].map((file) => file.name).join(", ") || "или перетащите его сюда"; };
  field.addEventListener("change", show);
  show();
  const mark = (on) => (event) => { event.preventDefault(); box.classList.toggle("over", on); };
  box.addEventListener("dragover", mark(true));
  box.addEventListener("dragleave", mark(false));
  box.addEventListener("drop", (event) => {
    mark(false)(event);
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// A new code after a pause: <button data-again-in="42"> waits with the seconds on it. The server counts them too.
function waitAgain(button) {
  const words = button.textContent, ready = Date.now() + button.dataset.againIn * 1000;
  const line = document.querySelector("[data-again-words]");
  button.disabled = true;
  const tick = () => {
    const left = Math.ceil((ready - Date.now()) / 1000);
    if (left > 0) {
      const minutes = Math.floor(left / 60), seconds = String(left % 60).padStart(2, "0");
      button.textContent = `Новый код через ${minutes}:${seconds}`;
      return;
    }
    clearInterval(timer);
    button.disabled = false;
    button.textContent = words;
    if (line) line.textContent = "Можно запросить новый код.";
  };
  const timer = setInterval(tick, 1000);
  if (line) line.setAttribute("role", "status");
  tick();
}

function dress(within) {
  all("form[data-autosave-url]", within).forEach(autosave);
  all("[data-count]", within).forEach(counter);
  all("input[data-strength]", within).forEach(strength);
  all("[data-drop]", within).forEach(drop);
  all("[data-again-in]", within).forEach(waitAgain);
}

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest?.(selector);
  let found;
  if ((found = on("[data-copy]"))) copy(found);
  else if ((found = on("[data-reveal]"))) reveal(found);
  else if ((found = on("[data-dialog]"))) { event.preventDefault(); openDialog(found.dataset.dialog); }
  else if ((found = on("[data-close]"))) found.closest("dialog").close();
  else if ((found = on("[data-print]"))) print();
  else if (on("[data-theme-toggle]")) toggleTheme();
  else if (event.target.matches?.("dialog.dialog:not([data-session-left])")) event.target.close();
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of all("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  keys(event);
});
document.addEventListener("submit", sendOnce);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-toggle]")) localStorage.setItem("keys", event.target.checked ? "on" : "off");
});
document.body.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) dress(event.detail.elt); });

all("[data-keys-toggle]").forEach((box) => { box.checked = localStorage.getItem("keys") !== "off"; });
all("[data-cookie-off]").forEach((note) => { note.hidden = navigator.cookieEnabled; });
all("[data-session-left]").forEach(sessionEnd);
dress(document);
errorSummary();
themeWords();
