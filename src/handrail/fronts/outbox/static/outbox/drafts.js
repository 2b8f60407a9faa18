// Whose draft is whose. A draft lives in memory only; under a lock it stays with the shift that began it, and no other sees it.

import { empty } from "./acts.js";
import * as shift from "./shift.js";

const UNDER_LOCK = "locked"; // what is recorded without an unlock starts with nobody's draft

export function drafts(screen) {
  const kept = new Map();
  let owner = null;
  return {
    // Put the screen's draft away, and bring out the one of whoever is here now.
    turn() {
      const next = shift.isLocked() ? UNDER_LOCK : shift.active();
      if (next === owner) return;
      if (owner !== null) kept.set(owner, screen.read());
      owner = next;
      screen.fill(kept.get(owner) ?? empty());
      kept.delete(owner);
    },
    // Whether anybody's draft holds something: then the page is not loaded anew.
    any: () => [screen.read(), ...kept.values()].some((draft) => !screen.isEmpty(draft)),
  };
}
