// What time it is at the server, told by a device whose own clock may be wrong by a day or by ten years. Plain: every reading is
// handed in. A state is {offset, seen, anchor}: the server's time minus the device's when they were last compared; the latest
// server time known to have passed; and, until the page is left, that time beside a count that only ever goes forward.
// All in milliseconds. Where the time cannot be known the answer is null: it is said so, and never made up.

export const STEP_MS = 15 * 60_000; // acts are kept to a quarter of an hour
const SLACK_MS = 2 * 60_000; // a clock may be put right by this much without being called wrong
const FAR_MS = 400 * 24 * 3600_000; // further ahead than any device lies in a drawer: its clock was moved

export function begin() {
  return { offset: null, seen: 0, anchor: null };
}

// The server said what time it is. What it said before counts no more: it may have been wrong by years, and put right.
export function heard(state, { server, device, count }) {
  return { offset: server - device, seen: server, anchor: { server, count } };
}

// What may be stored: the count means nothing once the page is left.
export function kept(state) {
  return { offset: state.offset, seen: state.seen, anchor: null };
}

export function now(state, { device, count }) {
  if (state.offset === null) return null;
  const told = device + state.offset;
  if (told > state.seen + FAR_MS) return null;
  const least = state.anchor ? state.anchor.server + (count - state.anchor.count) : state.seen;
  if (told >= least - SLACK_MS) return told; // more than was counted: the device slept
  return state.anchor ? least : null; // its clock was put back: count on, or do not know
}

// How far the device's clock had moved since it was last compared, when the server's time is heard; 0 for a clock that ran on.
export function moved(state, { server, device }) {
  const by = state.offset === null ? 0 : server - device - state.offset;
  return Math.abs(by) > STEP_MS ? by : 0;
}

// The latest time known to have passed, to be stored with what was recorded.
export function passed(state, at) {
  return at === null ? state : { ...state, seen: Math.max(state.seen, at) };
}

// As acts say it: UTC, rounded down to a quarter of an hour; empty where it is not known.
export function written(at) {
  return at === null ? "" : new Date(Math.floor(at / STEP_MS) * STEP_MS).toISOString().replace(/\.\d+/, "");
}
