// A PIN pad. What is typed lives in this closure and in no field: no browser offers to keep it.

import { $ } from "./page.js";

const LONGEST = 6;

export function pad(name, entered) {
  const box = document.querySelector(`[data-pad="${name}"]`);
  const dots = box.querySelector(".dots");
  let typed = "";

  function type(next) {
    typed = next.slice(0, LONGEST);
    dots.textContent = "•".repeat(typed.length) || "\u00a0";
  }

  function enter() {
    const pin = typed;
    type("");
    if (pin) entered(pin);
  }

  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("digit" in button.dataset) type(typed + button.dataset.digit);
    else if ("back" in button.dataset) type(typed.slice(0, -1));
    else enter();
  });
  document.addEventListener("keydown", (event) => {
    if (box.closest("[hidden]") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^\d$/.test(event.key)) type(typed + event.key);
    else if (event.key === "Backspace") type(typed.slice(0, -1));
    else if (event.key === "Enter" && !event.target.closest("a, button")) enter();
  });
  return { clear: () => type("") };
}
