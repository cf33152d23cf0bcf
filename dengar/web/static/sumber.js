// Shows how far background work is: while some runs, that part of the page is fetched anew.
const SECONDS = 3;

async function refresh() {
  const part = document.getElementById("pekerjaan");
  if (!part || !("running" in part.dataset) || document.hidden) return;
  const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("pekerjaan");
  if (fresh) part.replaceWith(fresh);
}

setInterval(() => refresh().catch(() => undefined), SECONDS * 1000);
