// Rush: big tiles, one hand, no code. Tap adds one, hold for a number. It closes as one record of so many people.

import * as acts from "./acts.js";
import { drafts } from "./drafts.js";
import * as outbox from "./outbox.js";
import { $, copy, say, show, whole, words } from "./page.js";
import * as place from "./place.js";
import * as shift from "./shift.js";
import { add, ticks } from "./window.js";

const HOLD_MS = 500;
const TAPS_KEPT = 20;
const PICTURES = { syringe: "syringe", smoking: "smoking", naloxone: "naloxone", disposal: "bin", prep: "prep" };
const own = drafts({ read, fill: write, isEmpty: (kept) => !kept.counts?.some(Boolean) && !kept.asked.length });
export const hasDrafts = own.any;
let tiles = []; // {name, picture, people?, said?, lines?}
let counts = []; // taps (or the number set) of each tile
let taps = []; // what to take back: [tile, before]
let pending = false;
let held = null;

export function start() {
  const board = $("tiles");
  board.addEventListener("click", (event) => { const tile = event.target.closest(".tile"); if (tile && !held) tap(tile); held = null; });
  board.addEventListener("pointerdown", (event) => {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    const timer = setTimeout(() => { held = tile; keypad(tile); }, HOLD_MS);
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) tile.addEventListener(end, () => clearTimeout(timer), { once: true });
  });
  board.addEventListener("contextmenu", (event) => event.preventDefault());
  board.addEventListener("keydown", (event) => { if (event.key === "F2") { const tile = event.target.closest(".tile"); if (tile) { event.preventDefault(); keypad(tile); } } });
  $("keypad").addEventListener("close", typed);
  $("rush-undo").addEventListener("click", undo);
  $("rush-close").addEventListener("click", close);
  shift.onChange(own.turn);
}

// A tile for the person, one for each preset, for a bin alone, and for what is said to come back.
let shown = "";
export function offer() {
  const pack = outbox.ours();
  if (!pack || shown === pack.mark) return;
  shown = pack.mark;
  const items = Object.fromEntries(pack.items.map((one) => [one.code, one]));
  const bin = pack.items.find((one) => one.category === "disposal");
  tiles = [
    { name: words.person, picture: "person", people: true },
    ...pack.presets.map(({ name, lines }) => ({ name, picture: PICTURES[items[lines[0][0]]?.category] ?? "other", lines })),
    ...(bin ? [{ name: bin.name, picture: "bin", lines: [[bin.code, 1]] }] : []),
    { name: words.said_back, picture: "back", said: true },
  ];
  counts = tiles.map(() => 0);
  taps = [];
  $("tiles").replaceChildren(...tiles.map(tile));
  $("rush-asked").replaceChildren(...ticks(pack));
}

function tile({ name, picture, said }, n) {
  const made = copy("tile");
  made.dataset.n = n;
  if (said) made.dataset.asked = "returned";
  made.querySelector("use").setAttribute("href", `${new URL("symbols.svg", import.meta.url).pathname}#${picture}`);
  made.querySelector(".name").textContent = name;
  made.querySelector(".plus").textContent = say("plus", { n: said ? 10 : 1 });
  made.setAttribute("aria-keyshortcuts", "F2");
  made.title = words.hold;
  return made;
}

const stepOf = ({ said }) => (said ? 10 : 1);

function tap(made) {
  const n = Number(made.dataset.n);
  change(n, counts[n] + stepOf(tiles[n]));
}

function change(n, count) {
  taps = [...taps, [n, counts[n]]].slice(-TAPS_KEPT);
  counts[n] = count;
  show($("rush-problem"), "");
  draw();
}

function undo() {
  const [n, before] = taps.pop();
  counts[n] = before;
  draw();
}

function draw() {
  for (const made of $("tiles").children) made.querySelector("output").value = counts[made.dataset.n];
  const last = taps.at(-1);
  show($("rush-last"), last ? say("last_tap", { name: tiles[last[0]].name, n: `${counts[last[0]] >= last[1] ? "+" : "−"}${Math.abs(counts[last[0]] - last[1])}` }) : "");
  $("rush-undo").disabled = !last;
}

function keypad(made) {
  const dialog = $("keypad");
  dialog.dataset.n = made.dataset.n;
  $("keypad-name").textContent = tiles[made.dataset.n].name;
  $("keypad-number").value = counts[made.dataset.n] || "";
  dialog.showModal();
  $("keypad-number").select();
}

function typed() {
  const count = whole($("keypad-number"));
  if ($("keypad").returnValue === "yes" && count !== null && !Number.isNaN(count)) change(Number($("keypad").dataset.n), count);
  $("keypad").returnValue = "";
  held = null;
}

// The tally as a draft: how many of each item all the taps come to.
function draft() {
  const made = acts.empty();
  made.people = 0;
  made.lots = Object.fromEntries(Object.entries(place.offers()).map(([item, offer]) => [item, acts.lotOf(offer)]));
  tiles.forEach((one, n) => {
    if (one.people) made.people = counts[n];
    if (one.said) made.back.said = counts[n];
    for (const [item, amount] of one.lines ?? []) made.amounts[item] = (made.amounts[item] ?? 0) + amount * counts[n];
  });
  made.asked = [...$("rush-asked").querySelectorAll("input:checked")].map((one) => one.value);
  return made;
}

function read() {
  return { counts, taps, asked: draft().asked };
}

function write(kept) {
  counts = kept.counts ?? tiles.map(() => 0);
  taps = kept.taps ?? [];
  for (const one of $("rush-asked").querySelectorAll("input")) one.checked = kept.asked.includes(one.value);
  draw();
}

async function close() {
  const told = draft();
  const wrong = !shift.active() ? words.shift_first : !told.people || acts.isEmpty(told) ? words.nothing_rush : "";
  show($("rush-problem"), wrong);
  if (wrong || pending) return;
  pending = true;
  try {
    add(await outbox.record(acts.TALLY, acts.tally(told, outbox.ours().items, place.where(acts.TALLY)), shift.active()));
    write(acts.empty());
    location.hash = "#/window"; // its line stands there, and can be taken back
  } finally {
    pending = false;
  }
}
