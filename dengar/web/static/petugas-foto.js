// A photo for a slow line: smaller, with what its camera wrote about time, place and making.
"use strict";

self.dengarPhoto = (() => {
  const LONGEST = 1600, QUALITY = 0.85, SMALL = 700000, LARGEST = 9000000;
  // EXIF and XMP, Content Credentials, Photoshop's block, comments: the proof is examined by what they say.
  const TOLD = new Set([0xe1, 0xeb, 0xed, 0xfe]);
  const isJpeg = (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8;
  const words = (bytes, from, length) => String.fromCharCode(...bytes.subarray(from, from + length));

  function segments(bytes) {
    const found = [];
    for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda;) {
      const length = 2 + bytes[at + 2] * 256 + bytes[at + 3];
      found.push({ kind: bytes[at + 1], bytes: bytes.slice(at, at + length) });
      at += length;
    }
    return found;
  }

  // The canvas has turned the picture upright, so the EXIF must not have it turned once more.
  function setUpright(segment) {
    if (words(segment, 4, 4) !== "Exif") return;
    const view = new DataView(segment.buffer, 10);
    const little = view.getUint16(0) === 0x4949;
    const first = view.getUint32(4, little);
    for (let entry = 0; entry < view.getUint16(first, little); entry += 1) {
      const at = first + 2 + entry * 12;
      if (view.getUint16(at, little) === 0x0112) view.setUint16(at + 8, 1, little);
    }
  }

  function graft(original, small) {
    const kept = segments(original).filter(
      (one) => TOLD.has(one.kind) && !words(one.bytes, 4, 40).includes("xmp/extension"),
    );
    for (const one of kept) {
      try { setUpright(one.bytes); } catch { /* an EXIF that cannot be read stays as it is */ }
    }
    const head = small[3] === 0xe0 ? 4 + small[4] * 256 + small[5] : 2;
    return new Blob([small.subarray(0, head), ...kept.map((one) => one.bytes), small.subarray(head)]).arrayBuffer();
  }

  async function paint(file) {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    return new Uint8Array(await blob.arrayBuffer());
  }

  // Give { name, type, data }; a photo that this browser cannot paint is sent as it is, and the server says what it thinks.
  async function shrink(file) {
    const data = await file.arrayBuffer();
    const bytes = new Uint8Array(data);
    const asItIs = { name: file.name || "foto", type: file.type, data };
    const isKnown = isJpeg(bytes) ? file.size <= SMALL : /png|webp/.test(file.type) && file.size <= LARGEST / 5;
    if (isKnown) return asItIs;
    try {
      const small = await paint(file);
      const joined = isJpeg(bytes) ? await graft(bytes, small) : small.buffer;
      return joined.byteLength < data.byteLength ? { name: "foto.jpg", type: "image/jpeg", data: joined } : asItIs;
    } catch {
      return asItIs;
    }
  }

  return { shrink };
})();
