// A slider says where it stands, and the address keeps the question: it can be sent to a colleague. Without this script the button asks.
"use strict";

document.addEventListener("input", (event) => {
  const said = document.querySelector(`output[for="${event.target.id}"]`);
  if (said) said.value = event.target.value;
  const form = event.target.closest("form");
  if (form) history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`);
});
