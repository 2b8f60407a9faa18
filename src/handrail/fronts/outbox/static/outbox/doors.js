// The doors: letting the device in, opening a shift, unlocking.

import * as outbox from "./outbox.js";
import { pad } from "./pad.js";
import * as passkey from "./passkey.js";
import { $, say, show, waitFor, words } from "./page.js";
import * as place from "./place.js";
import * as shift from "./shift.js";

let go;
let opened = ""; // the shift that waits for its PIN
let first = ""; // the PIN typed once

export function start(goTo) {
  go = goTo;
  $("enrol-again").addEventListener("click", () => enrol());
  $("open-form").addEventListener("submit", open);
  $("with-passkey").hidden = !passkey.isUsable();
  $("passkey").addEventListener("click", openByPasskey);
  $("another-shift").addEventListener("click", () => go("open"));
  pad("choose", choose);
  const keys = pad("unlock", unlock);
  shift.onChange(keys.clear);
  shift.onChange(ask);
  setInterval(() => { if (shift.wait() && !$("unlock").hidden) tellWait(); }, 1_000);
}

let token = "";

// The token stands in the address's fragment: it goes to no server by itself, and is taken out of the address at once.
export async function enrol() {
  token = new URLSearchParams(location.hash.slice(1)).get("token") ?? (/^#[\w-]{16,}$/.test(location.hash) ? location.hash.slice(1) : token);
  history.replaceState(null, "", "/app/");
  if (!token) return show($("enrol-says"), words.enrol_cut);
  show($("enrol-says"), words.enrolling);
  const refused = await outbox.enrol(token);
  const ended = refused?.code === "enrol-ended"; // asked again it would be refused again
  $("enrol-again").hidden = !refused || ended;
  if (refused) return show($("enrol-says"), ended ? words.enrol_ended : refused.say ? say("refused", refused) : words.no_answer);
  token = "";
  show($("enrol-says"), words.enrolled);
  navigator.storage?.persist?.();
  go("open");
}

async function open(event) {
  event.preventDefault();
  const told = { handle: $("handle").value.trim(), password: $("password").value, code: $("code").value.trim() };
  await opening(() => shift.open(told));
}

async function openByPasskey() {
  await opening(async () => {
    try {
      const told = await passkey.prove();
      return told?.passkey ? await shift.open(told) : { refused: told ?? {} };
    } catch (wrong) {
      if (wrong instanceof DOMException) return { refused: { say: words.no_passkey } };
      throw wrong;
    }
  });
}

// While an answer is on its way, one tap counts.
async function opening(work) {
  const buttons = $("open-form").querySelectorAll("button");
  for (const one of buttons) one.disabled = true;
  try {
    tellOpened(await work());
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

function tellOpened({ shift: id, refused }) {
  show($("open-problem"), refused ? (refused.say ? refused.say : words.no_answer) : "");
  $("open-problem").className = refused ? "refusal" : "";
  if (refused) return;
  $("open-form").reset();
  opened = id;
  first = "";
  ask();
}

// The screen asks for a sign-in, or for the PIN of the shift that was just opened.
function ask() {
  $("open-form").hidden = Boolean(opened);
  $("choose-pin").hidden = !opened;
}

async function choose(pin) {
  if (!shift.isPinForm(pin)) return show($("choose-says"), words.pin_form);
  if (!first) { first = pin; return show($("choose-says"), words.pin_again); }
  const same = pin === first;
  first = "";
  if (!same) return show($("choose-says"), words.pin_differs);
  if (!(await shift.choosePin(opened, pin))) return show($("choose-says"), words.pin_taken);
  opened = "";
  ask();
  show($("choose-says"), words.pin_form);
  go(place.isStart() ? "window" : "place"); // where the shift before was may not be where this one is
}

async function unlock(pin) {
  if (shift.wait()) return tellWait();
  if (await shift.unlock(pin)) { show($("unlock-says"), ""); return go("window"); }
  if (shift.wait()) tellWait();
  else show($("unlock-says"), words.pin_wrong);
}

function tellWait() {
  show($("unlock-says"), `${words.pin_wrong} ${say("pin_wait", { age: waitFor(shift.wait()) })}`);
}
