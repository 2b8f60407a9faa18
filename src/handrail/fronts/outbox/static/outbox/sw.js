// Keeps the app for when there is no network. Every file is checked against the digest it is listed with, so that two editions are
// never mixed; an update waits until the page says that it is a good moment. It keeps no answer of the server: only what is listed.

const NAME = `outbox-${KEEP.mark}`;

async function fill() {
  const cache = await caches.open(NAME);
  await Promise.all(Object.entries(KEEP.files).map(async ([url, digest]) => {
    const response = await fetch(url, { cache: "no-store", credentials: "omit" });
    const body = await response.arrayBuffer();
    const told = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", body))));
    if (!response.ok || told !== digest) throw new Error(`${url} is not the file that was listed`);
    await cache.put(url, new Response(body, { headers: response.headers }));
  }));
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("message", (event) => { if (event.data === "take over") self.skipWaiting(); });

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const wanted = event.request.mode === "navigate" ? KEEP.shell : url.pathname;
  if (!(wanted in KEEP.files)) return;
  event.respondWith(caches.open(NAME).then((cache) => cache.match(wanted)).then((kept) => kept ?? fetch(event.request)));
});
