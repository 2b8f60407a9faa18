// Where a law limits, the line counts along with what is typed as returned. Without this script it states the rule.
"use strict";

const limited = () => {
  const line = document.getElementById("limit");
  const shown = line?.querySelector("[data-limit]");
  if (!shown) return;
  const back = ["back-said", "back-counted"].reduce((sum, id) => sum + (parseInt(document.getElementById(id)?.value, 10) || 0), 0);
  shown.textContent = String(back * Number(line.dataset.each) + Number(line.dataset.plus));
};
for (const kind of ["input", "htmx:after:swap"]) document.addEventListener(kind, limited);
limited();
