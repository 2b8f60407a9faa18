// The device's cryptography, all of it the browser's own. It seals acts to the site's public key (it cannot open them), signs what
// it sends with a key that cannot leave it, and takes no answer whose signature does not fit a pinned key.

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", namedCurve: "P-256" };
const HASHED = { name: "ECDSA", hash: "SHA-256" };
const PIN_ROUNDS = 310_000; // OWASP's floor for PBKDF2 with SHA-256 (2023)
const text = new TextEncoder();

export function written(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function read(told) {
  return Uint8Array.from(atob(told.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
}

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
export const digest = async (bytes) => written(await crypto.subtle.digest("SHA-256", bytes));

// Compact JWE: ECDH-ES (RFC 7518, 4.6) with A256GCM, as the server's own library reads it.
export async function seal(told, siteKey) {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const header = written(text.encode(JSON.stringify({ alg: "ECDH-ES", enc: "A256GCM", kid: siteKey.kid, epk: { crv, kty, x, y } })));
  const site = await crypto.subtle.importKey("jwk", { kty: siteKey.kty, crv: siteKey.crv, x: siteKey.x, y: siteKey.y }, CURVE, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: site }, pair.privateKey, 256));
  const key = await crypto.subtle.importKey("raw", await contentKey(shared), "AES-GCM", false, ["encrypt"]);
  const iv = random(12);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(header) }, key, text.encode(told)));
  return [header, "", written(iv), written(sealed.slice(0, -16)), written(sealed.slice(-16))].join(".");
}

// Concat KDF (NIST SP 800-56A, 5.8.1), one round: counter, secret, algorithm, no party names, key length in bits.
function contentKey(shared) {
  const name = text.encode("A256GCM");
  const told = new Uint8Array(4 + shared.length + 4 + name.length + 12);
  const view = new DataView(told.buffer);
  view.setUint32(0, 1);
  told.set(shared, 4);
  view.setUint32(4 + shared.length, name.length);
  told.set(name, 8 + shared.length);
  view.setUint32(told.length - 4, 256);
  return crypto.subtle.digest("SHA-256", told);
}

export function newPair() {
  return crypto.subtle.generateKey(SIGNING, false, ["sign", "verify"]);
}

export async function publicKey(pair) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, y };
}

export async function sign(pair, bytes) {
  return written(await crypto.subtle.sign(HASHED, pair.privateKey, bytes));
}

export async function fits(bytes, signature, kid, pinned) {
  const known = pinned.find((one) => one.kid === kid);
  if (!known || !signature) return false;
  const key = await crypto.subtle.importKey("jwk", { kty: known.kty, crv: known.crv, x: known.x, y: known.y }, SIGNING, false, ["verify"]);
  try {
    return await crypto.subtle.verify(HASHED, key, read(signature), bytes);
  } catch {
    return false; // no base64: no signature
  }
}

// A PIN's verifier: useless without the key, which cannot leave this browser. The PIN itself is not kept.
export async function newVerifier(pin) {
  const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  const salt = random(16);
  return { key, salt, told: await crypto.subtle.sign("HMAC", key, await stretched(pin, salt)) };
}

export async function isPin(pin, { key, salt, told }) {
  return crypto.subtle.verify("HMAC", key, told, await stretched(pin, salt));
}

async function stretched(pin, salt) {
  const base = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "PBKDF2", salt, iterations: PIN_ROUNDS, hash: "SHA-256" }, base, 256);
}
