// Labelling at the speed of the fingers: the next message is claimed and fetched while this one is read.
const KEYS_OFF = "dengar-tanpa-pintasan";
const problem = document.querySelector("#masalah");
const keysOn = document.querySelector("#pintasan");
let upcoming = null; // a promise of the next message's HTML
let sending = Promise.resolve(); // answers go one after the other
let isTurning = false; // between two messages no key counts

const stage = () => document.querySelector("#tugas");

async function post(address, values) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(values) });
  if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

function place(html) {
  const pieces = new DOMParser().parseFromString(html, "text/html").querySelectorAll("#kemajuan, #tugas");
  for (const piece of pieces) document.getElementById(piece.id).replaceWith(piece);
}

function fetchNext(beside) {
  const values = { jenis: stage().dataset.kind, selain: beside.filter(Boolean).join(",") };
  upcoming = sending.then(() => post("/model/label/berikut", values));
  upcoming.catch(() => {});
}

async function goOn(form, submitter) {
  const before = stage().outerHTML;
  const left = stage().dataset.post;
  const values = new FormData(form, submitter);
  values.set("cepat", "1");
  problem.hidden = true;
  const sent = sending.then(() => post(form.getAttribute("action"), values));
  sending = sent.catch(() => {});
  sent.then(place, () => fail(before));
  isTurning = true;
  try {
    place(await upcoming);
  } catch {
    return location.assign(`/model/label?jenis=${values.get("jenis")}`);
  } finally {
    isTurning = false;
  }
  stage().focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
  if (stage().dataset.post) fetchNext([left, stage().dataset.post]);
}

function fail(before) {
  const waiting = stage().outerHTML;
  place(before);
  upcoming = Promise.resolve(waiting);
  problem.hidden = false;
}

async function undo(form) {
  isTurning = true;
  await sending;
  const again = stage().outerHTML;
  const values = new FormData(document.querySelector("#urung") ?? form);
  values.set("cepat", "1");
  try {
    place(await post("/model/label/urung", values));
  } catch {
    return location.assign("/model/label");
  } finally {
    isTurning = false;
  }
  upcoming = Promise.resolve(again);
  stage().focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!["jawab", "lewati", "urung"].includes(form.id)) return;
  event.preventDefault();
  if (isTurning) return;
  if (form.id === "urung") undo(form);
  else goOn(form, event.submitter);
});

function keyOf(event) {
  const { key } = event;
  if (key.length > 1 || !event.getModifierState("CapsLock")) return key;
  return event.shiftKey ? key.toUpperCase() : key.toLowerCase();
}

document.addEventListener("keydown", (event) => {
  if (!keysOn.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(keyOf(event))}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.type === "checkbox") document.querySelector("#juga").open = true;
  wanted.click();
});

keysOn.checked = localStorage.getItem(KEYS_OFF) === null;
keysOn.addEventListener("change", () => {
  if (keysOn.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
});

if (stage().dataset.post) fetchNext([stage().dataset.post]);
