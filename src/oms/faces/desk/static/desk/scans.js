// The viewer: zoom, turn, fit, drag. Without it the picture stands as wide as its place.

const STEPS = [25, 33, 50, 67, 80, 100, 125, 150, 200, 250, 300, 400];
const scan = document.querySelector("[data-scan]"), stages = [...(scan?.querySelectorAll("[data-stage]") ?? [])];
let scale = 0, turns = 0;  // scale 0: as wide as the place

function draw() {
  for (const stage of stages) {
    const sheet = stage.querySelector("[data-sheet]"), image = stage.querySelector("[data-image]");
    if (!image.naturalWidth) continue;
    const lies = turns % 2 === 1, room = stage.clientWidth - 2;
    const across = lies ? image.naturalHeight : image.naturalWidth;
    const share = scale ? scale / 100 : room / across;
    const width = image.naturalWidth * share, height = image.naturalHeight * share;
    const middle = { x: (stage.scrollLeft + stage.clientWidth / 2) / (stage.scrollWidth || 1), y: (stage.scrollTop + stage.clientHeight / 2) / (stage.scrollHeight || 1) };
    sheet.classList.add("placed");
    sheet.style.width = `${lies ? height : width}px`;
    sheet.style.height = `${lies ? width : height}px`;
    image.style.width = `${width}px`;
    image.style.transform = `translate(-50%, -50%) rotate(${turns * 90}deg)`;
    stage.scrollLeft = middle.x * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = scale ? middle.y * stage.scrollHeight - stage.clientHeight / 2 : 0;
    stage.shown = Math.round(share * 100);
  }
  scan.querySelector("[data-scale]").textContent = `${stages[0]?.shown ?? 100}\u00a0%`;
}
function zoom(way) {
  const now = stages[0].shown ?? 100;
  if (way === "fit") scale = 0;
  else scale = (way === "in" ? STEPS.find((step) => step > now) : STEPS.findLast((step) => step < now)) ?? scale;
  draw();
}
if (stages.length) {
  for (const button of scan.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(button.dataset.zoom));
  scan.querySelector("[data-turn]").addEventListener("click", () => { turns = (turns + 1) % 4; draw(); });
  for (const stage of stages) {
    const image = stage.querySelector("[data-image]");
    if (image.complete) draw(); else image.addEventListener("load", draw);
    let from = null;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button || event.pointerType === "touch") return;
      from = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => { if (from) { stage.scrollLeft = from.x - event.clientX; stage.scrollTop = from.y - event.clientY; } });
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => { from = null; });
    stage.addEventListener("wheel", (event) => { if (event.ctrlKey) { event.preventDefault(); zoom(event.deltaY < 0 ? "in" : "out"); } }, { passive: false });
  }
  addEventListener("resize", draw);
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyB" || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("keys") === "off") return;
    if (!event.target.closest("input, textarea, select")) document.querySelector("[data-beside]")?.click();
  });
}
