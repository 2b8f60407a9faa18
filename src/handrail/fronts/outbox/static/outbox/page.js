// Small helpers of every screen: elements by id, the page's words, ages in words.

import { fill } from "./acts.js";

export const $ = (id) => document.getElementById(id);
export const words = JSON.parse($("words").textContent);
export const say = (name, values = {}) => fill(words[name], values);

const MINUTE = 60_000;

export function age(ms) {
  if (!(ms >= 0)) return words.age_unknown;
  if (ms < MINUTE) return words.just_now;
  if (ms < 120 * MINUTE) return say("minutes", { n: Math.floor(ms / MINUTE) });
  if (ms < 48 * 60 * MINUTE) return say("hours", { n: Math.floor(ms / MINUTE / 60) });
  return say("days", { n: Math.floor(ms / MINUTE / 60 / 24) });
}

export const waitFor = (ms) => (ms < 2 * MINUTE ? say("seconds", { n: Math.ceil(ms / 1000) }) : age(ms));

// A copy of a <template>'s first element.
export const copy = (id) => $(id).content.firstElementChild.cloneNode(true);

export function show(element, text) {
  element.hidden = !text;
  if (element.textContent !== text) element.textContent = text;
}

// A whole number from a field: null for an empty one, NaN for what is none.
export function whole(input) {
  const typed = input.value.trim();
  if (!typed && input.validity.valid) return null;
  const number = Number(typed);
  return input.validity.badInput || !/^\d{1,6}$/.test(typed) || number > 100_000 ? NaN : number;
}
