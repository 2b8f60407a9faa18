// A passkey opens a shift: the server gives a challenge, the browser has it signed, nothing secret passes through this script.

import * as outbox from "./outbox.js";
import { read, written } from "./seal.js";

// A passkey is bound to a name under https (or to this machine): an address of numbers has none.
export function isUsable() {
  return Boolean(window.PublicKeyCredential) && isSecureContext && !/^[\d.]+$|:/.test(location.hostname);
}

// What a passkey made of the challenge: {asked, passkey}, a refusal ({say}), or null where no answer came. Throws DOMException where
// the browser has none, or its owner turned it away.
export async function prove() {
  const told = await outbox.ask("/api/passkey", {});
  if (told?.status !== 200) return told;
  const { publicKey } = told.options;
  const signed = await navigator.credentials.get({ publicKey: {
    ...publicKey, challenge: read(publicKey.challenge), allowCredentials: [],
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = signed.response;
  return { asked: told.asked, passkey: { id: signed.id, rawId: written(signed.rawId), type: signed.type, response: {
    clientDataJSON: written(clientDataJSON), authenticatorData: written(authenticatorData), signature: written(signature),
    userHandle: written(userHandle ?? new ArrayBuffer(0)),
  } } };
}
