// What the outbox judges, and nothing else: no page, no store, no network, no clock. Plain data in, plain data out, so that the
// same lines run in a browser and in the simulator.
//
// A book is {n, heard, epoch, most, failures, trouble, rows}. `rows` holds, by the id of an act, {seq, bytes, kept, state, turn,
// asked, epoch, begun, code, shift}. An act is `unsent`, then `acknowledged` by a verified answer, then forgotten: only once a later
// answer of the same epoch knows it, and a copy that began after the acknowledgement is complete (or none are kept).

export const ACTS = 200; // in one batch: the server's limit
export const ASK = 1000; // ids asked about in one batch: the server's limit
export const BYTES = 880_000; // of sealed acts in one batch; the server refuses a body over 1 MB, and ids and seals take their part
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
const SEALS_KEPT_MS = 31 * 24 * 3600_000; // the server forgets whose a shift was after 30 days, and takes its seal no longer
const QUIET_WAIT_MS = 5 * 60_000; // with nothing to send: hear of a copy, a new list, the right time

export const UNSENT = "unsent";
export const ACKNOWLEDGED = "acknowledged";

const TAKEN = ["saved", "held"];
const TOO_MUCH = ["batch-too-large", "too-large", "not-a-batch"];
const TOO_MUCH_UNSIGNED = [413, 422]; // a proxy's word too: to send less is harmless, so it needs no proof

export function begin() {
  return { n: 0, heard: 0, epoch: "", most: ACTS, failures: 0, trouble: "", rows: {} };
}

// An act was sealed and stored. `bytes` is the length of its sealed text, `kept` when it was stored (the caller's own clock),
// `shift` the one that signs it.
export function add(book, { id, seq, bytes, kept, shift }) {
  const row = { seq, bytes, kept, state: UNSENT, turn: 0, asked: 0, epoch: "", begun: 0, code: "", shift };
  return { ...book, rows: { ...book.rows, [id]: row } };
}

// What to send now: the oldest unsent acts that fit, and the acknowledged ones to ask about. `n` numbers the request.
export function next(book) {
  const n = book.n + 1;
  const acts = [];
  let bytes = 0;
  for (const [id, row] of inOrder(book, UNSENT, (row) => row.turn)) {
    if (acts.length >= book.most || (acts.length && bytes + row.bytes > BYTES)) break;
    acts.push(id);
    bytes += row.bytes;
  }
  const ask = inOrder(book, ACKNOWLEDGED, (row) => row.asked).slice(0, ASK).map(([id]) => id);
  const asked = Object.fromEntries(ask.map((id) => [id, { ...book.rows[id], asked: n }]));
  return { book: { ...book, n, rows: { ...book.rows, ...asked } }, sent: { n, acts, ask } };
}

// The request's body. `sealed` holds the sealed text of each act, by id; `seals` the seals of shifts, {seal, since} by id. Those of the
// batch's acts go along: after a restore the server may know the shift no longer, and cannot say so before the acts are there.
export function body(book, device, sent, sealed, seals) {
  const mine = new Set(sent.acts.map((id) => book.rows[id]?.shift));
  const shifts = Object.fromEntries(Object.entries(seals).filter(([id]) => mine.has(id)).map(([id, { seal }]) => [id, seal]));
  return JSON.stringify({ device, acts: sent.acts.map((id) => ({ id, sealed: sealed[id] })), ask: sent.ask, shifts });
}

// The ids of the seals that are of no more use: their shift is not among the `open` ones and no act of it is kept, or the server
// would take them no longer. `now` is the server's time, null where it is not known.
export function spent(book, seals, { open, now }) {
  const used = new Set([...open, ...Object.values(book.rows).map((row) => row.shift)]);
  const tooOld = (since) => now !== null && since !== null && now - since > SEALS_KEPT_MS;
  return Object.keys(seals).filter((id) => !used.has(id) || tooOld(seals[id].since));
}

