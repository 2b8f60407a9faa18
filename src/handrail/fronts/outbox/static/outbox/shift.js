// Whose shift it is on this device, and the lock. A shift is opened with the server; its PIN unlocks it afterwards, without a
// network too. Recording needs no unlock and is signed as the shift that was open last; reading a card does.

import * as outbox from "./outbox.js";
import * as seal from "./seal.js";
import * as store from "./store.js";

const FREE_TRIES = 3; // wrong PINs before a wait
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;
const PIN = /^\d{4,6}$/;
const EASY = /^(\d)\1+$/; // all the same
const ROWS = ["0123456789", "9876543210"];

let kept = { shifts: [], active: "" };
let tries = { wrong: 0, until: 0 };
let locked = true;
let touched = performance.now();
const watchers = [];

export const onChange = (watcher) => watchers.push(watcher);
export const active = () => kept.active;
export const isLocked = () => locked;
export const isOpen = () => kept.shifts.length > 0;
export const isPinForm = (pin) => PIN.test(pin) && !EASY.test(pin) && !ROWS.some((row) => row.includes(pin));

function changed() {
  for (const watcher of watchers) watcher();
}

export async function start() {
  kept = (await store.get("shifts")) ?? kept;
  tries = (await store.get("tries")) ?? tries;
  for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => { touched = performance.now(); }, { capture: true, passive: true });
  setInterval(lockWhenIdle, 1_000);
}

function lockWhenIdle() {
  const minutes = outbox.ours()?.idle_minutes;
  if (!locked && minutes && performance.now() - touched > minutes * 60_000) lock();
}

export function lock() {
  locked = true;
  changed();
}

// Open a shift: null when it is open and waits for its PIN, else the refusal ({say}), or {} where no answer came.
export async function open(told) {
  const answer = await outbox.ask("/api/shift", told);
  if (!answer) return { refused: {} };
  if (answer.status !== 200) return { refused: answer };
  await outbox.keepSeal(answer.shift, answer.seal);
  return { shift: answer.shift };
}

export async function choosePin(shift, pin) {
  for (const other of kept.shifts) if (await seal.isPin(pin, other.verifier)) return false;
  kept = { shifts: [...kept.shifts, { id: shift, verifier: await seal.newVerifier(pin) }], active: shift };
  await store.put("shifts", kept);
  await succeed();
  return true;
}

// How long a wrong PIN makes one wait, in milliseconds. It outlives the page.
export function wait() {
  return Math.min(LONGEST_WAIT_MS, Math.max(0, tries.until - Date.now()));
}

export async function unlock(pin) {
  if (wait()) return false;
  const wrong = tries.wrong + 1; // counted before it is checked: to kill the browser gains nothing
  const slow = wrong < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES));
  tries = { wrong, until: Date.now() + slow };
  await store.put("tries", tries);
  for (const one of kept.shifts) {
    if (!(await seal.isPin(pin, one.verifier))) continue;
    kept = { ...kept, active: one.id };
    await store.put("shifts", kept);
    await succeed();
    return true;
  }
  changed();
  return false;
}

async function succeed() {
  tries = { wrong: 0, until: 0 };
  await store.put("tries", tries);
  locked = false;
  touched = performance.now();
  changed();
}

// Close the shift that is open here, and at the server where a network reaches it; where none does, it ends there by itself.
export async function close() {
  outbox.ask("/api/shift/close", { shift: kept.active });
  const shifts = kept.shifts.filter((one) => one.id !== kept.active);
  kept = { shifts, active: shifts.at(-1)?.id ?? "" };
  await store.put("shifts", kept);
  lock();
}
