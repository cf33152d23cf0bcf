// The page of a report: it looks now and then whether something changed, copies and shares.
"use strict";

const EVERY_SECONDS = 30;
const LONGEST_SECONDS = 300;

const follow = document.querySelector("[data-follow]");
if (follow) watch(follow, Number(follow.dataset.every) || EVERY_SECONDS);
equip(document);

function watch(box, every) {
  let wait = every;
  const again = () => setTimeout(look, wait * 1000);
  const look = async () => {
    if (document.hidden) { document.addEventListener("visibilitychange", look, { once: true }); return; }
    try {
      const answer = await fetch(box.dataset.follow, { signal: AbortSignal.timeout(15000) });
      if (!answer.ok) throw new Error(answer.statusText);
      const now = await answer.json();
      wait = every;
      if (String(now.version) !== box.dataset.version) await renew(box, now);
    } catch {
      wait = Math.min(wait * 2, LONGEST_SECONDS); // a server in need is not asked more often
    }
    again();
  };
  again();
}

async function renew(box, now) {
  if (!box.querySelector("[data-report]")) { location.reload(); return; }
  if (box.querySelector("[data-answer]")?.contains(document.activeElement) || isTyped(box)) {
    box.querySelector("[data-stale]").hidden = false;
  } else {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-report]");
    if (!fresh) { location.reload(); return; }
    box.querySelector("[data-report]").replaceWith(fresh);
    equip(fresh);
  }
  box.dataset.version = now.version;
  box.querySelector("[data-live]").textContent = box.dataset.changed.replace("{state}", now.state_name);
}

function isTyped(box) {
  return [...box.querySelectorAll("textarea")].some((one) => one.value !== one.defaultValue)
    || [...box.querySelectorAll("input[type=radio]")].some((one) => one.checked !== one.defaultChecked);
}

function equip(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => copy(button, button.dataset.copy));
  }
  for (const button of root.querySelectorAll("[data-share]")) {
    button.hidden = !navigator.share && !navigator.clipboard;
    button.addEventListener("click", async () => {
      if (!navigator.share) { copy(button, button.dataset.share); return; }
      try {
        await navigator.share({ title: button.dataset.title, url: button.dataset.share });
      } catch (error) {
        if (error.name !== "AbortError") copy(button, button.dataset.share);
      }
    });
  }
}

async function copy(button, text) {
  const before = button.textContent;
  await navigator.clipboard.writeText(text);
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = before; }, 3000);
}
