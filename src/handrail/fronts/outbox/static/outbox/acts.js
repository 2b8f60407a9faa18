// What a screen shows, made into the body of an act; and how a saved act reads as one line. Plain data.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"; // no I L O U Z
const WEIGHTS = [2, 3, 4, 5, 6, 1];
const NEVER_ISSUED = "000000";
const HEARD_AS = { O: "0", I: "1", L: "1" };
export const VISIT = "window.visit";
export const TALLY = "window.tally";
const STARTS = { [VISIT]: "window", [TALLY]: "tally" }; // the channel of an act that names none
export const NALOXONE = "naloxone"; // the catalogue's category: given in its own part, so that doses are counted once

// A card's code as it is printed, from what was typed or scanned; null for what is none.
export function card(typed) {
  const code = typed.replace(/[\s-]/g, "").toUpperCase().replace(/[OIL]/g, (one) => HEARD_AS[one]);
  if (code.length !== WEIGHTS.length || code === NEVER_ISSUED) return null;
  const places = [...code].map((one) => ALPHABET.indexOf(one));
  const sum = places.reduce((total, place, n) => total + place * WEIGHTS[n], 0);
  return places.includes(-1) || sum % ALPHABET.length ? null : code;
}

// An empty window, or an empty tally: {people, card, amounts: {item: n}, lots: {item: id}, by, back: {…}, asked: [items], care: [kinds]}.
export function empty() {
  return { people: 1, card: "", amounts: {}, lots: {}, by: "said", back: {}, asked: [], care: [] };
}

// The body of `window.visit`. `items` is the pack's list, `where` says where it happened.
export function visit(draft, items, where = {}) {
  const told = { served_for: draft.people, ...parts(draft, items), ...where };
  return draft.card ? { ...told, card: draft.card } : told;
}

// The body of `window.tally`: one record of so many people.
export function tally(draft, items, where = {}) {
  return { people: draft.people, ...parts(draft, items), ...where };
}

// The channel of an act of this kind, recorded here: ours where it is of that kind, else the kind's own. `channels` is the pack's list.
export function channelOf(here, kind, channels) {
  const ours = channels.find((one) => one.name === here.channel && one.kind === kind);
  return ours ?? channels.find((one) => one.name === STARTS[kind]);
}

// What a body says of where it happened; nothing where it goes without saying.
export function where(here, kind, channels) {
  const { name, asks } = channelOf(here, kind, channels);
  const told = name === STARTS[kind] ? {} : { channel: name };
  if (here.stop && asks.includes("stop")) told.stop = here.stop;
  if (here.stock && asks.includes("from")) told.from = here.stock;
  return told;
}

export function isEmpty(draft) {
  return !Object.values(draft.amounts).some(Boolean) && !returned(draft).length && !draft.asked.length && !draft.care?.length;
}

// A container that was weighed needs both its weights, the full one the heavier: the server would hold anything else.
export function isHalfWeighed({ by, back }) {
  const weighed = by === "weight" && (back.gross > 0 || back.tare > 0);
  return weighed && !(back.gross >= back.tare && back.tare > 0);
}

function parts(draft, items) {
  const category = Object.fromEntries(items.map((one) => [one.code, one.category]));
  const kits = Object.fromEntries(items.filter((one) => one.kit).map((one) => [one.code, one.kit])); // the version that is packed now
  const lines = Object.entries(draft.amounts).filter(([item, amount]) => amount > 0 && category[item]);
  const told = {};
  const given = lines.filter(([item]) => category[item] !== NALOXONE).map((one) => line(one, draft.lots, kits));
  const naloxone = lines.filter(([item]) => category[item] === NALOXONE).map((one) => line(one, draft.lots));
  if (given.length) told.given = given;
  if (naloxone.length) told.naloxone = naloxone;
  if (returned(draft).length) told.returned = returned(draft);
  if (draft.asked.length) told.asked_for = [...draft.asked];
  if (draft.care?.length) told.care = Object.fromEntries(draft.care.map((kind) => [kind, 1]));
  return told;
}

// A draft's lot reads `id` where it was read off the box, `id:assumed` where it was not.
function line([item, amount], lots, kits = {}) {
  if (kits[item]) return { item, amount, kit: kits[item] };
  const [lot, assumed] = (lots[item] ?? "").split(":");
  return lot ? { item, amount, lot, lot_basis: assumed ? "assumed" : "known" } : { item, amount };
}

// The draft's lot of what a place offers.
export function lotOf(offer) {
  return offer ? (offer.basis === "known" ? offer.lot : `${offer.lot}:${offer.basis}`) : "";
}

// The lots of a draft that were read off a box which is not the open one, [item, lot] each.
export function opened(lots, offers) {
  return Object.entries(lots).filter(([item, lot]) => lot && !lot.includes(":") && lotOf(offers[item]) !== lot);
}

function returned({ by, back }) {
  if (by === "said" && back.said > 0) return [{ method: "said", amount: back.said }];
  if (by === "container" && back.bin && back.fill > 0) return [{ method: "container", item: back.bin, fill_percent: back.fill }];
  if (by === "weight" && back.gross > 0 && back.tare > 0) return [{ method: "weight", gross_g: back.gross, tare_g: back.tare }];
  if (by === "counted" && back.pack && back.counted > 0) return [{ method: "counted", item: back.pack, amount: back.counted }];
  return [];
}

// The frame every act has: envelope version 1.
export function envelope({ id, kind, at, body, pack, shift, seq }) {
  return { v: 1, id, kind, kind_version: 1, site: pack.site.id, at, worker: shift, device: pack.device.id, device_seq: seq, body };
}

// One spelling: sorted keys, no spaces.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

// A saved act as one line. `words` are the page's; `names` the items' by code.
export function said(body, names, words) {
  const told = [...(body.given ?? []), ...(body.naloxone ?? [])].map((one) => `${one.amount} × ${names[one.item]}`);
  for (const one of body.returned ?? []) told.push(backAs(one, words));
  for (const kind of Object.keys(body.care ?? {})) told.push(words[`care_${kind}`]);
  if (body.asked_for) told.push(fill(words.asked, { n: body.asked_for.length }));
  if (body.people) told.unshift(fill(words.people, { n: body.people }));
  return told.join(" + ");
}

function backAs(one, words) {
  if (one.method === "said") return fill(words.back_said, { n: one.amount });
  if (one.method === "counted") return fill(words.back_counted, { n: one.amount });
  if (one.method === "container") return fill(words.back_container, { n: one.fill_percent });
  return fill(words.back_weight, { n: one.gross_g - one.tare_g });
}

// Put values into a sentence: {n}.
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
