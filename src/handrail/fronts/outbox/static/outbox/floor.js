// The floor's line to the server: what is tapped is on the disk first, then sent until it is answered; the board comes by a stream,
// or, where there is none, by asking every second. With no server the times go on here.

import * as core from "./floor-core.js";
import * as outbox from "./outbox.js";
import * as seal from "./seal.js";
import * as shift from "./shift.js";
import * as sound from "./sound.js";
import * as store from "./store.js";

const ASK_EVERY_MS = 1_000;
const HERE_EVERY_MS = 15_000; // a screen says that it is there, and whether it would sound
const SILENT_MS = 25_000; // without a beat the stream is dead
const AWAY_MS = 10_000; // without an answer the server counts as away
const KEEP_EVERY_MS = 5_000;

let state = core.begin();
let steps = []; // {step, wall, count, screen}, the oldest first
let told = { line: "begin", refused: "" };
let heardAt = -Infinity;
let hereAt = -Infinity;
let sending = false;
let again = false;
let watching = false;
const watchers = [];
const others = new BroadcastChannel("floor");

export const onChange = (watcher) => watchers.push(watcher);
export const now = () => performance.now();
export const line = () => ({ ...told, away: now() - heardAt > AWAY_MS, waiting: steps.length });
export const board = () => core.shown({ ...state, pending: steps });
export const since = (one, name) => core.elapsed(state, one, name, now());
export const ring = (shown, visit) => core.ring(state, shown, visit, now());
export const alarms = (shown) => core.alarms(state, shown, now());
export const isWrong = () => state.wrong;
export const label = () => outbox.ours()?.device.label ?? "";

export function sounding(shown) {
  return core.sounds(alarms(shown), { screens: shown.screens, me: outbox.ours()?.device.id, label: label(), online: !line().away });
}

function changed() {
  for (const watcher of watchers) watcher();
}

export async function start() {
  const stored = await store.get("floor-steps");
  steps = (stored ?? []).map((one) => ({ ...one, count: now() - Math.max(0, Date.now() - one.wall) }));
  state = core.takenUp(state, await store.get("floor-board"), { count: now(), wall: Date.now() });
  others.onmessage = async () => { steps = merged((await store.get("floor-steps")) ?? []); changed(); };
  setInterval(tick, ASK_EVERY_MS);
  setInterval(keepBoard, KEEP_EVERY_MS);
  addEventListener("online", () => { watch(); send(); });
  changed();
  watch();
  if (steps.length) send();
}

const merged = (rows) => rows.map((row) => steps.find((one) => one.step.id === row.step.id) ?? { ...row, count: now() - Math.max(0, Date.now() - row.wall) });

// Tap something: it is kept, shown, and sent. Returns the step's id.
export async function tap(kind, on, more = {}) {
  const step = { id: crypto.randomUUID(), kind, on, ...more };
  steps = [...steps, { step, wall: Date.now(), count: now(), screen: label() }];
  told = { ...told, refused: "" };
  changed();
  await keepSteps();
  send();
  return step.id;
}

async function keepSteps() {
  await store.put("floor-steps", steps.map(({ step, wall, screen }) => ({ step, wall, screen }))).catch(() => {}); // no room: it goes on in memory
  others.postMessage("steps");
}

function keepBoard() {
  if (state.board) store.put("floor-board", core.kept(state, { count: now(), wall: Date.now() })).catch(() => {});
}

function tick() {
  changed();
  const due = steps.length || now() - hereAt > HERE_EVERY_MS || told.line !== "stream";
  if (outbox.isEnrolled() && due && isWanted()) send();
  if (isWanted()) watch();
}

// A device that never shows the floor asks for nothing.
let wanted = false;
export function want(is) {
  wanted = is;
  if (is) { watch(); send(); }
}
const isWanted = () => wanted || steps.length > 0 || (state.board?.overdoses.length ?? 0) > 0;

export async function send() {
  if (sending || !outbox.isEnrolled()) { again = sending; return; }
  sending = true;
  const mine = steps.slice(0, 100);
  const body = { shift: shift.active(), armed: sound.isArmed(), steps: mine.map(({ step, count }) => ({ ...step, age_ms: Math.max(0, Math.round(now() - count)) })) };
  const answer = await outbox.ask("/api/floor", body);
  if (answer?.board) await answered(answer);
  sending = false;
  if (again) { again = false; send(); }
}

async function answered(answer) {
  hereAt = now();
  const known = new Map(answer.steps.map((one) => [one.id, one]));
  const refused = answer.steps.find((one) => one.outcome === "refused");
  if (known.size) {
    steps = steps.filter((one) => !known.has(one.step.id));
    await keepSteps();
  }
  if (refused) told = { ...told, refused: refused.say };
  hear(answer.board);
}

function hear(fresh) {
  heardAt = now();
  state = core.heard(state, fresh, now());
  changed();
}

// --- The stream ---

async function watch() {
  if (watching || !outbox.isEnrolled()) return;
  watching = true;
  const stop = new AbortController();
  let beat = now();
  const guard = setInterval(() => { if (now() - beat > SILENT_MS) stop.abort(); }, 1_000);
  try {
    const response = await outbox.stream("/api/floor/watch", stop.signal);
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new TypeError("no stream");
    told = { ...told, line: "stream" };
    await listen(response.body.getReader(), () => { beat = now(); });
  } catch {
    // no stream: it is asked every second, and tried again
  }
  clearInterval(guard);
  told = { ...told, line: "asking" };
  changed();
  setTimeout(() => { watching = false; }, 2_000 + 2_000 * Math.random());
}

async function listen(reader, beat) {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    beat();
    heardAt = now();
    const [found, rest] = core.events(text + decoder.decode(value, { stream: true }));
    text = rest;
    for (const one of found) await take(one);
  }
}

async function take({ id, data }) {
  const [kid, signature] = [id.slice(0, id.lastIndexOf(".")), id.slice(id.lastIndexOf(".") + 1)];
  const bytes = new TextEncoder().encode(data);
  if (await seal.fits(bytes, signature, kid, outbox.ours().answer_keys)) hear(JSON.parse(data));
}
