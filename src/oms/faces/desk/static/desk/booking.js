// The day: C marks the person whose line is focused as come.
const rule = "input, textarea, select";

document.addEventListener("keydown", (event) => {
  if (event.code !== "KeyC" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (localStorage.getItem("keys") === "off" || event.target.closest(rule) || document.querySelector("dialog[open]")) return;
  const button = document.activeElement?.closest("[data-line]")?.querySelector("[data-come]");
  if (!button) return;
  event.preventDefault();
  button.click();
});
