// Passkeys: asks the browser for one, and hands its answer to a form (WebAuthn, Level 2).
// @ts-check

/** @param {ArrayBuffer} bytes */
const written = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** @param {string} text */
const read = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** @param {any} options @returns {any} */
function asBytes(options) {
  const key = { ...options.publicKey, challenge: read(options.publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: read(key.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (key[list]) key[list] = key[list].map((/** @type {any} */ each) => ({ ...each, id: read(each.id) }));
  }
  return { publicKey: key };
}

/** @param {any} found */
function asText(found) {
  /** @type {Record<string, unknown>} */
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (found.response[part]) response[part] = written(found.response[part]);
  }
  if (found.response.getTransports) response.transports = found.response.getTransports();
  return JSON.stringify({
    id: found.id, rawId: written(found.rawId), type: found.type, response,
    clientExtensionResults: found.getClientExtensionResults(), authenticatorAttachment: found.authenticatorAttachment,
  });
}

/** @param {HTMLFormElement} form */
async function options(form) {
  const here = form.querySelector("script[type='application/json']");
  if (here) return JSON.parse(here.textContent ?? "");
  const answer = await fetch(form.dataset.options ?? "", { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) {
    location.reload();
    throw new Error("asked to prove it anew");
  }
  return answer.json();
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  const wanted = asBytes(await options(form));
  const found = form.dataset.passkey === "make"
    ? await navigator.credentials.create(wanted) : await navigator.credentials.get(wanted);
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  field.value = asText(found);
  form.submit();
}

/** @param {HTMLFormElement} form @param {string} text */
function say(form, text) {
  const place = form.querySelector("[data-said]");
  if (place) place.textContent = text;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  if (!window.PublicKeyCredential) {
    say(form, "This browser has no passkeys.");
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say(form, "");
    ask(form).catch((/** @type {Error} */ error) =>
      say(form, error.name === "NotAllowedError" ? "Nothing was chosen, or it took too long. Try again." : "That did not work. Try again."));
  });
}
