// Signs the text of the page with a key from a PKCS#12 file. File and password stay in this page: their fields have
// no names, so no form sends them; only the finished signature (CMS, base64) goes into the form.

const card = document.querySelector("[data-sign]");
const field = (name) => card.querySelector(`[data-${name}]`);
const KEY_ALGORITHMS = {
  "1.2.840.113549.1.1.1": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  "1.2.840.10045.2.1": { name: "ECDSA" },
};
const CURVES = { "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521" };
const OIDS = { data: "1.2.840.113549.1.7.1", type: "1.2.840.113549.1.9.3", time: "1.2.840.113549.1.9.5", digest: "1.2.840.113549.1.9.4" };

class Told extends Error {} // something to tell the person, in words

function say(text, failed = false) {
  const line = field("status");
  line.textContent = text;
  line.classList.toggle("error", failed);
}

// The keys and certificates of the file. The password is checked by the file's own seal first.
async function open(pki, file, password) {
  let bag;
  const secret = new TextEncoder().encode(password).buffer;
  try {
    bag = pki.PFX.fromBER(await file.arrayBuffer());
  } catch {
    throw new Told("Это не файл с ключом. Нужен файл .p12 или .pfx.");
  }
  try {
    await bag.parseInternalValues({ password: secret, checkIntegrity: true });
  } catch {
    throw new Told("Пароль не подходит к этому файлу. Проверьте раскладку и Caps Lock.");
  }
  const safe = bag.parsedValue.authenticatedSafe;
  const parts = safe.safeContents.length;
  try {
    await safe.parseInternalValues({ safeContents: Array.from({ length: parts }, () => ({ password: secret })) });
    const bags = safe.parsedValue.safeContents.flatMap((one) => one.value.safeBags);
    const certificates = bags.map((one) => one.bagValue).filter((one) => one.className === "CertBag").map((one) => one.parsedValue);
    const keys = [];
    for (const { bagValue } of bags) {
      if (bagValue.className === "PrivateKeyInfo") keys.push(bagValue);
      if (bagValue.className !== "PKCS8ShroudedKeyBag") continue;
      await bagValue.parseInternalValues({ password: secret });
      keys.push(bagValue.parsedValue);
    }
    return { keys, certificates };
  } catch {
    throw new Told("Браузер не умеет открыть такой ключ. Подпишите текст в своей программе, ниже сказано как.");
  }
}

async function imported(info) {
  const oid = info.privateKeyAlgorithm.algorithmId;
  const algorithm = KEY_ALGORITHMS[oid];
  if (!algorithm) {
    const gost = oid.startsWith("1.2.643.");
    throw new Told(gost ? "Это ключ ГОСТ. Браузер им не подпишет: подпишите текст в своей программе, ниже сказано как." : "Ключ такого вида не подходит. Нужен RSA, ECDSA или ГОСТ.");
  }
  const curve = info.privateKeyAlgorithm.algorithmParams?.valueBlock?.toString?.();
  const how = algorithm.name === "ECDSA" ? { ...algorithm, namedCurve: CURVES[curve] } : algorithm;
  return crypto.subtle.importKey("pkcs8", info.toSchema().toBER(), how, false, ["sign"]);
}

// The certificate that belongs to a key: the one its signature fits.
async function pair(pki, keys, certificates) {
  const probe = crypto.getRandomValues(new Uint8Array(32));
  for (const info of keys) {
    const key = await imported(info);
    const how = key.algorithm.name === "ECDSA" ? { name: "ECDSA", hash: "SHA-256" } : key.algorithm.name;
    const made = await crypto.subtle.sign(how, key, probe);
    for (const certificate of certificates) {
      try {
        const open = await certificate.getPublicKey();
        if (open.algorithm.name === key.algorithm.name && (await crypto.subtle.verify(how, open, made, probe))) return { key, certificate };
      } catch { /* a certificate with a key of another kind */ }
    }
  }
  throw new Told("В файле нет ключа вместе с его сертификатом. Выгрузите их в один файл .p12 или .pfx.");
}

async function signed(pki, { key, certificate }, content) {
  const digest = await crypto.subtle.digest("SHA-256", content);
  const attribute = (type, value) => new pki.Attribute({ type, values: [value] });
  const data = new pki.SignedData({
    version: 1,
    encapContentInfo: new pki.EncapsulatedContentInfo({ eContentType: OIDS.data }),
    signerInfos: [new pki.SignerInfo({ version: 1, sid: new pki.IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }) })],
    certificates: [certificate],
  });
  data.signerInfos[0].signedAttrs = new pki.SignedAndUnsignedAttributes({
    type: 0,
    attributes: [
      attribute(OIDS.type, new pki.ObjectIdentifier({ value: OIDS.data })),
      attribute(OIDS.time, new pki.UTCTime({ valueDate: new Date() })),
      attribute(OIDS.digest, new pki.OctetString({ valueHex: digest })),
    ],
  });
  await data.sign(key, 0, "SHA-256", content);
  const cms = new pki.ContentInfo({ contentType: "1.2.840.113549.1.7.2", content: data.toSchema(true) });
  return new Uint8Array(cms.toSchema().toBER());
}

async function sign() {
  const [file] = field("key").files, password = field("password").value;
  if (!file) throw new Told("Выберите файл с ключом: .p12 или .pfx.");
  if (!password) throw new Told("Введите пароль от файла с ключом.");
  say("Открываем ключ…");
  const pki = await import(card.dataset.library);
  pki.setEngine("browser", new pki.CryptoEngine({ name: "browser", crypto }));
  const { keys, certificates } = await open(pki, file, password);
  const content = new TextEncoder().encode(JSON.parse(document.getElementById("challenge").textContent)).buffer;
  const bytes = await signed(pki, await pair(pki, keys, certificates), content);
  document.getElementById("id_signature").value = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  field("password").value = "";
  say("Подписали. Проверяем…");
  document.getElementById("id_signature").form.requestSubmit();
}

if (card && globalThis.crypto?.subtle) {
  card.hidden = false;
  field("sign-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    field("go").disabled = true;
    try {
      await sign();
    } catch (error) {
      say(error instanceof Told ? error.message : "Не получилось подписать в браузере. Подпишите текст в своей программе, ниже сказано как.", true);
      field("status").focus();
      field("go").disabled = false;
    }
  });
}
