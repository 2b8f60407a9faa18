// The floor's board: who waits, who sits where and since when, who rests. Nothing on it names a person; it never locks or closes a timer by itself.

import * as acts from "./acts.js";
import * as core from "./floor-core.js";
import * as floor from "./floor.js";
import { $, say, show, words } from "./page.js";
import * as overdose from "./overdose.js";
import * as shift from "./shift.js";
import * as sound from "./sound.js";

let chosen = ""; // somebody in the queue, whose place is tapped next
const own = new Map(); // elements by key, with what they were made of

export function start() {
  $("arm").addEventListener("click", () => sound.arm().then(draw));
  $("arrived").addEventListener("click", coming);
  $("round").addEventListener("click", () => floor.tap("round", crypto.randomUUID()));
  $("night").addEventListener("click", () => { sound.setNight(!sound.isNight()); draw(); });
  $("sheet-close").addEventListener("click", () => $("sheet").close());
  $("coming").addEventListener("close", arrive);
  floor.onChange(draw);
  shift.onChange(draw);
}

const isHere = () => document.body.dataset.here === "floor";
export const isOn = () => isHere() || document.body.dataset.here === "overdose";

// --- Drawing: lists keep their elements, so that focus and a finger stay where they are ---

function list(parent, items, key, mark, make) {
  const made = items.map((item) => {
    const name = `${parent.id} ${key(item)}`;
    const told = JSON.stringify(mark(item));
    const known = own.get(name);
    if (known?.told === told) return known.element;
    const element = make(item);
    if (known?.element.contains(document.activeElement)) queueMicrotask(() => element.querySelector("button")?.focus());
    own.set(name, { told, element });
    return element;
  });
  const same = made.length === parent.children.length && made.every((one, n) => parent.children[n] === one);
  if (!same) parent.replaceChildren(...made);
}

function element(tag, { text, ...more } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), more);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

const button = (text, act, className = "button") => { const made = element("button", { type: "button", text, className }); made.addEventListener("click", act); return made; };
const time = (name) => { const made = element("output", { className: "time" }); made.dataset.time = name; return made; };

export function draw() {
  const board = floor.board();
  alarm(board);
  if (!isHere()) return;
  $("sound-off").hidden = sound.isArmed();
  document.body.classList.toggle("night", sound.isNight());
  $("night").setAttribute("aria-pressed", String(sound.isNight()));
  const line = floor.line();
  show($("floor-line"), line.away ? words.f_away : line.waiting ? say("f_waiting", { n: line.waiting }) : line.line === "stream" ? words.f_live : words.f_asking);
  $("floor-line").dataset.away = line.away;
  show($("floor-refused"), line.refused);
  const unset = core.checksNotSet(board);
  show($("checks-not-set"), board.rooms.length ? (unset.length ? say("f_not_set", { rooms: unset.join(", ") }) : "") : words.f_no_rooms);
  $("clock-wrong").hidden = !floor.isWrong();
  const waiting = board.visits.filter((one) => ["waiting", "called"].includes(one.state));
  if (!waiting.some((one) => one.id === chosen)) chosen = "";
  const by = (state) => board.visits.filter((one) => one.state === state);
  list($("queue"), waiting, (one) => one.id, (one) => [one.tonight, one.state, one.hold, one.together, one.id === chosen, one.first], queued);
  list($("after"), by("aftercare"), (one) => one.id, (one) => [one.tonight, floor.ring(board, one)], resting);
  list($("left"), by("ended"), (one) => one.id, (one) => [one.tonight, one.outcome], gone);
  $("queue-empty").hidden = waiting.length > 0;
  $("after-empty").hidden = by("aftercare").length > 0;
  $("left-head").hidden = !by("ended").length;
  list($("plan"), board.rooms, (one) => one.id, (one) => one, room);
  for (const one of board.rooms) places(board, one);
  times(board);
}

function room(one) {
  const made = element("section", { className: "room" }, element("h3", { text: one.label }));
  const purge = element("p", { className: "purge small" });
  purge.hidden = true;
  made.append(purge, element("div", { className: "places", id: `places-${one.id}` }));
  made.dataset.room = one.id;
  return made;
}

function places(board, one) {
  const parent = document.getElementById(`places-${one.id}`);
  const seated = (place) => board.visits.filter((visit) => visit.state === "seated" && visit.place === place.id);
  const running = (place) => board.overdoses.find((record) => record.place === place.id && !record.outcome);
  list(parent, one.places, (place) => place.id,
    (place) => [place, seated(place).map((v) => [v.id, v.tonight, v.said, v.hazard, floor.ring(board, v)]), Boolean(chosen), running(place)?.id],
    (place) => tile(board, one, place, seated(place), running(place)));
}

