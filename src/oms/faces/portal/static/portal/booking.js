// The time left of a hold, told beside the line that says until when. Without this script that line is all there is.
const box = document.querySelector("[data-hold]");
const words = box?.querySelector("[data-hold-words]");

function left(seconds) {
  const minutes = Math.floor(seconds / 60), rest = String(seconds % 60).padStart(2, "0");
  return `Осталось ${minutes}:${rest}. Потом его отдадим другим.`;
}

if (box && words) {
  const until = performance.now() + Number(box.dataset.hold) * 1000;
  words.removeAttribute("role"); // a clock that speaks each second helps nobody
  const voice = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  voice.setAttribute("role", "status");
  box.append(voice);
  const told = new Set();
  const tick = () => {
    const seconds = Math.ceil((until - performance.now()) / 1000);
    if (seconds <= 0) {
      clearInterval(timer);
      words.textContent = voice.textContent = "Время вышло. Выберите его ещё раз.";
      return;
    }
    words.textContent = left(seconds);
    for (const mark of [120, 30]) {
      if (seconds <= mark && !told.has(mark)) {
        told.add(mark);
        voice.textContent = left(seconds);
      }
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}
