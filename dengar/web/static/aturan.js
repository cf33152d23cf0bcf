// The editor of the rules: numbered lines, and a jump to the line that a mistake names.
"use strict";

const area = document.getElementById("aturan");
const gutter = document.querySelector("[data-gutter]");

function number() {
  const count = area.value.split("\n").length;
  gutter.textContent = Array.from({ length: count }, (_, place) => place + 1).join("\n");
  gutter.scrollTop = area.scrollTop;
}

area.addEventListener("input", number);
area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });

for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const lines = area.value.split("\n");
    const place = Number(link.dataset.line) - 1;
    const start = lines.slice(0, place).reduce((sum, line) => sum + line.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + lines[place].length);
    area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, place - 5);
  });
}

addEventListener("beforeunload", (event) => { if (area.value !== area.defaultValue && !area.form.dataset.sent) event.preventDefault(); });
area.form.addEventListener("submit", () => { area.form.dataset.sent = "yes"; });
number();
