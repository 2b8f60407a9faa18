// The sample table with no network: the number on a bag, the picture of a strip, what was told. The list lives in memory until a lock.

import * as outbox from "./outbox.js";
import { $, copy, show, words } from "./page.js";
import * as shift from "./shift.js";

const BENCH = /^[A-Z]\d{3,4}$/;
const PANEL = "fentanyl";
const GRAVEST = ["one-line", "faint-line", "two-lines", "no-control"];
const form = $("sample-form");
let pending = false;

// Where an intake stands in this page: tests by sample, so that what is told names what it is about.
const tests = new Map();

export function start() {
  form.addEventListener("submit", done);
  $("brought").addEventListener("click", tap);
  shift.onChange(() => { if (shift.isLocked()) $("brought").replaceChildren(); });
}

export function offer() {
  $("samples-link").hidden = !outbox.ours()?.samples;
}

export const hasDrafts = () => $("sample-bench").value.trim() !== "";

// A bag's number as it is printed, from what was typed or scanned; null for what is none.
export function number(typed) {
  const text = (typed.match(/^\s*kit:[^:]*:(.*)$/i)?.[1] ?? typed).replace(/[\s-]/g, "").toUpperCase();
  return BENCH.test(text) ? `${text[0]}-${Number(text.slice(1))}` : null;
}

async function done(event) {
  event.preventDefault();
  if (pending) return;
  const bench = number($("sample-bench").value);
  const wrong = !shift.active() ? words.shift_first : bench ? "" : words.bench_wrong;
  show($("sample-problem"), wrong);
  if (wrong) return;
  await once(async () => {
    const saved = await outbox.record("drugchecking.intake", intake(bench), shift.active());
    form.reset();
    $("brought").prepend(line(bench, saved));
  });
}

function intake(bench) {
  const told = { bench };
  const expected = [...form.querySelectorAll('[name="expected"]:checked')].map((one) => one.value);
  if (form.elements.kind.value) told.kind = form.elements.kind.value;
  if (form.elements.overdose.value) told.overdose = form.elements.overdose.value;
  if (expected.length) told.expected = expected;
  return told;
}

function line(bench, saved) {
  const made = copy("one-brought");
  made.dataset.act = saved.id;
  made.querySelector("bdi").textContent = bench;
  made.querySelector("h2 span").textContent = saved.sure ? words.saved : words.memory;
  return made;
}

async function tap(event) {
  const made = event.target.closest("li");
  const picture = event.target.closest("[data-picture]");
  if (!made || pending) return;
  if (picture) await once(() => seen(made, picture));
  else if (event.target.closest(".told")) await once(() => tell(made));
}

async function seen(made, picture) {
  const box = outbox.ours()?.samples?.strips ?? {};
  const body = { sample: made.dataset.act, method: "strip", panel: PANEL, picture: picture.dataset.picture, ...box };
  const saved = await outbox.record("drugchecking.test", body, shift.active());
  const all = [...(tests.get(made.dataset.act) ?? []), { id: saved.id, picture: picture.dataset.picture }];
  tests.set(made.dataset.act, all);
  const gravest = GRAVEST.find((one) => all.some((test) => test.picture === one)); // a later strip takes no warning away
  show(made.querySelector(".reads"), outbox.ours()?.samples?.reads?.[gravest] ?? "");
  made.querySelector(".told").hidden = false;
}

async function tell(made) {
  const about = (tests.get(made.dataset.act) ?? []).map((one) => one.id);
  await outbox.record("drugchecking.tell", { sample: made.dataset.act, how: "person", tests: about }, shift.active());
  made.querySelector(".told").hidden = true;
  made.querySelector("h2 span").textContent = words.told_person;
}

async function once(act) {
  pending = true;
  try {
    await act();
  } finally {
    pending = false;
  }
}
