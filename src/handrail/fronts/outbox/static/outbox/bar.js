// The quiet bar: what is not sent and since when, whether this place has a network, and whatever a worker must know.

import * as outbox from "./outbox.js";
import { $, age, say, show, words } from "./page.js";

export function start() {
  outbox.onChange(tell);
  setInterval(() => tell(outbox.told()), 20_000);
  $("send-now").addEventListener("click", () => outbox.flush());
}

export function tell(told) {
  const net = told.net === "online" ? words.online : told.net === "unknown" ? "" : told.net === "stranger" ? words.stranger : words.offline;
  const waits = told.unsent ? say("not_sent", { n: told.unsent, age: age(Date.now() - told.oldest) }) : told.net === "online" ? words.all_sent : "";
  const trouble = told.trouble && told.say ? say("trouble", { say: told.say }) : "";
  show($("net-says"), [told.sending && told.unsent ? words.sending : net, waits, trouble].filter(Boolean).join(" "));
  $("net").hidden = !outbox.isEnrolled();
  $("net").dataset.net = told.net;
  $("send-now").hidden = !told.unsent;
  show($("loud"), told.aside ? say("full", { n: told.aside }) : "");
  const clock = told.now === null ? words.clock_unknown : told.moved ? say("clock_moved", { by: age(Math.abs(told.moved)) }) : "";
  show($("clock-says"), outbox.isEnrolled() ? clock : "");
}
