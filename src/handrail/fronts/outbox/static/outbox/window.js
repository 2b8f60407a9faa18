// The window: preset, Done. It starts with no code; nothing optional stands in the way.

import * as acts from "./acts.js";
import { drafts } from "./drafts.js";
import * as outbox from "./outbox.js";
import { $, copy, say, show, whole, words } from "./page.js";
import * as place from "./place.js";
import * as scan from "./scan.js";
import * as shift from "./shift.js";

const KEPT = 20; // saved lines that can be undone until the lock
const BACK = ["said", "fill", "gross", "tare", "counted"];
const form = $("visit");
const names = () => Object.fromEntries(outbox.ours().items.map((one) => [one.code, one.name]));
const own = drafts({ read, fill: write, isEmpty: (draft) => !draft.card && acts.isEmpty(draft) });
export const hasDrafts = own.any;
let lines = [];
let stopCamera = null;
let pending = false;

export function start() {
  form.addEventListener("submit", done);
  form.addEventListener("click", tapped);
  form.addEventListener("input", (event) => { if (event.target.matches(".keys input")) showLot(event.target.closest(".stepper")); });
  $("card").addEventListener("input", () => { if ($("card").value.replace(/[\s-]/g, "").length >= 6) look(); else show($("card-says"), ""); });
  $("card").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); look(); } }); // a scanner ends with Enter
  $("scan").addEventListener("click", openCamera);
  $("camera-off").addEventListener("click", closeCamera);
  for (const list of [$("saved"), $("earlier")]) list.addEventListener("click", (event) => { if (event.target.matches(".undo")) undo(event.target.closest("li")); });
  document.addEventListener("keydown", keys);
  shift.onChange(turn);
  place.onChange(showCards);
  place.onChange(offerLots);
}

// What is offered follows the pack.
let shown = "";
export function offer() {
  const pack = outbox.ours();
  if (!pack || shown === pack.mark) return;
  const draft = shown ? read() : null;
  shown = pack.mark;
  const usual = new Set(pack.presets.flatMap((one) => one.lines.map(([item]) => item)));
  const items = Object.fromEntries(pack.items.map((one) => [one.code, one]));
  $("often").replaceChildren(...pack.presets.map(chip));
  $("usual").replaceChildren(...[...usual].filter((code) => items[code]).map((code) => stepper(items[code], pack.lots)));
  $("more").replaceChildren();
  let category = "";
  for (const one of pack.items.filter(({ code }) => !usual.has(code))) { // they come by category
    if (one.category !== category) $("more").append(Object.assign(document.createElement("h3"), { textContent: words[`category_${one.category}`] ?? one.category }));
    category = one.category;
    $("more").append(stepper(one, pack.lots));
  }
  $("asked").replaceChildren(...ticks(pack));
  $("back-bin").replaceChildren(...options(pack.items.filter((one) => one.category === "disposal")));
  $("back-pack").replaceChildren(...options(pack.items.filter((one) => one.is_set)));
  if (draft) write(draft);
}

export const ticks = (pack) => [...pack.items, { code: "other", name: words.other }].map(({ code, name }) => {
  const made = copy("tick");
  made.querySelector("input").value = code;
  made.querySelector("span").textContent = name;
  return made;
});

const options = (items) => items.map(({ code, name }) => new Option(name, code));

function chip({ name, lines: told }, n) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "button chip", textContent: name });
  made.dataset.lines = JSON.stringify(told);
  if (n < 9) made.setAttribute("aria-keyshortcuts", `Alt+${n + 1}`);
  return made;
}

function stepper({ code, name }, lots) {
  const made = copy("stepper");
  const [label, less, input, more, lot] = made.querySelectorAll("label, button, input, select");
  Object.assign(label, { textContent: name, htmlFor: `give-${code}` });
  input.id = `give-${code}`;
  made.dataset.item = code;
  less.setAttribute("aria-label", say("one_less", { name }));
  more.setAttribute("aria-label", say("one_more", { name }));
  lot.setAttribute("aria-label", say("open_box_of", { name }));
  for (const one of lots[code] ?? []) lot.append(new Option(say("open_box", { code: one.code }), one.id));
  offerLot(made, lots[code] ?? []);
  return made;
}

// The lot that is given out of here: of the open box, or an assumption that says so.
function offerLot(made, lots) {
  const lot = made.querySelector(".lot");
  const offer = place.offers()[made.dataset.item];
  const named = lots.find((one) => one.id === offer?.lot);
  for (const one of [...lot.options]) if (one.value.endsWith(":assumed")) one.remove();
  if (named && offer.basis !== "known") lot.add(new Option(say("lot_assumed", { code: named.code }), acts.lotOf(offer)), 1);
  lot.value = named ? acts.lotOf(offer) : "";
  made.dataset.lot = lot.value;
}

function offerLots() {
  const lots = outbox.ours()?.lots ?? {};
  for (const made of form.querySelectorAll(".stepper")) offerLot(made, lots[made.dataset.item] ?? []);
  const recalled = outbox.ours()?.recalled ?? [];
  show($("recalled"), recalled.map((one) => say("recalled", one)).join(" "));
}

function showLot(made) {
  const lot = made.querySelector(".lot");
  lot.hidden = lot.length < 2 || !made.querySelector("input").value;
}

function set(made, amount) {
  made.querySelector("input").value = amount > 0 ? String(amount) : "";
  showLot(made);
}

function tapped(event) {
  const step = event.target.closest("[data-step]");
  if (step) {
    const made = step.closest(".stepper");
    set(made, (whole(made.querySelector("input")) || 0) + Number(step.dataset.step));
  }
  const preset = event.target.closest("[data-lines]");
  if (preset) {
    for (const [item, amount] of JSON.parse(preset.dataset.lines)) {
      const made = form.querySelector(`[data-item="${CSS.escape(item)}"]`);
      if (made) set(made, amount);
    }
    $("done").focus({ preventScroll: true });
  }
}

