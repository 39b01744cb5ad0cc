// Asks the browser for a passkey and sends the answer as an ordinary form.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const described = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function create(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
  const { response } = await navigator.credentials.create({ publicKey });
  return {
    client_data: toText(response.clientDataJSON),
    attestation: toText(response.attestationObject),
  };
}

async function get(options, how) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: described(options.allowCredentials),
  };
  const found = await navigator.credentials.get({ ...how, publicKey });
  const { response } = found;
  return {
    id: toText(found.rawId),
    client_data: toText(response.clientDataJSON),
    authenticator_data: toText(response.authenticatorData),
    signature: toText(response.signature),
    user_handle: response.userHandle ? toText(response.userHandle) : "",
  };
}

async function ask(form) {
  const body = new URLSearchParams(new FormData(form));
  const asked = await fetch(form.dataset.options, { method: "POST", body });
  if (asked.ok) return asked.json();
  throw Object.assign(new Error(`options: ${asked.status}`), { status: asked.status });
}

// Opens the page anew, which knows what to say: its time is over, or nothing may be added.
function begin(form) {
  const query = new URLSearchParams({ with: "passkey" });
  for (const name of ["lang", "next", "acr"])
    if (form.elements[name]) query.set(name, form.elements[name].value);
  location.assign(`${form.dataset.page}?${query}`);
}

function send(form, answer) {
  form.elements.answer.value = JSON.stringify(answer);
  form.submit();
}

// What waits behind the name field; browsers allow one question at a time.
let waiting;

// Offers passkeys among the names that the browser fills in, while the field has the focus.
async function offer(form) {
  if (waiting) return;
  waiting = new AbortController();
  const { signal } = waiting;
  try {
    const options = await ask(form);
    // A little before the challenge ends; the next focus asks anew.
    setTimeout(() => waiting?.signal === signal && waiting.abort(), options.timeout * 0.9);
    send(form, await get(options, { mediation: "conditional", signal }));
  } catch {
    if (waiting?.signal === signal) waiting = undefined;
  }
}

async function act(form) {
  const failed = form.querySelector("[data-failed]");
  const known = form.querySelector("[data-known]");
  const button = form.querySelector("button");
  for (const told of [failed, known]) if (told) told.hidden = true;
  button.disabled = true;
  waiting?.abort();
  waiting = undefined;
  try {
    const options = await ask(form);
    send(form, form.dataset.passkey === "create" ? await create(options) : await get(options));
  } catch (error) {
    if (error.status >= 400 && error.status < 500) return begin(form);
    (known && error.name === "InvalidStateError" ? known : failed).hidden = false;
    button.disabled = false;
    button.focus();
  }
}

for (const told of document.querySelectorAll("[data-elsewhere]"))
  told.hidden = location.hostname === told.dataset.elsewhere;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || form.dataset.host !== location.hostname) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(form);
  });
  const field = document.getElementById(form.dataset.autofill ?? "");
  PublicKeyCredential.isConditionalMediationAvailable?.().then((isAvailable) => {
    if (!field || !isAvailable) return;
    field.addEventListener("focus", () => offer(form));
    if (document.activeElement === field) offer(form);
  });
}