// What came back, or did not. `verified`: the signature fits a pinned key; `of`: the digest of what we sent; `status` 0: nothing came.
// Returns the book, the ids whose rows changed, and those to forget.
export function hear(book, sent, { verified, status, answer, of }) {
  if (!verified || answer.of !== of) return { book: failed(book, sent, TOO_MUCH_UNSIGNED.includes(status)), changed: [], forget: [] };
  if (sent.n <= book.heard) return { book, changed: [], forget: [] }; // old news: a later answer was heard before
  const changed = { ...acknowledged(book, sent, answer), ...confirmed(book, sent, answer) };
  const forget = Object.keys(changed).filter((id) => changed[id] === null);
  const rows = { ...book.rows, ...changed };
  for (const id of forget) delete rows[id];
  const told = { ...book, rows, heard: sent.n, epoch: answer.epoch ?? book.epoch, trouble: answer.code ?? "" };
  const after = status === 200 ? { ...told, failures: 0, most: Math.min(ACTS, told.most * 2) } : failed(told, sent, TOO_MUCH.includes(answer.code));
  return { book: after, changed: Object.keys(changed).filter((id) => changed[id]), forget };
}

// How long to wait before the next request, in milliseconds. `chance` lies between 0 and 1: devices must not come all at once.
export function pause(book, chance) {
  if (book.failures) return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(book.failures, 10)) * (0.5 + chance / 2);
  return count(book, UNSENT) ? 0 : QUIET_WAIT_MS * (0.5 + chance);
}

// What a worker is told: how many are not sent, since when (null: none), how many are sent and not yet in a copy, and what is wrong.
export function tell(book) {
  const unsent = Object.values(book.rows).filter((row) => row.state === UNSENT);
  const oldest = unsent.length ? unsent.reduce((least, row) => Math.min(least, row.kept), Infinity) : null;
  return { unsent: unsent.length, oldest, kept: count(book, ACKNOWLEDGED), trouble: book.trouble };
}

function acknowledged(book, sent, answer) {
  const told = Object.fromEntries((answer.acts ?? []).map((one) => [one.id, one]));
  const changed = {};
  for (const id of sent.acts) {
    const row = book.rows[id];
    if (!row || row.state !== UNSENT) continue;
    const taken = told[id] && TAKEN.includes(told[id].outcome);
    changed[id] = taken ? sureSince(row, answer, told[id].code ?? "") : { ...row, turn: row.turn + 1 }; // the others come first next time
  }
  return changed;
}

function confirmed(book, sent, answer) {
  const known = new Set(answer.known ?? []);
  const lacking = new Set(answer.lacking ?? []);
  const changed = {};
  for (const id of sent.ask) {
    const row = book.rows[id];
    if (!row || row.state !== ACKNOWLEDGED) continue;
    if (lacking.has(id)) changed[id] = { ...row, state: UNSENT, turn: 0, asked: 0 };
    else if (known.has(id) && row.epoch !== answer.epoch) changed[id] = sureSince(row, answer, row.code);
    else if (known.has(id) && inACopy(answer, row)) changed[id] = null;
  }
  return changed;
}

// Acknowledged in the answer's epoch; only a copy that begins after this one's number is sure to hold it.
function sureSince(row, answer, code) {
  return { ...row, state: ACKNOWLEDGED, asked: 0, epoch: answer.epoch, begun: answer.copies ? answer.copies.begun : 0, code };
}

function inACopy(answer, row) {
  return answer.copies === null || answer.copies.done > row.begun;
}

function failed(book, sent, tooMuch) {
  const most = tooMuch ? Math.max(1, Math.floor(sent.acts.length / 2)) : book.most;
  return { ...book, failures: book.failures + 1, most };
}

function inOrder(book, state, first) {
  const rows = Object.entries(book.rows).filter(([, row]) => row.state === state);
  return rows.sort(([, one], [, other]) => first(one) - first(other) || one.seq - other.seq);
}

function count(book, state) {
  return Object.values(book.rows).filter((row) => row.state === state).length;
}
