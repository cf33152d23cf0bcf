// The report form: photos with previews, made smaller before they are sent; a draft; what others reported already.
// Everything here is comfort: without this file the same form is sent as it is.
"use strict";

const MOST_PHOTOS = 5;
const LONGEST_SIDE = 1600;
const SMALL_BYTES = 600_000;
const HEAD_BYTES = 256 * 1024; // EXIF stands at the beginning
const DRAFT = "dengar-draf";
const DRAFT_DAYS = 7;
const KEPT = ["text", "lokasi", "kategori"]; // never who they are
const QUIET_MS = 1200;
const ENOUGH_LETTERS = 12;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class ReportForm {
  constructor(form) {
    this.form = form;
    this.said = form.dataset;
    for (const name of ["told", "draft", "previews", "offer", "alike", "cards", "chosen", "other", "undo", "live", "card"]) {
      this[name] = form.querySelector(`[data-${name}]`);
    }
    this.fields = form.elements;
    this.picker = form.querySelector("[data-picker]");
    this.send = form.querySelector("button[type=submit]");
    this.label = this.send.textContent;
    this.photos = [];
    this.asked = ""; // what was last looked for among the open reports
    form.noValidate = true;
    this.fields.foto.addEventListener("change", () => this.addPhotos([...this.fields.foto.files]));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    form.addEventListener("input", () => { this.keepDraft(); this.lookSoon(); });
    form.addEventListener("change", () => this.lookSoon());
    form.addEventListener("picker:change", () => this.lookSoon());
    this.other.addEventListener("click", () => this.decline());
    this.undo.addEventListener("click", () => { this.join(""); this.asked = ""; this.lookSoon(); });
    this.draft.querySelector("button").addEventListener("click", () => this.forgetDraft());
    this.offer.querySelector("[data-yes]").addEventListener("click", () => this.usePhotoPlace(true));
    this.offer.querySelector("[data-no]").addEventListener("click", () => this.usePhotoPlace(false));
    addEventListener("offline", () => this.tell(this.said.offline));
    addEventListener("online", () => this.tell(""));
    this.restoreDraft();
  }

  // Photos

  async addPhotos(files) {
    this.fields.foto.value = ""; // they are sent from our own list
    this.wrong("foto", "");
    for (const file of files) {
      if (this.photos.length >= MOST_PHOTOS) { this.wrong("foto", this.previews.dataset.most); break; }
      try {
        await this.addPhoto(file);
      } catch {
        const isHeic = /hei[cf]/i.test(file.type + file.name);
        this.wrong("foto", isHeic ? this.previews.dataset.heic : this.previews.dataset.unreadable);
      }
    }
    this.drawPreviews();
  }

  async addPhoto(file) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const preview = paint(picture, 240);
    const isSmall = file.size <= SMALL_BYTES && Math.max(picture.width, picture.height) <= LONGEST_SIDE && file.type === "image/jpeg";
    const blob = isSmall ? file : await new Promise((done) => { paint(picture, LONGEST_SIDE).toBlob(done, "image/jpeg", 0.85); });
    picture.close();
    this.photos.push({ blob: blob && blob.size < file.size ? blob : file, name: file.name.replace(/\.\w+$/, "") + ".jpg", preview });
    if (file.type === "image/jpeg") this.readPlace(file);
  }

  drawPreviews() {
    this.previews.hidden = !this.photos.length;
    this.previews.replaceChildren(...this.photos.map((photo, place) => {
      const item = document.createElement("li");
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", fill(this.previews.dataset.remove, { n: place + 1 }));
      remove.addEventListener("click", () => { this.photos.splice(place, 1); this.drawPreviews(); this.fields.foto.focus(); });
      item.append(photo.preview, remove);
      return item;
    }));
  }

  // A photo's place is read by the server out of its first bytes; making it smaller takes the EXIF away.
  async readPlace(file) {
    const answer = await ask("/api/lapor/foto", file.slice(0, HEAD_BYTES), { "content-type": file.type });
    if (!answer || this.spot) return;
    const when = answer.taken ? fill(this.offer.dataset.when, { when: answer.taken }) : "";
    if (answer.lat === null) {
      if (answer.is_outside) this.showOffer(this.offer.dataset.outside, when, false);
      return;
    }
    this.spot = { lat: answer.lat, lon: answer.lon };
    this.showOffer(fill(this.offer.dataset.taken, { where: answer.where }), when, true);
  }

  showOffer(where, when, isChoice) {
    this.offer.querySelector("[data-where]").textContent = where;
    this.offer.querySelector("[data-time]").textContent = when;
    this.offer.querySelector("[data-choice]").hidden = !isChoice;
    this.offer.hidden = false;
  }

  usePhotoPlace(isWanted) {
    this.offer.hidden = true;
    this.fields.tempat_foto.value = isWanted ? "ya" : "tidak";
    if (isWanted) this.picker?.dispatchEvent(new CustomEvent("picker:set", { detail: this.spot }));
  }

  // Drafts

  keepDraft() {
    const typed = Object.fromEntries(KEPT.map((name) => [name, this.fields[name].value]));
    store(() => {
      if (typed.text.trim()) localStorage.setItem(DRAFT, JSON.stringify({ typed, at: Date.now() }));
      else localStorage.removeItem(DRAFT);
    });
  }

  restoreDraft() {
    store(() => {
      const draft = JSON.parse(localStorage.getItem(DRAFT) ?? "null");
      if (!draft || this.fields.text.value || this.fields.laporan.value) return;
      if (Date.now() - draft.at > DRAFT_DAYS * 86_400_000) { localStorage.removeItem(DRAFT); return; }
      for (const name of KEPT) this.fields[name].value = draft.typed[name] ?? "";
      this.draft.hidden = false;
      this.lookSoon();
    });
  }

  forgetDraft() {
    store(() => localStorage.removeItem(DRAFT));
    for (const name of KEPT) this.fields[name].value = "";
    this.draft.hidden = true;
    this.fields.text.focus();
  }

  // What others reported already

  lookSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), QUIET_MS);
  }

  question() {
    const { text, lokasi, lat, lon, kategori } = this.fields;
    const isEnough = text.value.trim().length >= ENOUGH_LETTERS && (lokasi.value.trim() || lat.value || text.value.length > 40);
    return isEnough && !this.fields.laporan.value
      ? JSON.stringify({ text: text.value, lokasi: lokasi.value, lat: lat.value, lon: lon.value, kategori: kategori.value }) : "";
  }

  async look(milliseconds = 10_000) {
    const question = this.question();
    if (!question || question === this.asked) return;
    const answer = await ask("/api/lapor/serupa", question, { "content-type": "application/json" }, milliseconds);
    if (!answer || question !== this.question()) return;
    this.asked = question;
    this.fields.periksa.value = "0";
    const declined = this.fields.bukan.value.split(" ");
    this.show(answer.laporan.filter((one) => !declined.includes(one.number)));
  }

  show(reports) {
    this.alike.hidden = !reports.length;
    this.numbers = reports.map((one) => one.number);
    this.cards.replaceChildren(...reports.map((report) => this.makeCard(report)));
  }

  makeCard(report) {
    const card = this.card.content.cloneNode(true).firstElementChild;
    const put = (name, text) => { card.querySelector(`[data-${name}]`).textContent = text; };
    put("state", report.state_name);
    card.classList.add(`edge-${report.tone}`);
    card.querySelector("[data-state]").classList.add(report.tone);
    put("said", report.said);
    put("title", report.title);
    put("category", report.category_name);
    put("place", report.place);
    put("voices", fill(card.querySelector("[data-voices]").dataset.voices, { n: report.voices }));
    put("why", report.why.join(", "));
    card.querySelector("[data-title]").href = report.url;
    card.querySelector("[data-same]").addEventListener("click", () => this.join(report.number));
    return card;
  }

  join(number) {
    this.fields.laporan.value = number;
    this.alike.hidden = true;
    this.chosen.hidden = !number;
    const words = this.chosen.querySelector("[data-words]");
    words.textContent = number ? fill(words.dataset.words, { number }) : "";
    this.live.textContent = words.textContent;
    if (number && this.isSending) this.submit();
    else if (number) this.send.focus();
  }

  decline() {
    this.fields.bukan.value = [...new Set([...this.fields.bukan.value.split(" "), ...this.numbers])].filter(Boolean).join(" ");
    this.alike.hidden = true;
    if (this.isSending) this.submit();
    else this.send.focus();
  }

  // Sending

  async submit() {
    for (const name of ["text", "foto", "lokasi"]) this.wrong(name, "");
    if (!/\p{L}.*\p{L}.*\p{L}.*\p{L}/su.test(this.fields.text.value)) {
      this.refuse("text", this.fields.text.dataset.empty);
      return;
    }
    this.busy(true);
    await this.look(4000);
    if (!this.alike.hidden) { // one question before it goes out
      this.busy(false);
      this.isSending = true;
      this.alike.querySelector("h3").focus();
      return;
    }
    await this.deliver();
    this.busy(false);
  }

  async deliver() {
    const { lat, lon, lokasi, tempat_foto: choice } = this.fields;
    if (this.spot && !choice.value && !lat.value && !lokasi.value.trim()) [lat.value, lon.value] = [this.spot.lat, this.spot.lon];
    const body = new FormData(this.form);
    body.set("periksa", "0");
    body.delete("foto");
    for (const photo of this.photos) body.append("foto", photo.blob, photo.name);
    const size = this.photos.reduce((sum, photo) => sum + photo.blob.size, 0);
    if (size > Number(this.said.limit) * 0.98) { this.refuse("foto", this.said.large); return; }
    let answer;
    try {
      answer = await fetch(this.form.action, { method: "POST", body, headers: { accept: "application/json" } });
    } catch {
      this.tell(navigator.onLine ? this.said.failed : this.said.offline);
      return;
    }
    await this.receive(answer);
  }

  async receive(answer) {
    const told = await answer.json().catch(() => ({}));
    if (answer.ok && told.url) {
      store(() => localStorage.removeItem(DRAFT));
      location.assign(told.url);
    } else if (told.field && this.fields[told.field]) this.refuse(told.field, told.error);
    else this.tell({ 429: this.said.hasty, 413: this.said.large }[answer.status] ?? told.error ?? this.said.failed);
  }

  busy(isBusy) {
    this.send.disabled = isBusy;
    this.send.textContent = isBusy ? this.said.sending : this.label;
  }

  tell(text) {
    this.told.hidden = !text;
    this.told.textContent = text;
    if (text && this.send.disabled) this.told.focus();
  }

  wrong(name, text) {
    const place = this.form.querySelector(`[data-wrong=${name}]`);
    const field = this.fields[name];
    place.hidden = !text;
    place.textContent = text;
    field.toggleAttribute("aria-invalid", false);
    if (!text) return;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", place.id);
  }

  refuse(name, text) {
    this.wrong(name, text);
    this.fields[name].focus();
  }
}

function paint(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; // JPEG knows no transparency
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function ask(address, body, headers, milliseconds = 15_000) {
  try {
    const answer = await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(milliseconds) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // a question that cannot be asked keeps nobody from reporting
  }
}

function store(work) {
  try { work(); } catch { /* a browser that keeps nothing is no reason to stop */ }
}

for (const form of document.querySelectorAll("[data-lapor]")) new ReportForm(form);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
