// The officer's pages: actions go through the outbox, whether there is a signal or not.
"use strict";

const box = document.getElementById("antre");
const words = box.dataset;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
let sendsAs = "sent";

async function flush() {
  sendsAs = await dengarOutbox.send();
  await show();
}

// What waits, what asks for a decision

async function show() {
  const rows = (await dengarOutbox.all()).filter((row) => row.who === words.who);
  const asking = rows.filter((row) => row.state === "asks");
  const waiting = rows.filter((row) => row.state === "waits");
  box.hidden = rows.length === 0;
  const lines = [];
  if (waiting.length) lines.push(waiting.length === 1 ? words.one : fill(words.many, { n: waiting.length }));
  if (asking.length) lines.push(fill(words.asks, { n: asking.length }));
  box.querySelector("[data-count]").textContent = lines.join(" · ");
  box.querySelector("[data-hint]").textContent = waiting.length ? (sendsAs === "signin" ? words.signin : words.kept) : "";
  box.querySelector("[data-items]").replaceChildren(...asking.map(makeAsking));
  for (const place of document.querySelectorAll("[data-number]")) markWaiting(place, rows);
}

function makeAsking(row) {
  const item = box.querySelector("[data-asking]").content.cloneNode(true);
  const part = (name) => item.querySelector(`[data-${name}]`);
  part("what").textContent = `${words[row.deed]}: ${row.title}`;
  part("says").textContent = row.says;
  part("changes").replaceChildren(...row.changes.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  part("note").textContent = row.note;
  part("look").href = `/petugas/${row.number}`;
  part("insist").addEventListener("click", () => dengarOutbox.insist(row).then(flush).then(reload));
  part("drop").addEventListener("click", () => dengarOutbox.drop(row.order).then(flush));
  return item;
}

function markWaiting(place, rows) {
  const mine = rows.filter((row) => row.number === place.dataset.number);
  const line = place.querySelector("[data-waits]");
  line.hidden = mine.length === 0;
  line.textContent = mine.length ? fill(words.pending, { what: mine.map((row) => words[row.deed]).join(", ") }) : "";
  for (const form of place.querySelectorAll("form[data-deed]")) {
    (form.closest("details") ?? form).hidden = mine.some((row) => row.deed === form.dataset.deed);
  }
}

// Sending a form: first it is kept, then it is sent

for (const form of document.querySelectorAll("form[data-deed]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    const label = button.textContent;
    button.disabled = true;
    button.textContent = words.busy;
    take(form).catch(() => sendPlainly(form)).finally(() => {
      button.disabled = false;
      button.textContent = label;
    });
  });
}

async function take(form) {
  const fields = new FormData(form);
  const action = crypto.randomUUID?.() ?? fields.get("tindakan");
  const number = decodeURIComponent(form.getAttribute("action").split("/").at(-1));
  const title = form.dataset.title ?? form.closest("[data-title]")?.dataset.title ?? number;
  const photos = await Promise.all(shotsOf(form).map(dengarPhoto.shrink));
  await dengarOutbox.add({
    action, number, title, photos, who: words.who, deed: form.dataset.deed, at: new Date().toISOString(),
    note: fields.get("catatan") ?? "", unit: fields.get("unit") ?? "", version: Number(fields.get("versi")),
  });
  form.reset();
  shots.delete(form);
  showShots(form);
  form.closest("details")?.removeAttribute("open");
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("kirim")).catch(() => {});
  await flush();
  const rows = await dengarOutbox.all();
  if (!rows.some((row) => row.action === action)) leave(form.dataset.deed, number);
  else box.scrollIntoView({ block: "start" });
}

// Where the browser keeps nothing (a private window, a full telephone) the form goes as a form does.
function sendPlainly(form) {
  if (!navigator.onLine) {
    alert(words.full);
    return;
  }
  const input = form.querySelector("input[type=file]");
  if (input) {
    const files = new DataTransfer();
    for (const file of shotsOf(form)) files.items.add(file);
    input.files = files.files;
  }
  form.submit();
}

function leave(deed, number) {
  if (deed === "selesai" || deed === "alih") location.assign(`/petugas?sudah=${deed}&nomor=${encodeURIComponent(number)}`);
  else if (location.pathname === `/petugas/${number}`) location.reload();
  else location.assign(`/petugas/${number}`);
}

const reload = () => dengarOutbox.all().then((rows) => rows.every((row) => row.who !== words.who) && location.reload());

