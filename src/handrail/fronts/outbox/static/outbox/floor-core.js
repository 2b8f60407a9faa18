// What the floor's board judges, and nothing else: no page, no store, no network, no clock. Plain data in, plain data out.
//
// A state is {board, anchors, pending}. The board is what the server told last; an anchor holds, for one thing that is timed, its
// age in milliseconds at a count that only ever goes forward. Elapsed is the larger of what the server says and what was counted
// here: a clock that is put back, at either end, shortens nothing.

export const STEP_BACK_MS = 5_000; // so much more counted here than there, and a clock is called wrong
const SOUND_AFTER_MS = 15_000; // the next screen sounds when the one before was not heard for so long
const HEARD_FOR_MS = 120_000; // who said "heard" and did not look is reminded
const MINUTE = 60_000;
const TIMED = ["waited", "called", "seated", "freed", "checked", "ended"];

export function begin() {
  return { board: null, anchors: {}, pending: [], wrong: false };
}

// The server told the board. `count` is the device's own, in milliseconds.
export function heard(state, board, count) {
  if (state.board && board.edition < state.board.edition) return state;
  const anchors = {};
  let wrong = false;
  for (const [key, age] of ages(board)) {
    const known = state.anchors[key];
    const counted = known ? known.age + count - known.count : -1;
    if (counted - age > STEP_BACK_MS) wrong = true;
    anchors[key] = counted > age ? known : { age, count };
  }
  return { ...state, board, anchors, wrong: wrong || board.clock_back };
}

// What may be stored, and taken up again by another page: ages as they are now, beside the device's clock.
export function kept(state, { count, wall }) {
  const old = Object.entries(state.anchors).map(([key, one]) => [key, one.age + count - one.count]);
  return { board: state.board, ages: Object.fromEntries(old), wall };
}

export function takenUp(state, stored, { count, wall }) {
  if (!stored?.board || state.board) return state;
  const gone = Math.max(0, wall - stored.wall);
  const anchors = Object.fromEntries(Object.entries(stored.ages).map(([key, age]) => [key, { age: age + gone, count }]));
  return { ...state, board: stored.board, anchors };
}

// A check or a seat begins a count anew: its key holds the mark of that check.
function* ages(board) {
  for (const one of board.visits) for (const name of TIMED) if (one[name] !== null) yield [keyOf(one, name), one[name]];
  for (const one of board.overdoses) for (const name of ["began", "checked"]) if (one[name] !== null) yield [keyOf(one, name), one[name]];
  for (const one of board.rooms) if (one.emptied !== null) yield [keyOf(one, "emptied"), one.emptied];
}

const keyOf = (one, name) => `${one.id} ${name}${name === "checked" ? ` ${one.mark}` : ""}`;

// How long ago, in milliseconds; null where it did not happen.
export function elapsed(state, one, name, count) {
  if (one.tapped?.[name] !== undefined) return count - one.tapped[name];
  const anchor = state.anchors[keyOf(one, name)];
  return anchor && one[name] !== null ? anchor.age + count - anchor.count : null;
}

// --- The board with what was tapped here and is not answered yet ---

export function shown(state) {
  const board = state.board ?? { edition: 0, rooms: [], visits: [], overdoses: [], screens: [], clock_back: false };
  const told = { ...board, visits: board.visits.map((one) => ({ ...one })), overdoses: board.overdoses.map((one) => ({ ...one, stamps: [...one.stamps] })) };
  for (const one of state.pending) apply(told, one, state);
  return told;
}

function apply(board, { step, count, screen }, state) {
  if (["overdose", "stamp", "outcome", "same", "close", "join", "rechecked"].includes(step.kind)) return applyOverdose(board, step, count, screen, state);
  if (step.kind === "arrive") {
    if (!board.visits.some((one) => one.id === step.on)) board.visits.push(newcomer(step, count));
    return;
  }
  if (step.kind === "round") {
    for (const one of board.visits) if (["seated", "aftercare"].includes(one.state)) looked(one, count);
    return;
  }
  const visit = board.visits.find((one) => one.id === step.on);
  if (visit) APPLY[step.kind]?.(visit, step, count, board);
}

function newcomer(step, count) {
  const blank = Object.fromEntries(TIMED.map((name) => [name, null]));
  return { id: step.on, state: "waiting", tonight: step.tonight || "…", hold: false, first: Boolean(step.first), together: "", place: "", room: "",
    route: step.route ?? "", said: step.said ?? [], hazard: step.hazard ?? "", card: Boolean(step.card), heard: null, outcome: "", mark: "", ...blank, waited: 0, tapped: { waited: count } };
}

function looked(visit, count) {
  visit.checked = 0;
  visit.heard = null;
  visit.tapped = { ...visit.tapped, checked: count };
}

function ended(visit, outcome) {
  visit.state = "ended";
  visit.outcome = outcome;
}

