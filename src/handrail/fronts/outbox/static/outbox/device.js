// This device: what it holds, how safe that is, and the way out for what no network will fetch.

import * as outbox from "./outbox.js";
import { $, say, show, words } from "./page.js";
import * as shift from "./shift.js";

const MEGABYTE = 1_000_000;

export function start() {
  $("export").addEventListener("click", save);
  $("close-shift").addEventListener("click", close);
  outbox.onChange(() => { if (!$("device").hidden) facts(); });
}

export async function facts() {
  const pack = outbox.ours();
  const told = outbox.told();
  const kept = await navigator.storage?.persisted?.();
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const at = told.now === null ? words.age_unknown : new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: pack.site.zone }).format(told.now);
  const lines = [
    ["f_device", pack.device.label], ["f_site", pack.site.name], ["f_time", at], ["f_unsent", told.unsent], ["f_kept", told.kept],
    ["f_storage", kept ? words.f_persisted : words.f_not_persisted], ["f_room", say("mb", { n: Math.max(0, Math.floor((quota - usage) / MEGABYTE)) })],
  ];
  $("facts").replaceChildren(...lines.map(([name, value]) => {
    const made = document.createElement("div");
    made.append(Object.assign(document.createElement("dt"), { textContent: words[name] }), Object.assign(document.createElement("dd"), { textContent: value }));
    return made;
  }));
}

// With no network no shift can be opened here, and with none nothing can be recorded: it is said once, then done.
let warned = false;
function close() {
  const alone = outbox.told().net !== "online" && !warned;
  show($("device-says"), alone ? words.close_offline : "");
  warned = alone;
  if (!alone) shift.close();
}

async function save() {
  if (!outbox.told().unsent) return show($("device-says"), words.nothing_unsent);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await outbox.exported());
  link.download = `outbox-${outbox.ours().device.id.slice(0, 8)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