// Photos: one shot after the other, each with a small picture

const shots = new Map();
const shotsOf = (form) => shots.get(form) ?? [];

for (const input of document.querySelectorAll("form[data-deed] input[type=file]")) {
  input.addEventListener("change", () => {
    shots.set(input.form, [...shotsOf(input.form), ...input.files].slice(0, 5));
    input.value = "";
    showShots(input.form);
  });
}

function showShots(form) {
  const list = form.querySelector("[data-shots]");
  list?.replaceChildren(...shotsOf(form).map((file) => {
    const picture = document.createElement("canvas");
    createImageBitmap(file, { resizeWidth: 320 }).then((small) => {
      [picture.width, picture.height] = [small.width, small.height];
      picture.getContext("2d").drawImage(small, 0, 0);
    }, () => {});
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: list.dataset.remove });
    remove.addEventListener("click", () => {
      shots.set(form, shotsOf(form).filter((one) => one !== file));
      showShots(form);
    });
    const item = document.createElement("li");
    item.append(picture, remove);
    return item;
  }));
}

// How far it is, where the telephone says where it is

const spots = [...document.querySelectorAll("[data-lat]")];
if (spots.length && navigator.geolocation) {
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    for (const spot of spots) spot.textContent = away(coords, Number(spot.dataset.lat), Number(spot.dataset.lon));
  }, () => {}, { maximumAge: 60000, timeout: 10000 });
}

function away({ latitude, longitude }, lat, lon) {
  const north = (lat - latitude) * 110574;
  const east = (lon - longitude) * 111320 * Math.cos((lat * Math.PI) / 180);
  const metres = Math.hypot(north, east);
  const side = Math.round((Math.atan2(east, north) / Math.PI) * 4 + 8) % 8;
  const far = metres < 1000 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} km`;
  return fill(words.away, { far, side: words.sides.split(",")[side] });
}

// Signing out takes everything along, and says so first

document.querySelector('form[action="/keluar"]')?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  signOut(form).catch(() => form.submit());
});

async function signOut(form) {
  if (!navigator.onLine) {
    alert(words.leaveOffline);
    return;
  }
  const rows = await dengarOutbox.all();
  if (rows.length && !confirm(fill(words.leave, { n: rows.length }))) return;
  await forget();
  for (const row of rows) await dengarOutbox.drop(row.order);
  const worker = await navigator.serviceWorker?.getRegistration("/petugas");
  await worker?.unregister();
  form.submit();
}

async function forget() {
  for (const name of ["dengar-halaman", "dengar-foto"]) await caches.delete(name);
}

// Beginning

async function begin() {
  if (words.who !== localStorage.getItem("dengar-petugas")) {
    await forget();
    localStorage.setItem("dengar-petugas", words.who);
  }
  await navigator.serviceWorker.register("/petugas/sw.js", { scope: "/petugas" });
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  await keepTasks();
}

// Read ahead what an officer will open where there is no signal; what did not change is not asked for again.
async function keepTasks() {
  if (!navigator.onLine || navigator.connection?.saveData) return;
  const kept = JSON.parse(localStorage.getItem("dengar-disimpan") ?? "{}");
  const pages = await caches.open("dengar-halaman");
  const seen = {};
  if (!(await pages.match(location.pathname, { ignoreVary: true }))) await fetch(location.pathname).catch(() => {});
  for (const card of [...document.querySelectorAll(".tasks .card")].slice(0, 20)) {
    const address = `/petugas/${card.dataset.number}`;
    const isKept = kept[address] === card.dataset.version && (await pages.match(address, { ignoreVary: true }));
    if (isKept || (await fetch(address, { priority: "low" }).catch(() => null))?.ok) seen[address] = card.dataset.version;
  }
  if (document.querySelector(".tasks")) localStorage.setItem("dengar-disimpan", JSON.stringify(seen));
  document.documentElement.dataset.kept = "ya";
}

const old = document.getElementById("luring");
if (old.dataset.at) {
  const seen = old.querySelector("[data-seen]");
  seen.textContent = fill(seen.dataset.text, { when: new Date(old.dataset.at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short", hourCycle: "h23" }) });
}
document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
dengarOutbox.told.addEventListener("message", show);
addEventListener("online", flush);
setInterval(() => { if (navigator.onLine) dengarOutbox.all().then((rows) => rows.some((row) => row.state === "waits") && flush()); }, 30000);
if (navigator.serviceWorker && window.caches) begin().catch(() => {});
flush();
