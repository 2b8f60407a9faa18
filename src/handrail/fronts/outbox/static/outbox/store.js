// What outlives the page, in IndexedDB: the device's key and pack (`own`), and the sealed acts (`acts`, by running number).
// A write is done when it is on the disk, not when it is on its way there.

const NAME = "outbox";
const VERSION = 1;
const SURE = { durability: "strict" };

let opened;

export function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("own");
      asked.result.createObjectStore("acts", { keyPath: "seq" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close(); // a newer page wants to change the tables
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function within(mode, work) {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction(["own", "acts"], mode, SURE);
    const answer = { value: undefined };
    transaction.oncomplete = () => done(answer.value);
    transaction.onabort = transaction.onerror = () => failed(transaction.error ?? new DOMException("aborted", "AbortError"));
    work(transaction.objectStore("own"), transaction.objectStore("acts"), answer);
  });
}

const take = (request, answer) => { request.onsuccess = () => { answer.value = request.result; }; };

export const get = (key) => within("readonly", (own, acts, answer) => take(own.get(key), answer));
export const put = (key, value) => within("readwrite", (own) => own.put(value, key));
export const rows = () => within("readonly", (own, acts, answer) => take(acts.getAll(), answer));

// The next running number: from 1, never used twice.
export async function nextSeq() {
  return ((await get("seq")) ?? 0) + 1;
}

// Keep a sealed act and its running number, both or neither; false when another tab has taken the number meanwhile.
export function keep(row, clock) {
  return within("readwrite", (own, acts, answer) => {
    const asked = own.get("seq");
    asked.onsuccess = () => {
      answer.value = row.seq > (asked.result ?? 0);
      if (!answer.value) return;
      own.put(row.seq, "seq");
      own.put(clock, "clock");
      acts.add(row);
    };
  });
}

// Keep an act that had to wait in memory because the disk was full.
export function rescue(row) {
  return within("readwrite", (own, acts) => {
    const asked = own.get("seq");
    asked.onsuccess = () => {
      own.put(Math.max(row.seq, asked.result ?? 0), "seq");
      acts.put(row);
    };
  });
}

// Keep a shift's seal, or let go of some: what another tab keeps meanwhile stays.
export function changeSeals(more, spent) {
  return within("readwrite", (own) => {
    const asked = own.get("seals");
    asked.onsuccess = () => {
      const seals = { ...asked.result, ...more };
      for (const id of spent) delete seals[id];
      own.put(seals, "seals");
    };
  });
}

// What an answer changed: rows whose standing is another, and the running numbers of those to forget.
export function change(changed, forgotten) {
  return within("readwrite", (own, acts) => {
    for (const seq of forgotten) acts.delete(seq);
    for (const row of changed) {
      const asked = acts.get(row.seq);
      asked.onsuccess = () => { if (asked.result) acts.put({ ...asked.result, ...row }); };
    }
  });
}

// The sealed texts of these running numbers.
export async function sealed(seqs) {
  return within("readonly", (own, acts, answer) => {
    answer.value = {};
    for (const seq of seqs) {
      const asked = acts.get(seq);
      asked.onsuccess = () => { if (asked.result) answer.value[asked.result.id] = asked.result.sealed; };
    }
  });
}