function tile(board, one, place, seated, running) {
  const rings = seated.map((visit) => floor.ring(board, visit));
  const made = element("div", { className: `spot${running ? " od-here" : ""}${rings.includes("hard") ? " hard" : rings.includes("soft") ? " soft-ring" : ""}${seated.length ? "" : " free"}` });
  const free = place.holds - seated.length;
  const head = element("p", { className: "spot-head" }, element("strong", { text: place.label }));
  if (place.holds > 1) head.append(element("span", { text: say("f_holds", { n: seated.length, of: place.holds }) }));
  made.append(head);
  for (const visit of seated) made.append(person(visit, rings[seated.indexOf(visit)]));
  if (free > 0) made.append(button(chosen ? words.f_seat_here : words.f_free, () => (chosen ? seat(place) : pickFor(place)), "button seat"));
  made.append(button(words.f_overdose, () => overdose.open({ place: place.id, visit: seated.length === 1 ? seated[0].id : undefined }), "button overdose"));
  return made;
}

function person(visit, ring) {
  const made = button("", () => sheet(visit), "person");
  made.append(element("bdi", { text: visit.tonight }), time("seated"));
  made.lastChild.dataset.visit = visit.id;
  if (ring) made.append(element("span", { className: "ring", text: ring === "hard" ? words.f_hard : words.f_soft }));
  const said = visit.said.map((code) => words[`s_${code}`] ?? code).join(", ");
  if (said) made.append(element("span", { className: "said", text: said }));
  if (visit.hazard) made.append(element("span", { className: "said hazard", text: visit.hazard }));
  return made;
}

function queued(visit) {
  const made = element("li", { className: visit.id === chosen ? "chosen" : "" });
  const pick = button("", () => { chosen = chosen === visit.id ? "" : visit.id; draw(); }, "person");
  pick.setAttribute("aria-pressed", String(visit.id === chosen));
  pick.append(element("bdi", { text: visit.tonight }), time("waited"));
  pick.lastChild.dataset.visit = visit.id;
  for (const [is, word] of [[visit.state === "called", words.f_called], [visit.hold, words.f_held], [visit.together, words.f_together], [visit.first, words.f_first]]) if (is) pick.append(element("span", { className: "said", text: word }));
  made.append(pick);
  if (visit.id === chosen) made.append(element("p", { className: "small", text: words.f_choose_place }));
  if (visit.id === chosen) {
    const act = (word, kind, more) => button(word, () => floor.tap(kind, visit.id, more));
    made.append(element("div", { className: "row" },
      visit.state === "called" ? act(words.f_uncall, "uncall") : act(words.f_call, "call"), act(words.f_up, "up"), act(words.f_down, "down"),
      act(visit.hold ? words.f_unhold : words.f_hold, "hold", { hold: !visit.hold }), button(words.f_with, () => pickWith(visit)), button(words.f_gone, () => leaving(visit))));
  }
  return made;
}

function resting(visit) {
  const made = element("li");
  const pick = button("", () => sheet(visit), "person");
  pick.append(element("bdi", { text: visit.tonight }), time("checked"));
  pick.lastChild.dataset.visit = visit.id;
  const ring = floor.ring(floor.board(), visit);
  if (ring) { made.className = ring === "hard" ? "hard" : "soft-ring"; pick.append(element("span", { className: "ring", text: ring === "hard" ? words.f_hard : words.f_soft })); }
  made.append(pick);
  return made;
}

function gone(visit) {
  return element("li", { className: "gone" }, element("bdi", { text: visit.tonight }), button(words.f_back, () => floor.tap("back", visit.id)));
}

// Only the figures change each second.
function times(board) {
  const visits = new Map(board.visits.map((one) => [one.id, one]));
  for (const made of $("floor").querySelectorAll("output[data-visit]")) {
    const visit = visits.get(made.dataset.visit);
    const told = visit ? core.clock(floor.since(visit, made.dataset.time)) : "";
    if (made.value !== told) made.value = told;
  }
  for (const one of board.rooms) {
    const made = $("plan").querySelector(`[data-room="${one.id}"] .purge`);
    const left = one.purge * 60_000 - (floor.since(one, "emptied") ?? Infinity);
    if (made) show(made, one.purge && left > 0 ? say("f_purge", { left: core.clock(left) }) : "");
  }
}

