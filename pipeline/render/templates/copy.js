// --- copied text carries its labels ---

// So many letters are a name or a figure to look up; more is a text that goes on. A Han character counts as three.
const LONGEST_QUOTE = 80;
const lengthOf = (text) => text.replace(/[\u3400-\u9fff]/g, "zzz").length;

document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection.rangeCount || (event.target.closest && event.target.closest("input, textarea"))) return;
  const range = selection.getRangeAt(0);
  const pieces = draftIn(range);
  if (pieces.reduce((length, piece) => length + lengthOf(piece.text), 0) <= LONGEST_QUOTE) return;
  const ancestor = range.commonAncestorContainer;
  const inside = (ancestor.closest ? ancestor : ancestor.parentElement).closest("article.draft");
  const texts = inside ? pieces : [{ lang: "", text: selection.toString() }];
  const languages = [...new Set(pieces.map((piece) => piece.lang))];
  const missing = (labels) => labels.filter((label) => !texts.some((piece) => piece.text.includes(label.text)));
  const whole = [...missing(labelsOf("header", languages)), ...texts, ...missing(labelsOf("footer", languages))];
  event.clipboardData.setData("text/plain", whole.map((piece) => piece.text).join("\n\n"));
  event.clipboardData.setData("text/html", asHtml(whole));
  event.preventDefault();
});

// What a range holds of the draft's text, one piece a title or paragraph, without the marks that lead elsewhere.
function draftIn(range) {
  const part = range.cloneContents();
  const ancestor = range.commonAncestorContainer;
  const cell = (ancestor.closest ? ancestor : ancestor.parentElement).closest(".cell");
  part.querySelectorAll("sup, .vh, button, .gap").forEach((element) => element.remove());
  const found = cell ? [[cell, part]] : [...part.querySelectorAll(".cell")].map((one) => [one, one]);
  return found.map(([{ lang }, { textContent }]) => ({ lang, text: textContent.trim() })).filter((piece) => piece.text);
}

function labelsOf(place, languages) {
  const shown = document.querySelectorAll(place === "header" ?
    "header.labels strong, header.labels .recorded span:nth-of-type(-n+2)" : "footer.labels p");
  return [...shown].map((label) => ({ lang: label.lang || "en", text: label.textContent.trim() }))
    .filter((label) => languages.includes(label.lang));
}

function asHtml(pieces) {
  const box = document.createElement("div");
  for (const piece of pieces) {
    for (const text of piece.text.split(/\n+/)) {
      const paragraph = box.appendChild(document.createElement("p"));
      paragraph.lang = piece.lang;
      paragraph.textContent = text;
    }
  }
  return box.innerHTML;
}
