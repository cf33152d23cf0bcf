// Comforts on top of forms that work without them: the device's place, no double sending, no stale form key.
"use strict";

for (const box of document.querySelectorAll("[data-locate]")) {
  if (!navigator.geolocation) break;
  const told = box.querySelector("[role=status]");
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => {
    told.textContent = told.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        box.querySelector("[name=lat]").value = coords.latitude.toFixed(6);
        box.querySelector("[name=lon]").value = coords.longitude.toFixed(6);
        told.textContent = told.dataset.found.replace("{m}", Math.round(coords.accuracy));
      },
      () => { told.textContent = told.dataset.failed; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button.main");
    button.disabled = true;
    button.textContent = form.dataset.busy;
  });
}

addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
