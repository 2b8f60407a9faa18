// The outbox of this device: an act is sealed and on the disk before the screen says saved; it is sent until an answer that is
// proven to be ours takes it, and forgotten when core.js says so.

import * as acts from "./acts.js";
import * as clock from "./clock.js";
import * as core from "./core.js";
import * as seal from "./seal.js";
import * as store from "./store.js";

const ANSWERS_WITHIN_MS = 30_000;
const DAY_MS = 24 * 3600_000;
const SEND_SOON_MS = 3_000; // after an act: a few go together, and never at the second they happened
const text = new TextEncoder();
const others = new BroadcastChannel("outbox");

let pair;
let pack;
let time = clock.begin();
let book = core.begin();
let seals = {}; // of shifts, {seal, since} by id
let fresh = ""; // the shift that was opened last: it may still wait for its PIN
let last = 0; // running number
let timer;
const aside = new Map(); // sealed acts that the disk had no room for, by id: in memory only
const seqs = new Map(); // running numbers by act id
const watchers = [];
const state = { net: "unknown", full: false, moved: 0, sending: false, say: "" };

export const isEnrolled = () => Boolean(pair && pack);
export const ours = () => pack;
export const onChange = (watcher) => watchers.push(watcher);
export const serverTime = () => clock.now(time, { device: Date.now(), count: performance.now() });

export function told() {
  return { ...state, ...core.tell(book), aside: aside.size, now: serverTime() };
}

function changed() {
  for (const watcher of watchers) watcher(told());
}

