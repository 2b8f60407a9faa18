// The app: which screen is shown, and when an update goes in.

import * as bar from "./bar.js";
import * as board from "./board.js";
import * as device from "./device.js";
import * as doors from "./doors.js";
import * as floor from "./floor.js";
import * as outbox from "./outbox.js";
import * as overdose from "./overdose.js";
import { $, show, words } from "./page.js";
import * as place from "./place.js";
import * as rush from "./rush.js";
import * as samples from "./samples.js";
import * as shift from "./shift.js";
import * as visit from "./window.js";

const SCREENS = ["enrol", "open", "unlock", "window", "rush", "samples", "floor", "overdose", "place", "device"];
const IN_USE = ["window", "rush", "samples", "floor", "overdose", "place", "device", "unlock", "open"];

// Where one may be now: a device that is let in, with a shift; the rest is behind a door.
function allowed(wanted) {
  if (!outbox.isEnrolled()) return "enrol";
  if (wanted === "overdose") return wanted; // needs no shift: nobody signs in while somebody does not breathe
  if (!shift.isOpen() || wanted === "open") return "open";
  if (wanted === "unlock" && !shift.isLocked()) return "window";
  return IN_USE.includes(wanted) ? wanted : shift.isLocked() ? "unlock" : isBoard() ? "floor" : "window";
}

const isBoard = () => outbox.ours()?.device.kind === "floor-board";

const wish = () => location.hash.slice(2); // "#/window": no element goes by that name, so nothing scrolls

function go(wanted) {
  const here = allowed(wanted);
  if (here !== "enrol" && wish() !== here) history.replaceState(null, "", `#/${here}`);
  for (const name of SCREENS) $(name).hidden = name !== here;
  for (const link of $("nav").querySelectorAll("[data-to]")) {
    if (link.dataset.to === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("nav").hidden = !shift.isOpen();
  $("lock-now").hidden = shift.isLocked();
  $("unlock-link").hidden = !shift.isLocked();
  if (document.body.dataset.here !== here) scrollTo(0, 0);
  document.body.dataset.here = here;
  if (here !== "window") visit.closeCamera();
  if (here === "device") device.facts();
  $("overdose-now").hidden = here === "enrol" || here === "overdose";
  floor.want(here === "floor" || here === "overdose" || isBoard());
  board.draw();
  overdose.draw();
  offer();
}

function offer() {
  const pack = outbox.ours();
  if (!pack) return;
  $("floor-link").hidden = !pack.floor && !isBoard();
  $("where").textContent = `${pack.site.name} · ${pack.device.label}`;
  visit.offer();
  rush.offer();
  samples.offer();
  place.offer();
}

// --- Updates: never under someone's hands, never at the cost of what is not sent ---

let waiting = null;
let takingOver = false;

async function keepAnApp() {
  const registered = await navigator.serviceWorker.register("/app/sw.js", { scope: "/app/", updateViaCache: "none" });
  const ready = () => { if (registered.waiting && registered.active) offerUpdate(registered.waiting); };
  registered.addEventListener("updatefound", () => registered.installing?.addEventListener("statechange", ready));
  ready();
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (takingOver) location.reload(); });
  setInterval(() => registered.update().catch(() => {}), 30 * 60_000);
}

function offerUpdate(worker) {
  waiting = worker;
  $("update").hidden = false;
  show($("device-says"), words.update_waits);
  if (shift.isLocked()) takeOver();
}

function takeOver() {
  if (!waiting || takingOver || visit.hasDrafts() || rush.hasDrafts() || samples.hasDrafts() || outbox.told().aside) return;
  takingOver = true;
  waiting.postMessage("take over");
}

async function start() {
  bar.start();
  doors.start(go);
  visit.start();
  rush.start();
  samples.start();
  device.start();
  await outbox.start();
  await shift.start();
  await place.start((wanted) => { location.hash = `#/${wanted}`; });
  board.start();
  overdose.start();
  await floor.start();
  offer();
  visit.turn();
  shift.onChange(() => { go(shift.isLocked() ? "unlock" : wish()); if (shift.isLocked()) takeOver(); });
  outbox.onChange(offer);
  addEventListener("hashchange", () => go(wish()));
  $("lock-now").addEventListener("click", () => shift.lock());
  $("update").addEventListener("click", takeOver);
  const arriving = location.pathname.endsWith("/enrol") && location.hash.length > 1;
  go(arriving ? "enrol" : wish());
  if ("serviceWorker" in navigator) keepAnApp().catch(() => {});
  if (arriving && !outbox.isEnrolled()) doors.enrol();
  bar.tell(outbox.told());
  navigator.storage?.persist?.();
  outbox.flush();
}

start();