const APPLY = {
  call: (visit) => { visit.state = "called"; },
  uncall: (visit) => { visit.state = "waiting"; },
  hold: (visit, step) => { visit.hold = step.hold; },
  check: (visit, step, count) => looked(visit, count),
  heard: (visit) => { visit.heard = 0; },
  left: (visit) => ended(visit, "left_before_seat"),
  unused: (visit) => ended(visit, "left_without_using"),
  exit: (visit) => ended(visit, "used"),
  aftercare: (visit, step, count) => { visit.state = "aftercare"; looked(visit, count); },
  seat(visit, step, count, board) {
    const room = board.rooms.find((one) => one.places.some((place) => place.id === step.place));
    if (visit.state !== "seated") { visit.seated = 0; visit.tapped = { ...visit.tapped, seated: count }; }
    Object.assign(visit, { state: "seated", place: step.place, room: room?.id ?? "" });
    looked(visit, count);
  },
};

function applyOverdose(board, step, count, screen, state) {
  let record = board.overdoses.find((one) => one.id === step.on);
  if (!record) {
    const visit = board.visits.find((one) => one.id === step.visit);
    record = { id: step.on, place: step.place ?? visit?.place ?? "", visit: step.visit ?? "", type: "", began: 0, ended: null, heard: null, checked: null, mark: "",
      outcome: "", screen, join: false, card: Boolean(visit?.card), seconds: 0, stamps: [], doubts: [], tapped: { began: count - 1000 * (step.second ?? 0) } };
    board.overdoses.push(record);
  }
  if (step.kind === "overdose" && step.type) record.type = step.type;
  if (step.kind === "stamp") {
    const second = Math.max(0, Math.floor((elapsed(state, record, "began", count) ?? 0) / 1000) - (step.ago_s ?? 0));
    record.stamps.push({ id: step.id, event: step.event, second, screen, item: step.item ?? "", value: step.value ?? null, late: "ago_s" in step, counts: true });
  }
  if (step.kind === "outcome") { record.outcome = step.outcome; record.ended ??= 0; }
  if (step.kind === "join") record.join = step.join;
  if (step.kind === "rechecked") { record.checked = 0; record.tapped = { ...record.tapped, checked: count }; }
  if (step.kind === "same") record.doubts = record.doubts.filter(([, other]) => other !== step.other);
  if (step.kind === "close") board.overdoses.splice(board.overdoses.indexOf(record), 1);
}

// --- Checks and alarms ---

// Who is looked at when: the room they sit in; in aftercare that of observation.
export function roomOf(board, visit) {
  if (visit.state === "aftercare") return board.rooms.find((one) => one.kind === "observation") ?? null;
  return board.rooms.find((one) => one.id === visit.room) ?? null;
}

// "" (nothing due), "soft" (a silent ring) or "hard" (missed: it sounds).
export function ring(state, board, visit, count) {
  if (!["seated", "aftercare"].includes(visit.state)) return "";
  const room = roomOf(board, visit);
  if (!room?.soft) return "";
  const since = elapsed(state, visit, "checked", count);
  return since >= room.hard * MINUTE ? "hard" : since >= room.soft * MINUTE ? "soft" : "";
}

export const checksNotSet = (board) => board.rooms.filter((one) => !one.soft).map((one) => one.label);

// What calls for somebody now, the longest first: {id, kind, age, heard}.
export function alarms(state, board, count) {
  const found = [];
  for (const visit of board.visits) {
    if (ring(state, board, visit, count) !== "hard") continue;
    const heard = visit.heard === null ? false : (visit.tapped?.heard ?? visit.heard) < HEARD_FOR_MS;
    found.push({ id: visit.id, kind: "check", heard, age: elapsed(state, visit, "checked", count) - roomOf(board, visit).hard * MINUTE });
  }
  for (const one of board.overdoses) if (!one.outcome) found.push({ id: one.id, kind: "overdose", heard: one.heard !== null, age: elapsed(state, one, "began", count), screen: one.screen });
  return found.sort((a, b) => b.age - a.age);
}

// Whether this screen sounds now: the first armed one at once, the next when nobody said "heard"; each that hears nothing of the
// others (no server, or not on the list) at once. Nobody is called to an overdose on the screen where it was opened.
export function sounds(found, { screens, me, label, online }) {
  const armed = screens.filter((one) => one.armed).map((one) => one.id);
  return found.filter((one) => {
    if (one.heard || (one.kind === "overdose" && one.screen === label)) return false;
    const place = online ? Math.max(0, armed.indexOf(me)) : 0;
    return one.age >= place * SOUND_AFTER_MS;
  });
}

// Seconds since the last dose, and how many there were; null before the first.
export function naloxone(record, running) {
  const given = record.stamps.filter((one) => one.event === "naloxone" && one.counts);
  const last = Math.max(...given.map((one) => one.second));
  return { doses: given.length, since: given.length ? Math.max(0, Math.floor(running / 1000) - last) : null };
}

// 02:18, or 1:02:18.
export function clock(ms) {
  const total = Math.max(0, Math.floor((ms ?? 0) / 1000));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

// Server-sent events out of a growing text: [events, what is left]. An event is {id, data}.
export function events(text) {
  const parts = text.split("\n\n");
  const rest = parts.pop();
  const found = [];
  for (const part of parts) {
    const told = Object.fromEntries(part.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
    if (told.data) found.push({ id: told.id ?? "", data: told.data });
  }
  return [found, rest];
}
