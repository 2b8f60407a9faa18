// The screen locks when nobody touches it. What was typed stays under the lock for the one whose shift it is; the house locks too,
// so that no other page of this session reads on.
const cover = document.getElementById("lock");
const form = cover.querySelector("form");
const [pin, shift] = ["pin", "shift"].map((name) => form.querySelector(`[name=${name}]`));
const says = form.querySelector("[role=alert]");
const idle = Number(cover.dataset.idle) * 1000;
const others = new BroadcastChannel("desk");
let touched = Date.now();

const under = () => [...document.body.children].filter((one) => one !== cover && one.tagName !== "SCRIPT");

function hide() {
  if (!cover.hidden) return;
  for (const one of under()) one.hidden = true;
  cover.hidden = false;
  pin.focus();
}

function show() {
  touched = Date.now();
  for (const one of under()) one.hidden = false;
  cover.hidden = true;
  says.replaceChildren();
}

function send(path, body) {
  return fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
}

function lock() {
  if (!cover.hidden) return;
  hide();
  send(cover.dataset.lock, new FormData(form)).catch(() => {});  // out of reach: the house locks by its own clock
  others.postMessage({ locked: true });
}

function look() {
  if (cover.hidden && Date.now() - touched >= idle) lock();
}

const tokens = () => document.querySelectorAll("[name=csrfmiddlewaretoken]");
const renew = (token) => { for (const one of tokens()) one.value = token; };
const tell = () => others.postMessage({ worker: cover.dataset.worker, shift: shift.value, token: tokens()[0].value });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = new FormData(form);
  pin.value = "";
  try {
    const answer = await send(form.action, told);
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.say);
    renew(said.token);
    tell();
    show();
  } catch (wrong) {
    if (wrong instanceof TypeError || wrong instanceof SyntaxError) { location.assign("/desk/unlock"); return; }
    const shown = document.createElement("p");
    shown.className = "refusal";
    shown.textContent = wrong.message;
    says.replaceChildren(shown);
    pin.focus();
  }
});

others.addEventListener("message", ({ data }) => {
  if (data.locked) hide();
  else if (data.worker === cover.dataset.worker) {
    renew(data.token);
    shift.value = data.shift;
    show();
  } else location.replace("/desk/");  // somebody else unlocked: nothing of this page is theirs
});

for (const touch of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(touch, () => { look(); if (cover.hidden) touched = Date.now(); }, { capture: true, passive: true });
}
document.addEventListener("visibilitychange", look);
setInterval(look, 1000);
tell();
