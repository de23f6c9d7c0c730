// Queues: J and K walk the list; a click on a case opens it beside the list on a wide screen.

const pane = document.getElementById("pane");
const links = () => [...document.querySelectorAll("a[data-case]")];
const wide = matchMedia("(min-width: 62.51em)");
let asked = 0;

async function open(link) {
  const turn = ++asked;
  pane.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { "X-Pane": "1" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const html = await answer.text();
    if (turn !== asked) return;
    pane.innerHTML = html;
    mark(link);
    remember(link.dataset.case);
    pane.scrollTop = 0;
    pane.querySelector("[data-pane-title]")?.focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  } finally {
    pane.removeAttribute("aria-busy");
  }
}
function mark(current) {
  for (const link of links()) {
    link.closest("tr").classList.toggle("selected", link === current);
    if (link === current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  }
}
function remember(number) {
  const address = new URL(location);
  address.searchParams.set("case", number);
  history.replaceState(null, "", address);
}
function walk(step) {
  const all = links();
  const from = all.findIndex((link) => link === document.activeElement);
  const here = from >= 0 ? from : all.findIndex((link) => link.hasAttribute("aria-current"));
  const next = all[Math.min(Math.max(here < 0 ? 0 : here + step, 0), all.length - 1)];
  next?.focus();
}

if (pane) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-case]");
    if (!link || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
}
if (links().length) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("keys") === "off") return;
    if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const step = { KeyJ: 1, KeyK: -1 }[event.code];
    if (step) { event.preventDefault(); walk(step); }
  });
}
