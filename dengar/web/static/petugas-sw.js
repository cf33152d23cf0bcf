// Keeps the list and the tasks that were seen last, and sends what waits when the signal is back. KEEP is set by the server.
"use strict";
importScripts(KEEP.find((address) => address.includes("petugas-antre.js")));

const SHELL = `dengar-kulit ${KEEP.join()}`, PAGES = "dengar-halaman", PHOTOS = "dengar-foto";
const PATIENCE_MS = 6000, MOST_PHOTOS = 80, MOST_PAGES = 120;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(KEEP)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const mine = new Set([SHELL, PAGES, PHOTOS]);
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith("dengar-") && !mine.has(name)) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(tidy());
});

addEventListener("sync", (event) => event.waitUntil(dengarOutbox.send()));

addEventListener("fetch", (event) => {
  const { pathname, origin, searchParams } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const isTask = pathname.startsWith("/petugas/") && !pathname.includes(".");
  if ((pathname === "/petugas" && !searchParams.has("unit")) || isTask) event.respondWith(givePage(event, pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(giveKept(SHELL, event.request));
  else if (pathname.startsWith("/foto/")) event.respondWith(giveKept(PHOTOS, event.request, MOST_PHOTOS));
});

async function givePage(event, path) {
  const fresh = fetchPage(event.request, path);
  event.waitUntil(fresh.catch(() => {}));
  const pages = await caches.open(PAGES);
  const kept = await pages.match(path, { ignoreVary: true });
  if (!kept) return fresh.catch(() => giveList(pages));
  const late = new Promise((_, reject) => { setTimeout(reject, PATIENCE_MS); });
  return Promise.race([fresh, late]).catch(() => markOld(kept));
}

// A task that the telephone never saw cannot be opened without a signal: the list is shown instead.
async function giveList(pages) {
  const list = await pages.match("/petugas", { ignoreVary: true });
  return list ? markOld(list) : Response.error();
}

async function fetchPage(request, path) {
  const answer = await fetch(request);
  const pages = await caches.open(PAGES);
  if (answer.type === "opaqueredirect" || answer.redirected) await Promise.all([PAGES, PHOTOS].map((name) => caches.delete(name)));
  else if (answer.ok) await keep(pages, path, await stamp(answer.clone()), MOST_PAGES);
  else if (answer.status < 500) await pages.delete(path);
  return answer;
}

async function stamp(answer) {
  const headers = { "content-type": answer.headers.get("content-type"), "x-seen": new Date().toISOString() };
  for (const name of ["content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy"]) {
    if (answer.headers.has(name)) headers[name] = answer.headers.get(name);
  }
  return new Response(await answer.blob(), { headers });
}

// The page itself says that it is not what the server would say now.
async function markOld(kept) {
  const text = await kept.text();
  const told = text.replace('id="luring" hidden', `id="luring" data-at="${kept.headers.get("x-seen")}"`);
  return new Response(told, { headers: kept.headers });
}

async function giveKept(name, request, most) {
  const cache = await caches.open(name);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await keep(cache, request, answer.clone(), most);
  return answer;
}

async function keep(cache, key, answer, most = Infinity) {
  await cache.put(key, answer);
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(old);
}
