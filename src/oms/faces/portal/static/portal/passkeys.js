// Passkeys: <form data-passkey="get|create" data-passkey-ask="…"> asks for the server's question, shows the browser's
// own dialog, puts the device's answer into the field `answer` and goes. Without WebAuthn the form says so and stays.

const WORDS = {
  none: "Этот браузер не умеет работать с ключами доступа. Выберите другой способ.",
  wait: "Подтвердите в окне браузера или на устройстве.",
  no: "Ключ не подтверждён. Попробуйте ещё раз или выберите другой способ.",
  known: "Этот ключ уже добавлен. Выберите другое устройство.",
  lost: "Нет связи с порталом. Проверьте интернет и попробуйте ещё раз.",
};

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withId = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

class Told extends Error {}

async function question(form) {
  const token = form.elements.csrfmiddlewaretoken.value;
  const answer = await fetch(form.dataset.passkeyAsk, {
    method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token, Accept: "application/json" },
  }).catch(() => { throw new Told(WORDS.lost); });
  if (answer.redirected) { location.reload(); throw new Told(""); }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Told(found.text ?? WORDS.lost);
  return found.publicKey;
}

async function created(asked) {
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: withId(asked.excludeCredentials),
  };
  const key = await navigator.credentials.create({ publicKey });
  return {
    id: key.id, rawId: text(key.rawId), type: key.type,
    response: {
      clientDataJSON: text(key.response.clientDataJSON),
      attestationObject: text(key.response.attestationObject),
    },
    clientExtensionResults: key.getClientExtensionResults(),
  };
}

async function got(asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: withId(asked.allowCredentials) };
  const key = await navigator.credentials.get({ publicKey });
  const { authenticatorData, clientDataJSON, signature, userHandle } = key.response;
  return {
    id: key.id, rawId: text(key.rawId), type: key.type,
    response: {
      authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
    clientExtensionResults: {},
  };
}

async function go(form) {
  const words = form.querySelector("[data-passkey-words]");
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  words.textContent = WORDS.wait;
  try {
    const asked = await question(form);
    const answer = form.dataset.passkey === "create" ? await created(asked) : await got(asked);
    form.elements.answer.value = JSON.stringify(answer);
    words.textContent = "";
    form.submit();
  } catch (error) {
    words.textContent = error instanceof Told ? error.message : error.name === "InvalidStateError" ? WORDS.known : WORDS.no;
    button.disabled = false;
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    form.querySelector("[type=submit]").disabled = true;
    form.querySelector("[data-passkey-words]").textContent = WORDS.none;
    continue;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    go(form);
  });
  addEventListener("pageshow", () => { form.querySelector("[type=submit]").disabled = false; });
}
