// Passkeys: the house gives a challenge, this browser signs it, the house checks it. Nothing secret passes through this script.
const plain = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const post = async (place, path, told) => {
  const answer = await fetch(path, {
    method: "POST", body: JSON.stringify(told),
    headers: { "Content-Type": "application/json", "X-CSRFToken": place.querySelector("[name=csrfmiddlewaretoken]").value },
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.say);
  return said;
};

const keyed = (list) => (list || []).map((one) => ({ ...one, id: plain(one.id) }));

async function add(place) {
  const { publicKey } = await post(place, "/desk/passkey/ask-new", {});
  const made = await navigator.credentials.create({ publicKey: {
    ...publicKey, challenge: plain(publicKey.challenge), user: { ...publicKey.user, id: plain(publicKey.user.id) },
    excludeCredentials: keyed(publicKey.excludeCredentials),
  } });
  return post(place, "/desk/passkey/add", brought(made, {
    clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject),
  }));
}

async function prove(place) {
  const { publicKey } = await post(place, "/desk/passkey/ask", {});
  const signed = await navigator.credentials.get({ publicKey: {
    ...publicKey, challenge: plain(publicKey.challenge), allowCredentials: keyed(publicKey.allowCredentials),
  } });
  return post(place, "/desk/passkey/prove", brought(signed, {
    clientDataJSON: text(signed.response.clientDataJSON), authenticatorData: text(signed.response.authenticatorData),
    signature: text(signed.response.signature), userHandle: text(signed.response.userHandle || new ArrayBuffer(0)),
  }));
}

const brought = (key, response) => ({ id: key.id, rawId: text(key.rawId), type: key.type, response });

function say(place, words) {
  const shown = document.createElement("p");
  shown.className = "refusal";
  shown.textContent = words;
  place.querySelector("[role=alert]").replaceChildren(shown);
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;  // plain http under a name, or a browser without: the other way on the page stays
  place.hidden = false;
  const button = place.querySelector("button");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const { next } = await (place.dataset.passkey === "add" ? add(place) : prove(place));
      location.assign(next);
    } catch (wrong) {
      say(place, wrong instanceof DOMException || wrong instanceof TypeError ? place.dataset.none : wrong.message);
      button.disabled = false;
    }
  });
}
