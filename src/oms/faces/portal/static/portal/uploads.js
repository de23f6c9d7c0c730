// Slots of documents: files go one by one with progress, each row tells how its check goes.
// Without this the same form sends them all and the page comes back.

const WAIT_S = 5;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function slotOf(section) {
  const form = section.querySelector("[data-upload-form]"), rows = section.querySelector("[data-rows]");
  const failures = section.querySelector("[data-failures]"), voice = section.querySelector("[data-voice]");
  const sending = new Map();
  let turn = Promise.resolve();

  const say = (text) => { voice.textContent = ""; setTimeout(() => { voice.textContent = text; }, 60); };
  const copyOf = (name) => section.querySelector(`template[data-${name}]`).content.firstElementChild.cloneNode(true);

  // What is known to be wrong before anything is sent: size and kind. The server judges anew.
  function refusal(file) {
    if (file.size === 0) return "empty";
    if (file.size > Number(section.dataset.most)) return "too-large";
    if (file.size < Number(section.dataset.least)) return "too-small";
    if (/\.hei[cf]$/i.test(file.name)) return "heic";
    const known = /^(application\/pdf|image\/(jpeg|png))$/.test(file.type) || /\.(pdf|jpe?g|png)$/i.test(file.name);
    return known ? "" : "unknown-format";
  }
  function showFailure(element) {
    failures.append(element);
    say(element.textContent.trim().replace(/\s+/g, " "));
  }
  function choose(files, replaced) {
    failures.replaceChildren();
    for (const file of files) {
      const code = refusal(file);
      if (code) {
        const told = section.querySelector(`template[data-no="${code}"]`).content.firstElementChild.cloneNode(true);
        told.querySelector("[data-name]").textContent = file.name;
        showFailure(told);
      } else start(file, replaced);
    }
  }
  function start(file, replaced) {
    const row = copyOf("pending"), job = { file, replaced, row, url: replaced ? `${replaced.dataset.url}replace/` : form.action };
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-cancel]").addEventListener("click", () => stop(job));
    row.querySelector("[data-retry]").addEventListener("click", () => { clearTimeout(job.later); queue(job); });
    if (replaced) { replaced.hidden = true; replaced.after(row); } else rows.append(row);
    sending.set(row, job);
    say(`Загружаем ${file.name}`);
    queue(job);
  }
  function queue(job) {
    turn = turn.then(() => (job.stopped ? null : send(job)));
  }
  function stop(job) {
    job.stopped = true;
    clearTimeout(job.later);
    job.request?.abort();
    leave(job);
    if (job.replaced) job.replaced.hidden = false;
    form.querySelector("[data-choose]").focus();
  }
  function leave(job) {
    sending.delete(job.row);
    job.row.remove();
  }
  function send(job, again = false) {
    const body = new FormData(form), bar = job.row.querySelector("progress"), words = job.row.querySelector("[data-words]");
    body.delete("files");
    body.append("files", job.file, job.file.name);
    job.row.querySelector("[data-retry]").hidden = true;
    words.textContent = "Загружаем";
    return new Promise((done) => {
      const request = (job.request = new XMLHttpRequest());
      request.open("POST", job.url);
      request.setRequestHeader("X-Requested-With", "upload");
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        const share = Math.round((event.loaded * 100) / event.total);
        bar.value = share;
        words.textContent = share < 100 ? `Загружаем: ${share}\u00a0%` : "Загрузили, проверяем файл";
      });
      request.addEventListener("loadend", async () => {
        if (!job.stopped) await answered(job, request, again);
        done();
      });
      request.send(body);
    });
  }
  async function answered(job, request, again) {
    const html = request.responseText, signedOut = request.status === 403 || (request.status === 200 && !html.includes("data-file"));
    if (request.status === 201 || (request.status === 200 && !signedOut)) return settle(job, html);
    if (request.status === 422 || request.status === 429) return refuse(job, html);
    if (signedOut && !again && (await renew())) return send(job, true);
    rest(job, signedOut ? "Войдите в кабинет в соседней вкладке и нажмите «Повторить». Файл выбирать заново не нужно" : offline(request));
  }
  const offline = (request) => request.status ? "Не получилось загрузить. Файл выбран, повторим сами" : "Связь прервалась. Файл выбран, повторим сами, когда она вернётся";
  function rest(job, text) {
    job.row.querySelector("[data-words]").textContent = text;
    job.row.querySelector("[data-retry]").hidden = false;
    job.row.querySelector("progress").value = 0;
    job.tries = (job.tries ?? 0) + 1;
    job.later = setTimeout(() => queue(job), Math.min(WAIT_S * 2 ** (job.tries - 1), 60) * 1000);
    say(`${job.file.name}. ${text}`);
  }
  function settle(job, html) {
    const row = piece(html), same = document.getElementById(row.id);
    if (same && same !== job.replaced) same.replaceWith(row); else job.row.replaceWith(row);
    if (job.replaced) job.replaced.remove();
    leave(job);
    section.querySelector(":scope > .err")?.remove();
    section.classList.remove("bad");
    dressRow(row);
    say(`${job.file.name}. ${row.dataset.said}`);
    section.dispatchEvent(new CustomEvent("upload:done", { bubbles: true }));
  }
  function refuse(job, html) {
    leave(job);
    if (job.replaced) job.replaced.hidden = false;
    showFailure(piece(html));
  }
  // A session that began anew has new tokens: take them from the page as it is now.
  async function renew() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return false;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(section.id);
      for (const name of ["csrfmiddlewaretoken", "place"]) {
        form.elements[name].value = fresh.querySelector(`[data-upload-form] [name=${name}]`).value;
      }
      return true;
    } catch { return false; }
  }
  function dressRow(row) {
    row.querySelector("[data-replace]")?.addEventListener("click", (event) => { event.preventDefault(); pick(row); });
    row.querySelector("[data-remove]")?.addEventListener("click", (event) => { event.preventDefault(); ask(row); });
    row.querySelector("[data-keep]")?.addEventListener("submit", (event) => { event.preventDefault(); keep(row, event.target); });
    if (row.dataset.poll) setTimeout(() => look(row), Number(row.dataset.poll) * 1000);
  }
  function pick(row) {
    const field = Object.assign(document.createElement("input"), { type: "file", accept: form.elements.files.accept });
    field.addEventListener("change", () => choose(field.files, row));
    field.click();
  }
  function ask(row) {
    const dialog = document.body.appendChild(copyOf("ask"));
    dialog.querySelector("[data-name]").textContent = row.dataset.file;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "yes") remove(row); else row.querySelector("[data-remove]").focus();
    });
    dialog.showModal();
  }
  async function remove(row) {
    const answer = await post(`${row.dataset.url}remove/`);
    if (!answer?.ok) return location.assign(row.querySelector("[data-remove]").href);
    row.remove();
    say(`Удалили ${row.dataset.file}`);
    form.querySelector("[data-choose]").focus();
    section.dispatchEvent(new CustomEvent("upload:done", { bubbles: true }));
  }
  async function keep(row, sent) {
    const answer = await post(sent.action);
    if (answer?.ok) swap(row, await answer.text()); else sent.submit();
  }
  async function post(url) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      return await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "upload" } });
    } catch { return null; }
  }
  async function look(row) {
    if (!row.isConnected) return;
    if (document.hidden || row.contains(document.activeElement)) return setTimeout(() => look(row), 2000);
    try {
      const fixed = "fixed" in row.dataset ? "?fixed=1" : "";
      const answer = await fetch(`${row.dataset.url}state/${fixed}`, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) return swap(row, await answer.text());
      if (answer.status === 404) return row.remove();
    } catch { /* the network is away: ask again */ }
    setTimeout(() => look(row), 10_000);
  }
  function swap(row, html) {
    const fresh = piece(html), news = fresh.dataset.said !== row.dataset.said;
    row.replaceWith(fresh);
    dressRow(fresh);
    if (news) say(`${fresh.dataset.file}. ${fresh.dataset.said}`);
    if (news) section.dispatchEvent(new CustomEvent("upload:done", { bubbles: true }));
  }

  all("[data-file]", rows).forEach(dressRow);
  if (!form) return;
  const field = form.querySelector("[data-choose-from]"), camera = form.querySelector("[data-camera-from]"), zone = form.querySelector("[data-zone]");
  camera.disabled = false;
  camera.removeAttribute("name");
  field.tabIndex = -1;
  for (const [button, from] of [["[data-choose]", field], ["[data-camera]", camera]]) {
    form.querySelector(button).addEventListener("click", () => from.click());
    from.addEventListener("change", () => { choose(from.files); from.value = ""; });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.remove("over"); });
  zone.addEventListener("drop", (event) => choose(event.dataTransfer.files));
  all("[data-again]", section).forEach((offer) => offer.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    try {
      const answer = await fetch(offer.action, { method: "POST", body: new FormData(offer), credentials: "same-origin", headers: { "X-Requested-With": "upload" } });
      const html = await answer.text();
      if (answer.status === 422) return showFailure(piece(html));
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const row = piece(html);
      rows.append(row);
      dressRow(row);
      offer.closest("li").remove();
      section.querySelector(":scope > .err")?.remove();
      say(`Взяли ${row.dataset.file}. ${row.dataset.said}`);
      section.dispatchEvent(new CustomEvent("upload:done", { bubbles: true }));
    } catch { offer.submit(); }
  }));
  addEventListener("online", () => sending.forEach((job) => { if (job.later) { clearTimeout(job.later); queue(job); } }));
  addEventListener("beforeunload", (event) => { if (sending.size) event.preventDefault(); });
}
function piece(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return document.importNode(holder.content.firstElementChild, true);
}

all("[data-upload]").forEach(slotOf);