// --- Alarms ---

function alarm(board) {
  const found = floor.alarms(board);
  sound.ring(floor.sounding(board).length > 0);
  document.body.classList.toggle("flash", found.some((one) => !one.heard) && sound.isNight());
  const names = new Map(board.visits.map((one) => [one.id, one]));
  const places = new Map(board.rooms.flatMap((one) => one.places.map((place) => [place.id, place.label])));
  list($("calls"), found, (one) => one.id, (one) => [one.kind, one.heard], (one) => {
    const record = board.overdoses.find((od) => od.id === one.id);
    const where = places.get(one.kind === "check" ? names.get(one.id).place : record.place) ?? words.f_outside;
    const text = one.kind === "check" ? say("f_call_check", { where, name: names.get(one.id).tonight }) : say("f_call_overdose", { where });
    const made = element("div", { className: `call ${one.kind}` }, element("strong", { text }));
    if (one.kind === "overdose") made.append(button(words.f_open_record, () => overdose.show_(one.id)));
    else made.append(button(words.f_checked, () => floor.tap("check", one.id)));
    if (!one.heard) made.append(button(words.f_heard, () => floor.tap("heard", one.id)));
    return made;
  });
}

// --- Sheets: one person, one choice ---

function open(name, ...made) {
  $("sheet-name").textContent = name;
  $("sheet-body").replaceChildren(...made);
  $("sheet").showModal();
}

function choose(word, act, className) {
  return button(word, () => { $("sheet").close(); act(); }, className);
}

function sheet(visit) {
  const act = (word, kind, more, className) => choose(word, () => floor.tap(kind, visit.id, more), className);
  const made = [act(words.f_checked, "check", {}, "button primary")];
  if (visit.state === "seated") made.push(act(words.f_aftercare, "aftercare"));
  made.push(act(words.f_exit, "exit"));
  if (visit.state === "seated") made.push(act(words.f_unused, "unused"));
  made.push(choose(words.f_move, () => { const board = floor.board(); pickPlace(board, visit); }));
  made.push(choose(words.f_overdose, () => overdose.open({ place: visit.place || undefined, visit: visit.id }), "button overdose"));
  open(visit.tonight, ...made);
}

function pickPlace(board, visit) {
  const free = board.rooms.flatMap((one) => one.places.filter((place) => board.visits.filter((v) => v.state === "seated" && v.place === place.id).length < place.holds && place.id !== visit.place));
  open(visit.tonight, ...free.map((place) => choose(place.label, () => floor.tap("seat", visit.id, { place: place.id }))));
}

function pickFor(place) {
  const waiting = floor.board().visits.filter((one) => ["waiting", "called"].includes(one.state));
  open(say("f_who_for", { place: place.label }), ...waiting.map((visit) => choose(visit.tonight, () => floor.tap("seat", visit.id, { place: place.id }))));
}

function pickWith(visit) {
  const others = floor.board().visits.filter((one) => ["waiting", "called"].includes(one.state) && one.id !== visit.id);
  open(words.f_with, ...others.map((other) => choose(other.tonight, () => floor.tap("together", visit.id, { with: other.id }))));
}

function leaving(visit) {
  const act = (word, more) => choose(word, () => floor.tap("left", visit.id, more), more ? "button" : "button primary");
  open(words.f_gone, act(words.f_no_reason), ...["wait", "rules", "found_elsewhere", "called_away", "other"].map((reason) => act(words[`r_${reason}`], { reason })));
}

function seat(place) {
  floor.tap("seat", chosen, { place: place.id });
  chosen = "";
  draw();
}

// --- Arriving ---

function coming() {
  $("coming-form").reset();
  show($("coming-problem"), "");
  $("coming").returnValue = "";
  $("coming").showModal();
}

function arrive() {
  if ($("coming").returnValue !== "yes") return;
  const typed = $("floor-card").value.trim();
  const card = typed && acts.card(typed);
  if (typed && (!card || shift.isLocked())) {
    $("coming").returnValue = "";
    show($("coming-problem"), card ? words.shift_first : words.no_code);
    $("coming").showModal();
    return;
  }
  const form = new FormData($("coming-form"));
  const told = { tonight: $("tonight").value.trim(), first: $("first-time").checked, said: form.getAll("said").slice(0, 6) };
  if (form.get("route")) told.route = form.get("route");
  if (card) told.card = card;
  floor.tap("arrive", crypto.randomUUID(), told);
}