function keys(event) {
  if ($("window").hidden) return;
  if (event.altKey && /^[1-9]$/.test(event.key)) {
    event.preventDefault();
    $("often").children[Number(event.key) - 1]?.click();
  }
  const letter = event.key.length === 1 && /[0-9A-Za-z]/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (letter && !shift.isLocked() && !event.target.closest("input:not([type=radio], [type=checkbox]), select, textarea, dialog")) $("card").focus();
}

// --- The card ---

function look() {
  const typed = $("card").value.trim();
  const code = typed ? acts.card(typed) : null;
  show($("card-says"), typed ? (code ? words.is_code : words.no_code) : "");
  $("card-says").className = typed && !code ? "flag" : "";
  if (code) $("card").value = code;
  return !typed || Boolean(code);
}

async function openCamera() {
  try {
    $("camera").hidden = false;
    stopCamera = await scan.watch($("view"), (told) => {
      if (!acts.card(told)) return false;
      $("card").value = told;
      look();
      closeCamera();
      return true;
    });
  } catch {
    $("camera").hidden = true;
    show($("card-says"), words.no_camera);
  }
}

export function closeCamera() {
  stopCamera?.();
  stopCamera = null;
  $("camera").hidden = true;
}

// --- The draft ---

const ticked = (box) => [...box.querySelectorAll("input:checked")].map((one) => one.value);

function read() {
  const amounts = {};
  const lots = {};
  for (const made of form.querySelectorAll(".stepper")) {
    const amount = whole(made.querySelector("input"));
    if (amount !== null) amounts[made.dataset.item] = amount;
    if (amount && made.querySelector(".lot").value) lots[made.dataset.item] = made.querySelector(".lot").value;
  }
  const back = Object.fromEntries(BACK.map((name) => [name, whole($(`back-${name}`))]));
  Object.assign(back, { bin: $("back-bin").value, pack: $("back-pack").value });
  const asked = ticked($("asked"));
  const people = place.asks("served_for") ? Number(form.elements.people.value) : 1;
  const card = place.asks("card") ? $("card").value.trim() : "";
  return { people, card, amounts, lots, by: form.elements.by.value, back: place.asks("returned") ? back : {}, asked, care: place.asks("care") ? ticked($("care")) : [] };
}

function write(draft) {
  $("card").value = draft.card;
  look();
  form.elements.people.value = String(draft.people);
  form.elements.by.value = draft.by;
  for (const made of form.querySelectorAll(".stepper")) {
    made.querySelector(".lot").value = draft.lots[made.dataset.item] ?? made.dataset.lot;
    set(made, draft.amounts[made.dataset.item]);
  }
  for (const name of BACK) $(`back-${name}`).value = draft.back[name] ?? "";
  for (const one of $("asked").querySelectorAll("input")) one.checked = draft.asked.includes(one.value);
  for (const one of $("care").querySelectorAll("input")) one.checked = draft.care.includes(one.value);
  if (!draft.asked.length && !draft.care.length) for (const open of form.querySelectorAll("details[open]")) open.open = false;
}

// --- Saving and undoing ---

async function done(event) {
  event.preventDefault();
  if (pending) return;
  const draft = read();
  const numbers = [...Object.values(draft.amounts), ...BACK.map((name) => draft.back[name])];
  const wrong = !shift.active() ? words.shift_first : numbers.some(Number.isNaN) ? words.bad_number : acts.isHalfWeighed(draft) ? words.half_weighed : !look() ? words.no_code : acts.isEmpty(draft) ? words.nothing : "";
  show($("problem"), wrong);
  if (wrong) return;
  draft.card = shift.isLocked() || !draft.card ? "" : acts.card(draft.card);
  pending = true;
  try {
    const saved = await outbox.record(acts.VISIT, acts.visit(draft, outbox.ours().items, place.where(acts.VISIT)), shift.active());
    await place.openBoxes(draft.lots);
    write(acts.empty());
    closeCamera();
    add(saved);
  } finally {
    pending = false;
  }
}

// A saved act becomes a line that can be taken back, by an act of its own, until the lock.
export function add(saved) {
  const made = copy("line");
  made.dataset.act = saved.id;
  made.querySelector("strong").textContent = saved.sure ? words.saved : words.memory;
  made.querySelector("bdi").textContent = acts.said(saved.body, names(), words);
  lines = [made, ...lines].slice(0, KEPT);
  putLines();
}

function putLines() {
  $("saved").replaceChildren(...lines.slice(0, 1));
  $("earlier").replaceChildren(...lines.slice(1));
  $("earlier").parentElement.hidden = lines.length < 2;
}

async function undo(made) {
  made.querySelector(".undo").remove(); // it is taken back once
  await outbox.record("window.undo", { visit: made.dataset.act }, shift.active());
  made.querySelector("strong").textContent = words.taken_back;
  made.querySelector("bdi").replaceWith(Object.assign(document.createElement("s"), { textContent: made.querySelector("bdi").textContent }));
}

// A lock: the lines go, the draft stays with whoever began it, and a card waits for an unlock.
export function turn() {
  own.turn();
  if (shift.isLocked()) { lines = []; closeCamera(); }
  putLines();
  show($("problem"), "");
  showCards();
}

// A card is asked for where the channel asks it, and read after an unlock.
function showCards() {
  $("card-open").hidden = shift.isLocked() || !place.asks("card");
  $("card-locked").hidden = !shift.isLocked() || !place.asks("card");
}
