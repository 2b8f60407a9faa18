// Where we are: the channel, the stop, out of whose stock. Chosen once, shown on every screen, kept by the device until it is changed.

import * as acts from "./acts.js";
import * as outbox from "./outbox.js";
import { $, copy, show, words } from "./page.js";
import * as shift from "./shift.js";
import * as store from "./store.js";

const START = { channel: "window", stop: "", stock: "", since: null };
const STEP_MINUTES = 15;
const MOST_MINUTES = 24 * 60;
const form = $("place-form");
const watchers = [];
let here = START;

export const onChange = (watcher) => watchers.push(watcher);
const BEFORE_A_PACK = [
  { name: "window", kind: acts.VISIT, asks: ["card", "served_for", "returned"] }, { name: "tally", kind: acts.TALLY, asks: ["returned"] },
]; // a pack that an older server gave knows no channels
const channels = () => outbox.ours()?.channels ?? BEFORE_A_PACK;
const standing = () => outbox.ours()?.stops?.find((one) => one.id === here.stop);

// Whether the channel we are in asks this; `kind` is the act that a screen makes.
export const asks = (fact, kind = acts.VISIT) => acts.channelOf(here, kind, channels()).asks.includes(fact);
export const isTallied = () => acts.channelOf(here, acts.TALLY, channels()).name === here.channel;
export const isStart = () => here.channel === START.channel && !here.stop && !here.stock;
const chosen = () => channels().find((one) => one.name === form.elements.channel.value) ?? channels()[0];

// What is given out of here, by item, {lot, basis}: the open box, else the lot assumed; a box that was opened on this device comes first.
export const offers = () => ({ ...outbox.ours()?.offers?.[here.stock], ...here.boxes?.[here.stock] });

// Lots that were read off a box and are not those of the open one: each is a box that was opened now.
export async function openBoxes(lots) {
  for (const [item, lot] of acts.opened(lots, offers())) {
    await outbox.record("supplies.open_box", { item, lot, ...(here.stock ? { account: here.stock } : {}) }, shift.active());
    const boxes = { ...here.boxes?.[here.stock], [item]: { lot, basis: "known" } };
    keep({ ...here, boxes: { ...here.boxes, [here.stock]: boxes } });
  }
}

// What a body says of where it happened.
export const where = (kind) => acts.where(here, kind, channels());

export async function start(goTo) {
  here = { ...START, ...(await store.get("place")) };
  form.addEventListener("submit", async (event) => { event.preventDefault(); await choose(); goTo(isTallied() ? "rush" : "window"); });
  form.addEventListener("change", narrow);
  $("leave-stop").addEventListener("click", async () => { await leave(); keep({ ...here, stop: "", since: null }); offer(); });
}

// What can be chosen follows the pack. A stop or a stock that ended is let go.
let shown = "";
export function offer() {
  const pack = outbox.ours();
  if (!pack?.channels) return;
  if (shown !== pack.mark) {
    shown = pack.mark;
    $("channels").replaceChildren(...pack.channels.filter(({ name }) => name !== "tally").map(pill));
    $("at-stop").replaceChildren(new Option(words.no_stop, ""), ...pack.stops.map((one) => new Option(`${one.route} · ${one.name} (${one.area})`, one.id)));
    $("at-stock").replaceChildren(new Option(words.the_shelf, ""), ...pack.stock.map((one) => new Option(one.name, one.id)));
  }
  form.elements.channel.value = here.channel;
  $("at-stop").value = here.stop;
  $("at-stock").value = here.stock;
  narrow();
  tell();
}

function pill({ name }) {
  const made = copy("channel");
  made.querySelector("input").value = name;
  made.querySelector("span").textContent = words[`channel_${name}`];
  return made;
}

function narrow() {
  const asked = chosen().asks;
  $("stop-field").hidden = !asked.includes("stop") || !outbox.ours()?.stops.length;
  $("stock-field").hidden = !asked.includes("from") || !outbox.ours()?.stock.length;
}

async function choose() {
  const asked = chosen().asks;
  const next = {
    channel: form.elements.channel.value,
    stop: asked.includes("stop") ? $("at-stop").value : "",
    stock: asked.includes("from") ? $("at-stock").value : "",
  };
  if (next.stop !== here.stop) await leave();
  keep({ ...here, ...next, since: next.stop === here.stop ? here.since : outbox.serverTime() });
}

// The stop closes: for how long it was open is recorded, to a quarter of an hour. Where the time is not known, nothing is made up.
async function leave() {
  const now = outbox.serverTime();
  if (!here.stop || !shift.active() || now === null || here.since === null) return;
  const quarters = Math.max(1, Math.round((now - here.since) / 60_000 / STEP_MINUTES));
  await outbox.record("encounters.stand", { stop: here.stop, minutes: Math.min(MOST_MINUTES, quarters * STEP_MINUTES) }, shift.active());
}

function keep(next) {
  here = next;
  store.put("place", here).catch(() => {}); // no room: as long as the page lives
  tell();
}

function tell() {
  const stock = outbox.ours()?.stock?.find((one) => one.id === here.stock);
  const said = [words[`channel_${here.channel}`], standing()?.name, stock?.name].filter(Boolean).join(" · ");
  for (const one of document.querySelectorAll(".place-says")) show(one, said);
  $("leave-stop").hidden = !here.stop;
  for (const part of document.querySelectorAll("[data-asked]")) part.hidden = !asks(part.dataset.asked, part.closest("#rush") ? acts.TALLY : acts.VISIT);
  for (const watcher of watchers) watcher();
}
