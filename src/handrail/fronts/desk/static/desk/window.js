// The window's keys: steppers, presets without a round trip, a scanned card. Without this script every one of them still works.
"use strict";

const CARD_LENGTH = 6;
const field = (id) => document.getElementById(id);
const whole = (input) => Math.max(0, parseInt(input.value, 10) || 0);

function set(input, amount) {
  input.value = amount > 0 ? String(amount) : "";
}

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) {
    const input = field(step.dataset.for);
    set(input, whole(input) + Number(step.dataset.step));
    return;
  }
  const preset = event.target.closest("[data-lines]");
  if (preset) {
    event.preventDefault();
    for (const line of preset.dataset.lines.split(" ").filter(Boolean)) {
      const at = line.lastIndexOf("=");
      const input = document.getElementById(`give-${line.slice(0, at)}`);
      if (input) set(input, Number(line.slice(at + 1)));
    }
    field("done").focus({ preventScroll: true });
  }
});

// A scanner types wherever the focus is: its letters belong to the card field, and its Enter never saves.
const TYPED_INTO = "input:not([type=radio], [type=checkbox]), select, textarea";
document.addEventListener("keydown", (event) => {
  const letter = event.key.length === 1 && /[0-9A-Za-z]/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (letter && !event.target.closest(TYPED_INTO)) field("card").focus();
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.altKey && /^[1-9]$/.test(event.key)) {
    const preset = document.querySelectorAll("[data-lines]")[Number(event.key) - 1];
    if (preset) { event.preventDefault(); preset.click(); }
  }
  if (event.key === "Enter" && event.target.id === "card") { // a scanner ends with Enter: look, do not save
    event.preventDefault();
    scanned(event.target);
  }
});

document.addEventListener("input", (event) => {
  if (event.target.id === "card" && event.target.value.replace(/[\s-]/g, "").length >= CARD_LENGTH) scanned(event.target);
});

document.addEventListener("change", (event) => {
  if (event.target.id === "card") scanned(event.target);
});

// A page may stand open for hours: the visit's time is taken when it is first touched, in the steps the server keeps. It is the
// server's time at rendering plus what has passed since: a device's own clock may be wrong by years.
const STEP_MS = 15 * 60 * 1000;
let touched = false;
let rendered = performance.now();
function freshen(event) {
  const form = event.target.closest?.("#window");
  if (touched || !form) return;
  touched = true;
  const now = Number(field("frame").dataset.now) + performance.now() - rendered;
  const at = new Date(Math.floor(now / STEP_MS) * STEP_MS).toISOString().replace(/\.\d+/, "");
  if (at !== form.elements.at.value) quieten(); // the time that stands in the bar is not this visit's any more
  form.elements.at.value = at;
}
for (const kind of ["click", "input", "keydown"]) document.addEventListener(kind, freshen, { capture: true });

let looked = "";
function scanned(input) {
  if (input.value !== looked) { looked = input.value; input.dispatchEvent(new Event("scanned", { bubbles: true })); }
}

function tell(text) {
  const state = field("state");
  if (state) { state.textContent = text; state.classList.add("loud"); }
}

function quieten() {
  const state = field("state");
  if (state) { state.textContent = ""; state.classList.remove("loud"); }
}

const KEPT = 20; // saved lines that can still be undone from this page
function keepEarlier() { // the bar shows the newest line; the ones before it go to the list below
  const [newest, ...older] = field("saved").children;
  if (newest) for (const line of older.reverse()) field("earlier").prepend(line);
  for (const line of [...field("earlier").children].slice(KEPT - 1)) line.remove();
  field("earlier").parentElement.hidden = !field("earlier").children.length;
}

document.addEventListener("htmx:before:request", () => { field("problem").textContent = ""; });
document.addEventListener("htmx:error", () => tell(document.querySelector("[data-not-sent]").dataset.notSent));
// A saved visit comes back as its line and a new id: then the window starts again with nobody and nothing.
function startAgain() {
  const frame = field("frame");
  if (!("saved" in frame.dataset)) return; // refused, or only a card was looked at: what was tapped stays, and so do id and time
  delete frame.dataset.saved;
  touched = false;
  rendered = performance.now();
  looked = "";
  for (const input of document.querySelectorAll("#window input:not([type=hidden]), #window select")) {
    if (input.type === "radio") input.checked = input.value === "1" || input.value === "said";
    else if (input.type === "checkbox") input.checked = false;
    else if (input.tagName === "SELECT") input.selectedIndex = Math.max(0, [...input.options].findIndex((one) => one.defaultSelected));
    else input.value = "";
  }
  for (const open of document.querySelectorAll("#window details[open]")) open.open = false;
  document.querySelector("#window > .refusal")?.remove();
  field("card-says").textContent = "";
  field("card-says").className = "";
}

document.addEventListener("htmx:after:swap", () => {
  quieten();
  startAgain();
  keepEarlier();
  document.querySelector("#window > .refusal")?.scrollIntoView({ block: "center" });
});
document.documentElement.classList.add("js");
