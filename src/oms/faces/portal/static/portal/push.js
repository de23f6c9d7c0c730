// «Включить в этом браузере»: asks for permission only when pressed, then tells the portal the subscription.

const WORDS = {
  none: "Этот браузер не умеет показывать уведомления.",
  no: "Браузер не разрешил уведомления. Разрешите их для этого сайта в настройках браузера и нажмите ещё раз.",
  lost: "Не получилось включить. Проверьте интернет и попробуйте ещё раз.",
};
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

async function subscription(box) {
  const registered = await navigator.serviceWorker.register(box.dataset.pushWorker);
  await navigator.serviceWorker.ready;
  return registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.pushKey) });
}

async function keep(box, found) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(box.dataset.pushUrl, {
    method: "POST", credentials: "same-origin",
    headers: { "X-CSRFToken": token, "Content-Type": "application/json" }, body: JSON.stringify(found),
  });
  const told = await answer.json().catch(() => ({}));
  return answer.ok ? "" : told.text ?? WORDS.lost;
}

async function enable(box) {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return WORDS.none;
  if (await Notification.requestPermission() !== "granted") return WORDS.no;
  return keep(box, await subscription(box));
}

for (const box of document.querySelectorAll("[data-push]")) {
  const [button, words] = [box.querySelector("button"), box.querySelector("[role=status]")];
  button.addEventListener("click", async () => {
    button.disabled = true;
    const told = await enable(box).catch(() => WORDS.lost);
    button.disabled = false;
    words.textContent = told;
    if (!told) location.reload();
  });
}