export async function start() {
  pair = await store.get("pair");
  pack = await store.get("pack");
  time = (await store.get("clock")) ?? time;
  await reload();
  others.onmessage = async ({ data }) => { await (data === "pack" ? start() : reload()); changed(); };
  addEventListener("online", flush);
  addEventListener("offline", () => { state.net = "offline"; changed(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
}

async function reload() {
  const rows = await store.rows();
  seals = { ...seals, ...(await store.get("seals")) };
  const known = book.rows;
  const now = {};
  for (const { seq, id, bytes, kept, state: standing, turn, epoch, begun, code, shift } of rows) {
    const before = known[id];
    now[id] = { seq, bytes, kept: before?.kept ?? kept, state: standing, turn, asked: before?.asked ?? 0, epoch, begun, code, shift };
    seqs.set(id, seq);
  }
  for (const id of aside.keys()) now[id] = known[id];
  book = { ...book, rows: now };
  last = Math.max(last, (await store.nextSeq()) - 1);
}

// --- Enrolment ---

export async function enrol(token) {
  pair = (await store.get("pair")) ?? (await seal.newPair());
  await store.put("pair", pair); // before it is sent: a lost answer is asked for again with the same key
  const body = text.encode(JSON.stringify({ token, key: await seal.publicKey(pair) }));
  const response = await send("/api/enrol", body, {});
  if (!response.ok) return response.told ?? { code: "", say: "" };
  pack = response.told.pack;
  heard(response.told);
  await store.put("pack", pack);
  await store.put("clock", clock.kept(time));
  others.postMessage("pack");
  return null;
}

// --- The seals of shifts ---

// Keep the seal that a shift came with, as long as it may be needed.
export async function keepSeal(shift, seal) {
  const more = { [shift]: { seal, since: serverTime() === null ? null : Math.floor(serverTime() / DAY_MS) * DAY_MS } };
  fresh = shift;
  seals = { ...seals, ...more };
  await store.changeSeals(more, []).catch(() => {}); // no room: in memory, as long as the page lives
}

async function dropSeals() {
  const open = ((await store.get("shifts"))?.shifts ?? []).map((one) => one.id);
  if (open.includes(fresh)) fresh = "";
  const spent = core.spent(book, seals, { open: [...open, fresh], now: serverTime() });
  if (!spent.length) return;
  seals = Object.fromEntries(Object.entries(seals).filter(([id]) => !spent.includes(id)));
  await store.changeSeals({}, spent).catch(() => {});
}

// --- Recording ---

let turn = Promise.resolve();

// Seal an act and keep it; the promise holds once it is on the disk. Taps that come fast stand in line.
export function record(kind, body, shift) {
  const done = turn.then(() => recordOne(kind, body, shift));
  turn = done.catch(() => {});
  return done;
}

async function recordOne(kind, body, shift) {
  const at = serverTime();
  const id = crypto.randomUUID();
  time = clock.passed(time, at);
  for (;;) {
    const seq = last + 1;
    const envelope = acts.envelope({ id, kind, at: clock.written(at), body, pack, shift, seq });
    const sealed = await seal.seal(acts.canonical(envelope), pack.site_keys[0]);
    const kept = Math.floor(Date.now() / clock.STEP_MS) * clock.STEP_MS; // on the disk to a quarter of an hour; exact in memory
    const row = { seq, id, sealed, bytes: sealed.length, kept, state: core.UNSENT, turn: 0, epoch: "", begun: 0, code: "", shift };
    if (await isKept(row)) {
      last = seq;
      seqs.set(id, seq);
      book = core.add(book, { ...row, kept: Date.now() });
      others.postMessage("act");
      soon();
      changed();
      return { id, body, kind, sure: !aside.has(id), at };
    }
    last = (await store.nextSeq()) - 1; // another tab took this number
  }
}

async function isKept(row) {
  try {
    return await store.keep(row, clock.kept(time));
  } catch {
    aside.set(row.id, row); // no room: it goes on in memory, and the worker is told, loudly
    state.full = true;
    return true;
  }
}

async function rescue() {
  try {
    for (const [id, row] of aside) {
      await store.rescue({ ...row, ...standing(book.rows[id]) });
      aside.delete(id);
    }
    state.full = false;
  } catch {
    state.full = true;
  }
}

// --- Sending ---

function soon() {
  if (!book.failures) later(SEND_SOON_MS * (0.5 + Math.random()));
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}

// Send what there is; one tab at a time.
export function flush() {
  if (!isEnrolled()) return Promise.resolve();
  return navigator.locks.request("outbox-send", { ifAvailable: true }, async (lock) => {
    if (!lock) return later(SEND_SOON_MS);
    state.sending = true;
    changed();
    await turn;
    await reload();
    await rescue();
    do await sendOnce(); while (!book.failures && core.tell(book).unsent);
    state.sending = false;
    later(core.pause(book, Math.random()));
    changed();
  });
}

async function sendOnce() {
  const asked = core.next(book);
  book = asked.book;
  const sent = asked.sent;
  const sealed = await store.sealed(sent.acts.map((id) => seqs.get(id)));
  for (const [id, row] of aside) sealed[id] = row.sealed;
  sent.acts = sent.acts.filter((id) => sealed[id]);
  const bytes = text.encode(core.body(book, pack.device.id, sent, sealed, seals));
  const response = await send("/api/sync", bytes, { signed: true });
  const numbers = new Map(seqs);
  const result = core.hear(book, sent, { verified: response.ok, status: response.status, answer: response.told, of: response.of });
  book = result.book;
  const forgotten = result.forget.map((id) => numbers.get(id));
  const rows = result.changed.filter((id) => !aside.has(id)).map((id) => ({ seq: numbers.get(id), ...standing(book.rows[id]) }));
  for (const id of result.forget) { seqs.delete(id); aside.delete(id); }
  await store.change(rows, forgotten).catch(() => {}); // what was not noted is sent again: each act counts once
  if (response.ok) await follow(response.told);
  await dropSeals();
  changed();
}

const standing = ({ state: now, turn: place, epoch, begun, code }) => ({ state: now, turn: place, epoch, begun, code });

// What else an answer says: the time, and another pack.
async function follow(answer) {
  heard(answer);
  state.say = answer.say ?? "";
  await store.put("clock", clock.kept(time)).catch(() => {});
  if (!answer.mark || answer.mark === pack.mark) return;
  const response = await send("/api/pack", text.encode(JSON.stringify({ device: pack.device.id })), { signed: true });
  if (!response.ok || !response.told.pack) return;
  pack = response.told.pack;
  await store.put("pack", pack).catch(() => {});
  others.postMessage("pack");
}

function heard(answer) {
  const reading = { server: Date.parse(answer.now), device: Date.now(), count: performance.now() };
  state.moved = clock.moved(time, reading) || state.moved;
  time = clock.heard(time, reading);
}

// Ask the server something; `ok` only where the answer is proven to be ours. Before enrolment there is no key to prove it with.
async function send(path, bytes, { signed }) {
  const of = await seal.digest(bytes);
  const headers = { "Content-Type": "application/json", ...(signed ? { "Handrail-Signature": await seal.sign(pair, bytes) } : {}) };
  try {
    const response = await fetch(path, {
      method: "POST", body: bytes, headers, cache: "no-store", credentials: "omit", redirect: "error",
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    const json = response.headers.get("Content-Type")?.startsWith("application/json");
    const proven = signed ? await seal.fits(body, response.headers.get("Handrail-Answer"), response.headers.get("Handrail-Key"), pack.answer_keys) : json;
    const told = proven ? JSON.parse(new TextDecoder().decode(body)) : null;
    const ok = Boolean(told && told.of === of);
    state.net = ok ? "online" : "stranger";
    return { ok: signed ? ok : ok && response.ok, status: response.status, told, of };
  } catch {
    state.net = "offline";
    return { ok: false, status: 0, told: null, of };
  }
}

// Ask for something that is not an act (a shift), signed: the answer, or null where none came that is ours.
export async function ask(path, told) {
  const response = await send(path, text.encode(JSON.stringify({ device: pack.device.id, ...told })), { signed: true });
  if (response.ok) heard(response.told);
  changed();
  return response.ok ? { ...response.told, status: response.status } : null;
}

// Open a stream, signed as every request is: the response itself, whose events carry signatures of their own.
export async function stream(path, signal) {
  const bytes = text.encode(JSON.stringify({ device: pack.device.id }));
  const headers = { "Content-Type": "application/json", "Handrail-Signature": await seal.sign(pair, bytes) };
  return fetch(path, { method: "POST", body: bytes, headers, cache: "no-store", credentials: "omit", redirect: "error", signal });
}

// --- A file of what is not sent, for a device that no network reaches any more ---

export async function exported() {
  await reload();
  const unsent = Object.entries(book.rows).filter(([, row]) => row.state === core.UNSENT).map(([id]) => id);
  const sealed = await store.sealed(unsent.map((id) => seqs.get(id)));
  for (const [id, row] of aside) sealed[id] = row.sealed;
  const batches = [];
  for (let from = 0; from < unsent.length; from += core.ACTS) {
    const body = core.body(book, pack.device.id, { acts: unsent.slice(from, from + core.ACTS), ask: [] }, sealed, seals);
    batches.push({ body, signature: await seal.sign(pair, text.encode(body)) });
  }
  return new Blob([JSON.stringify({ handrail: "outbox", v: 1, batches })], { type: "application/json" });
}
