// The overdose record. One tap opens it; it needs no shift and no server: each stamp is on the disk first. The clock counts from the
// last naloxone. Nothing is asked while it runs.

import * as core from "./floor-core.js";
import * as floor from "./floor.js";
import * as outbox from "./outbox.js";
import { $, say, show, words } from "./page.js";

let here = ""; // the record that is shown
let ago = 0; // minutes, of the next stamp
let product = "";
let drawn = "";

export function start() {
  for (const made of document.querySelectorAll("[data-overdose]")) made.addEventListener("click", () => open({}));
  $("od-another").addEventListener("click", () => open({}));
  $("overdose").addEventListener("click", ({ target }) => {
    const made = target.closest("button");
    if (!made) return;
    const { stamp, value, outcome, type, ago: minutes, product: chosen, record } = made.dataset;
    if (stamp) stampOf(stamp, value);
    else if (outcome) end(outcome);
    else if (type) floor.tap("overdose", here, { type });
    else if (minutes !== undefined) { ago = Number(minutes); draw(); }
    else if (chosen) { product = chosen; draw(); }
    else if (record) { here = record; draw(); }
  });
  $("od-join").addEventListener("change", () => floor.tap("join", here, { join: $("od-join").checked }));
  $("od-rechecked").addEventListener("click", () => floor.tap("rechecked", here));
  $("od-close").addEventListener("click", close);
  floor.onChange(draw);
}

// One tap: the record runs from now.
export function open({ place, visit }) {
  const running = floor.board().overdoses.find((one) => !one.outcome && (visit ? one.visit === visit : place && one.place === place));
  here = running?.id ?? crypto.randomUUID();
  if (!running) floor.tap("overdose", here, { ...(place ? { place } : {}), ...(visit ? { visit } : {}) });
  location.hash = "#/overdose";
  draw();
}

export function show_(id) {
  here = id;
  location.hash = "#/overdose";
  draw();
}

function stampOf(event, value) {
  const more = { event };
  if (value !== undefined) more.value = Number(value);
  if (event === "naloxone") more.item = product;
  if (ago) more.ago_s = ago * 60;
  const record = mine(floor.board());
  if (record) more.second = Math.max(0, Math.floor((floor.since(record, "began") ?? 0) / 1000) - ago * 60);
  ago = 0;
  floor.tap("stamp", here, more);
}

function end(outcome) {
  floor.tap("outcome", here, { outcome });
  if (outcome === "mistake") close();
}

function close() {
  floor.tap("close", here);
  here = "";
  location.hash = "#/floor";
}

const mine = (board) => board.overdoses.find((one) => one.id === here) ?? null;

function element(tag, text, more = {}) {
  const made = Object.assign(document.createElement(tag), { textContent: text });
  Object.assign(made.dataset, more);
  return made;
}

function button(text, more) {
  const made = element("button", text, more);
  Object.assign(made, { type: "button", className: "button" });
  return made;
}

export function draw() {
  if (document.body.dataset.here !== "overdose") return;
  const board = floor.board();
  if (!mine(board)) here = board.overdoses.find((one) => !one.outcome)?.id ?? board.overdoses[0]?.id ?? here;
  const record = mine(board);
  $("overdose").classList.toggle("none", !record);
  if (!record) { $("od-head").textContent = words.od_none; return; }
  const running = record.outcome && record.ended !== null ? record.seconds * 1000 : floor.since(record, "began");
  const { doses, since } = core.naloxone(record, floor.since(record, "began"));
  $("od-running").value = core.clock(running);
  $("od-since").value = since === null ? "–" : core.clock(since * 1000);
  $("od-doses").value = doses;
  const line = floor.line();
  show($("od-line"), line.waiting ? (line.away ? words.od_kept : words.od_sending) : words.od_everywhere);
  const place = board.rooms.flatMap((one) => one.places).find((one) => one.id === record.place)?.label;
  $("od-head").textContent = place ? say("od_at", { place }) : words.od_outside;
  const told = JSON.stringify([record.stamps, record.outcome, record.doubts, record.card, record.type, record.checked !== null, ago, product, board.overdoses.map((one) => one.id), here]);
  if (told !== drawn) { drawn = told; drawRest(board, record); }
}

function drawRest(board, record) {
  const several = board.overdoses.length > 1 ? board.overdoses : [];
  $("od-several").replaceChildren(...several.map((one, n) => button(say("od_number", { n: n + 1 }), { record: one.id })));
  drawProducts();
  for (const made of $("overdose").querySelectorAll("[data-ago]")) made.setAttribute("aria-pressed", String(Number(made.dataset.ago) === ago));
  for (const made of $("overdose").querySelectorAll("[data-outcome]")) made.setAttribute("aria-pressed", String(made.dataset.outcome === record.outcome));
  for (const made of $("overdose").querySelectorAll("[data-type]")) made.setAttribute("aria-pressed", String(made.dataset.type === record.type));
  const items = Object.fromEntries((outbox.ours()?.items ?? []).map((one) => [one.code, one.name]));
  $("od-stamps").replaceChildren(...[...record.stamps].reverse().map((one) => {
    const what = [words[`e_${one.event}`] ?? one.event, one.value === null ? "" : words[`v_${one.event}_${one.value}`] ?? String(one.value), items[one.item] ?? ""].filter(Boolean).join(" ");
    const made = element("li", `${core.clock(one.second * 1000)} ${what} · ${one.screen}${one.late ? ` · ${words.od_late}` : ""}`);
    if (!one.counts) made.className = "same";
    return made;
  }));
  $("od-after").hidden = !record.outcome;
  $("od-recheck").hidden = record.checked === null;
  $("od-join-line").hidden = !record.card;
  $("od-join").checked = record.join;
  $("od-doubts").replaceChildren(...(record.outcome ? record.doubts : []).map(([first, other, apart]) => {
    const made = element("p", say("od_same", { n: apart }));
    for (const [word, same] of [[words.od_yes, true], [words.od_no, false]]) {
      const answer = button(word, {});
      answer.addEventListener("click", () => floor.tap("same", record.id, { first, other, same }));
      made.append(" ", answer);
    }
    return made;
  }));
}

function drawProducts() {
  const items = (outbox.ours()?.items ?? []).filter((one) => one.category === "naloxone");
  if (!items.some((one) => one.code === product)) product = items[0]?.code ?? "";
  $("od-product").replaceChildren(element("span", words.e_naloxone), ...items.map((one) => {
    const made = button(one.name, { product: one.code });
    made.setAttribute("aria-pressed", String(one.code === product));
    return made;
  }));
}
