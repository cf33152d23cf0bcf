// The flood page keeps itself up to date: it asks for itself now and then, and takes over what changed.
"use strict";

const told = document.querySelector("[data-live]");
const line = told.querySelector("[role=status]");
const clock = () => document.querySelector("#keadaan").dataset.at;
let tag = "";

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = answer.headers.get("etag");
    if (fresh && fresh === tag) return;
    tag = fresh ?? "";
    takeOver(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#keadaan"));
    line.textContent = told.dataset.fresh.replace("{at}", clock());
    told.classList.remove("broken");
  } catch {
    line.textContent = told.dataset.failed.replace("{at}", clock());
    told.classList.add("broken");
  }
}

// What somebody opened stays open, and where the keyboard is it stays.
function takeOver(fresh) {
  const old = document.querySelector("#keadaan");
  if (!fresh || old.contains(document.activeElement)) return;
  const open = new Set([...old.querySelectorAll("details[open] > summary")].map((one) => one.firstChild.textContent));
  for (const one of fresh.querySelectorAll("details > summary")) {
    one.parentElement.open = open.has(one.firstChild.textContent);
  }
  old.replaceWith(fresh);
}

setInterval(renew, Number(told.dataset.every) * 1000);
document.addEventListener("visibilitychange", renew);
