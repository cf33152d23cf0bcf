// While work on the model runs: fetch how far it is, and show the whole page anew when it has ended.
const EVERY = 1500;

async function look() {
  const shown = document.querySelector("#kerja");
  if (shown?.dataset.state !== "running") return;
  try {
    const answer = await fetch("/model/kerja", { headers: { accept: "text/html" } });
    if (answer.ok) {
      const piece = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#kerja");
      if (piece.dataset.state !== "running") return location.reload();
      shown.replaceChildren(...piece.childNodes);
    }
  } catch {
    // No answer now: the next look may get one.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
