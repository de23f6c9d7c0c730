// Records up to 20 seconds with the browser's own camera, takes a still, sends both.
// Without camera, permission or MediaRecorder the page's two pictures remain.

const LONGEST_S = 20;
const MOST_BYTES = 20 * 1024 * 1024;
const KINDS = ["video/mp4;codecs=avc1", "video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];

const box = document.querySelector("[data-recorder]");
if (box && navigator.mediaDevices?.getUserMedia && window.MediaRecorder) start(box);

function start(box) {
  const part = (name) => box.querySelector(`[data-${name}]`);
  const view = part("view"), status = part("status"), clock = part("clock"), over = part("over");
  const buttons = ["camera-on", "start", "stop", "send", "again"];
  const fallback = document.querySelector("[data-fallback]");
  let stream, recorder, pieces, film, still, timer, url;

  box.hidden = false;
  if (fallback) fallback.open = false;
  part("camera-on").addEventListener("click", open);
  part("start").addEventListener("click", record);
  part("stop").addEventListener("click", () => recorder.stop());
  part("again").addEventListener("click", open);
  part("send").addEventListener("click", send);
  addEventListener("pagehide", close);

  function show(...names) {
    const focused = box.contains(document.activeElement);
    for (const name of buttons) part(name).hidden = !names.includes(name);
    if (focused && names.length) part(names[0]).focus();
  }

  function say(text) { status.textContent = text; }

  function close() {
    clearInterval(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
  }

  async function open() {
    close();
    if (url) URL.revokeObjectURL(url);
    part("finish").hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } }, audio: true,
      });
    } catch (error) {
      const refused = error.name === "NotAllowedError";
      say(refused
        ? "Камера запрещена. Разрешите её в настройках браузера или приложите две фотографии ниже."
        : "Камера не найдена. Приложите две фотографии ниже.");
      if (fallback) fallback.open = true;
      return;
    }
    view.controls = false;
    view.removeAttribute("src");
    view.srcObject = stream;
    view.muted = true;
    view.classList.add("mirror");
    await view.play();
    over.hidden = false;
    show("start");
    say("Камера включена. Приготовьте паспорт и начните запись.");
  }

  function record() {
    const type = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) ?? "";
    pieces = [];
    recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 2_500_000 });
    recorder.addEventListener("dataavailable", (event) => { if (event.data.size) pieces.push(event.data); });
    recorder.addEventListener("stop", finish);
    recorder.start(1000);
    show("stop");
    say("Идёт запись. Посмотрите в камеру, покажите паспорт, скажите цифры.");
    const begun = performance.now();
    clock.hidden = false;
    still = undefined;
    tick();
    timer = setInterval(tick, 250);

    function tick() {
      const passed = (performance.now() - begun) / 1000;
      clock.textContent = `${Math.max(0, Math.ceil(LONGEST_S - passed))} с`;
      if (!still && passed >= 1) still = picture();
      if (passed >= LONGEST_S && recorder.state === "recording") recorder.stop();
    }
  }

  function picture() {
    const canvas = document.createElement("canvas");
    canvas.width = view.videoWidth;
    canvas.height = view.videoHeight;
    canvas.getContext("2d").drawImage(view, 0, 0);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", .95));
  }

  async function finish() {
    clearInterval(timer);
    still ??= picture();
    still = await still;
    close();
    clock.hidden = over.hidden = true;
    film = new Blob(pieces, { type: pieces[0]?.type || "video/webm" });
    view.srcObject = null;
    view.classList.remove("mirror");
    url = URL.createObjectURL(film);
    view.src = url;
    view.muted = false;
    view.controls = true;
    if (film.size > MOST_BYTES) {
      show("again");
      return say("Видео больше 20 МБ. Снимите покороче.");
    }
    show("send", "again");
    say("Посмотрите запись. Лицо и паспорт видно, цифры слышно? Загрузите её.");
  }

  function send() {
    const form = new FormData();
    form.append("video", film, "video");
    if (still) form.append("still", still, "still.jpg");
    form.append("digits", box.dataset.digits);
    const request = new XMLHttpRequest();
    const bar = part("progress");
    request.open("POST", box.dataset.url);
    request.setRequestHeader("X-CSRFToken", box.querySelector("[name=csrfmiddlewaretoken]").value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round(event.loaded / event.total * 100);
    });
    request.addEventListener("load", () => {
      bar.hidden = true;
      let text = "Видео не загрузилось. Повторите.";
      try { text = JSON.parse(request.responseText).text || text; } catch { /* not ours: the words above do */ }
      say(text.replace(/\.?$/, "."));
      if (request.status === 200) {
        show("again");
        part("finish").hidden = false;
        part("finish").querySelector("button").focus();
      } else if (request.status === 409) {
        location.reload();
      } else {
        show("send", "again");
      }
    });
    request.addEventListener("error", () => {
      bar.hidden = true;
      show("send", "again");
      say("Нет связи. Запись сохранена на этой странице: нажмите «Загрузить видео» ещё раз.");
    });
    show();
    bar.hidden = false;
    bar.value = 0;
    say("Загружаем видео.");
    request.send(form);
  }
}
