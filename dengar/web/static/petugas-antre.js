// What an officer did and the server does not have yet: kept in IndexedDB, sent in order, by pages and the worker alike.
"use strict";

self.dengarOutbox = (() => {
  const told = new BroadcastChannel("dengar-petugas");
  const SLOWEST_MS = 120000;

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("dengar-petugas", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("actions", { keyPath: "order", autoIncrement: true });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function work(mode, run) {
    const data = await open();
    try {
      return await new Promise((resolve, reject) => {
        const change = data.transaction("actions", mode);
        const asked = run(change.objectStore("actions"));
        change.oncomplete = () => resolve(asked?.result);
        change.onerror = change.onabort = () => reject(change.error);
      });
    } finally {
      data.close();
      if (mode === "readwrite") told.postMessage("changed");
    }
  }

  const all = () => work("readonly", (rows) => rows.getAll());
  const add = (row) => work("readwrite", (rows) => rows.add({ ...row, state: "waits" }));
  const drop = (order) => work("readwrite", (rows) => rows.delete(order));

  // Those that were made of the same sight of the report go on from what it is now: their own step before is no surprise.
  function move(row, version, change) {
    return work("readwrite", (rows) => {
      change(rows);
      rows.openCursor().onsuccess = ({ target }) => {
        const cursor = target.result;
        if (!cursor) return;
        const one = cursor.value;
        if (one.number === row.number && one.order !== row.order && one.version === row.version) {
          cursor.update({ ...one, version });
        }
        cursor.continue();
      };
    });
  }

  const insist = (row) => move(row, row.now, (rows) => rows.put({ ...row, version: row.now, state: "waits" }));

  async function post(row) {
    const form = new FormData();
    const fields = { do: row.deed, catatan: row.note, unit: row.unit, versi: row.version, tindakan: row.action, oleh: row.who };
    for (const [name, value] of Object.entries(fields)) form.append(name, value ?? "");
    for (const photo of row.photos) form.append("foto", new Blob([photo.data], { type: photo.type }), photo.name);
    const asks = { method: "POST", body: form, redirect: "error", signal: AbortSignal.timeout(SLOWEST_MS) };
    try {
      const answer = await fetch(`/api/petugas/${encodeURIComponent(row.number)}`, asks);
      if (answer.status === 401) return { later: "signin" };
      if (answer.status === 429 || answer.status >= 500) return { later: "busy" };
      const body = await answer.json();
      return answer.ok ? { version: body.version } : { says: body.error, changes: body.changes ?? [], now: body.version };
    } catch {
      return { later: "offline" };
    }
  }

  async function run() {
    for (;;) {
      const rows = await all();
      const held = new Set(rows.filter((row) => row.state === "asks").map((row) => row.number));
      const next = rows.find((row) => row.state === "waits" && !held.has(row.number));
      if (!next) return "sent";
      const answer = await post(next);
      if (answer.later) return answer.later;
      if (answer.says) await work("readwrite", (rows) => rows.put({ ...next, ...answer, now: answer.now ?? next.version, state: "asks" }));
      else await move(next, answer.version, (rows) => rows.delete(next.order));
    }
  }

  // One sender at a time; where a browser has no locks, the server still carries out every action once.
  const send = () => (navigator.locks ? navigator.locks.request("dengar-petugas", run) : run());

  return { all, add, drop, insist, send, told };
})();
