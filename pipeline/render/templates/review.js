const page = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// --- open flags ---

const cards = [...document.querySelectorAll(".flag:not([data-severity=info])")];
const waivers = [...document.querySelectorAll("[data-waive]")];
const noteOf = (card) => card.querySelector("[data-waive]").value.trim();
const openCards = () => cards.filter((card) => !noteOf(card));
const blockingCards = () => openCards().filter((card) => card.dataset.severity === "block");
const few = (number, noun) => number + " " + noun + (number === 1 ? "" : "s");
const title = document.title.replace(/^\[\d+ flags?\] /, "");
let current = null;

function markOf(card) {
  const link = card.querySelector(".where a");
  return link && byId(link.hash.slice(1));
}

function hop(step) {
  const open = openCards();
  if (!open.length) return;
  let at = open.indexOf(current);
  if (at < 0) at = nearest(open, step);
  else at = (at + step + open.length) % open.length;
  show(open[at]);
}

// Where a reader who has not hopped yet, or has waived the flag they stood on, goes from here.
function nearest(open, step) {
  if (!current) return step > 0 ? 0 : open.length - 1;
  const after = open.findIndex((card) => cards.indexOf(card) > cards.indexOf(current));
  return step > 0 ? Math.max(after, 0) : (after < 0 ? open.length : after + open.length - 1) % open.length;
}

function show(card) {
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  document.querySelectorAll(".current").forEach((element) => element.classList.remove("current"));
  current = card;
  card.classList.add("current");
  const mark = markOf(card);
  if (mark) mark.classList.add("current");
  card.scrollIntoView({ block: card.offsetHeight < innerHeight / 2 ? "center" : "start" });
  card.focus({ preventScroll: true });
  count();
}

function count() {
  const open = openCards();
  const at = open.indexOf(current);
  if (byId("count")) byId("count").textContent = at < 0 ? few(open.length, "flag") : at + 1 + " of " + open.length;
  document.title = (open.length ? "[" + few(open.length, "flag") + "] " : "") + title;
}

if (byId("next")) {
  byId("next").addEventListener("click", () => hop(1));
  byId("previous").addEventListener("click", () => hop(-1));
}

// --- keys ---

const actions = {
  j: () => hop(1),
  k: () => hop(-1),
  b: () => visit("brief"),
  d: () => visit("decide"),
  "?": () => byId("help").showModal(),
};

function visit(id) {
  location.hash = id;
  byId(id).focus({ preventScroll: true });
}

// A sheet lies over the text: closing it leads back to the figure it is about.
function closeSheet() {
  const sheet = document.querySelector(".note:target");
  if (!sheet) return;
  location.hash = sheet.querySelector(".close").hash;
  const figure = byId(location.hash.slice(1));
  const link = figure && figure.querySelector("a");
  if (link) link.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (byId("help").open) return;
  if (event.key === "Escape") return closeSheet();
  if (!(event.key in actions) || (event.key !== "?" && !byId("keys-on").checked)) return;
  event.preventDefault();
  actions[event.key]();
});
byId("keys-on").checked = kept.get("keys") !== false;
byId("keys-on").addEventListener("change", () => kept.set("keys", byId("keys-on").checked));
if (byId("keys")) byId("keys").addEventListener("click", actions["?"]);

// --- what was typed stays ---

const typed = kept.get(page.id) || {};
for (const area of waivers) {
  area.value = (typed.waivers || {})[area.dataset.waive] ?? area.value;
}
byId("note").value = typed.note || "";
byId("reviewer").value = kept.get("reviewer") || "";

// Another tab may have kept something since: what is not of this tab stays.
function keepMore(changes) {
  kept.set(page.id, { ...kept.get(page.id), ...changes });
}

function keep() {
  const notes = Object.fromEntries(waivers.map((area) => [area.dataset.waive, area.value]));
  keepMore({ waivers: notes, note: byId("note").value });
  kept.set("reviewer", byId("reviewer").value);
}

// --- the decision ---

const approve = document.querySelector("[data-status=approved]");
let offered = null;

function update() {
  keep();
  count();
  for (const card of cards) {
    card.classList.toggle("waived", Boolean(noteOf(card)));
    const entry = document.querySelector('.todo a[href="#' + card.id + '"]');
    if (entry) entry.classList.toggle("waived", Boolean(noteOf(card)));
  }
  const total = document.querySelector(".todo .total");
  if (total) total.textContent = openCards().length;
  const blocking = blockingCards();
  if (approve) {
    approve.disabled = blocking.length > 0;
    const numbers = blocking.map((card) => card.querySelector(".number").textContent).join(", ");
    byId("blocked").textContent = !blocking.length ? "" :
      "Approve waits for " + few(blocking.length, "flag") + " (" + numbers + "): fix the text, or waive with a note. " +
      "须先修改或豁免" + blocking.length + "处。";
  }
  if (offered) offer(offered);
}

function decide(status) {
  const missing = !byId("reviewer").value.trim() ? "reviewer" :
    status === "rejected" && !byId("note").value.trim() ? "note" : null;
  byId("problem").textContent = { reviewer: "Your name is needed. 请填写审核人。",
    note: "A rejection needs a note. 退回须写备注。" }[missing] || "";
  if (missing) return byId(missing).focus();
  const editor = document.querySelector(".editor");
  if (editor) {
    byId("problem").textContent = "A text is being edited: save or cancel it first. 请先保存或取消正在修改的文字。";
    return editor.querySelector("textarea").focus();
  }
  if (page.base) {
    return send("decision", decision(status), () => keepMore({ waivers: {}, note: "" }))
      .then((problem) => { byId("problem").textContent = problem; });
  }
  offer(status);
  byId("offer").focus();
}

function decision(status) {
  const waived = status === "reopened" ? [] : cards.filter(noteOf)
    .map((card) => ({ finding_id: card.dataset.finding, note: noteOf(card) }));
  return {
    status,
    reviewer: byId("reviewer").value.trim(),
    note: byId("note").value.trim(),
    waivers: waived,
    content_sha256: page.content_sha256,
  };
}

function offer(status) {
  offered = status;
  const made = decision(status);
  const ready = made.reviewer && (status !== "rejected" || made.note) && !(status === "approved" && approve.disabled);
  byId("offer").hidden = !ready;
  if (!ready) return;
  byId("copied").textContent = "";
  byId("command").textContent = command(made);
  byId("apply").textContent = "commentary review apply decision.json" + (folder() === "." ? "" : " --out " + quoted(outer()));
  const file = { schema_version: page.schema_version, draft_id: page.id, ...made, at: now() };
  const link = byId("download");
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2) + "\n"], { type: "application/json" }));
}

function command(made) {
  const verb = { approved: "approve", rejected: "reject", reopened: "reopen" }[made.status];
  const words = ["commentary", "review", verb, quoted(folder()), "--reviewer", quoted(made.reviewer),
    "--content", page.content_sha256.slice(0, 16)];
  if (made.note) words.push("--note", quoted(made.note));
  for (const waiver of made.waivers) words.push("--waive", quoted(waiver.finding_id + "=" + waiver.note));
  return words.join(" ");
}

// One word of a POSIX shell. A line end or another control character could act before the command is read.
function quoted(text) {
  return "'" + text.replace(/[\u0000-\u001f\u007f]+/g, " ").replaceAll("'", "'\\''") + "'";
}

function folder() {
  if (location.protocol !== "file:") return ".";
  const path = decodeURIComponent(location.pathname).replace(/\/[^/]*$/, "").replace(/^\/(?=[A-Za-z]:)/, "");
  return !path || /[\u0000-\u001f\u007f]/.test(path) ? "." : path;
}

// The output folder: where `apply` looks for the draft.
function outer() {
  return folder().replace(/[/\\][^/\\]*$/, "") || "/";
}

// The local time with its offset, to the second.
function now() {
  const date = new Date();
  const offset = -date.getTimezoneOffset();
  const two = (number) => String(number).padStart(2, "0");
  const zone = (offset < 0 ? "-" : "+") + two(Math.floor(Math.abs(offset) / 60)) + ":" + two(Math.abs(offset) % 60);
  return new Date(date.getTime() + offset * 60000).toISOString().slice(0, 19) + zone;
}

async function copy() {
  const text = byId("command").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(byId("command"));
    document.execCommand("copy");
  }
  byId("copied").textContent = "Copied. 已复制。";
}

document.querySelectorAll("[data-status]").forEach((button) => {
  button.addEventListener("click", () => decide(button.dataset.status));
});
byId("decision").addEventListener("submit", (event) => event.preventDefault());
for (const area of [...waivers, byId("note"), byId("reviewer")]) area.addEventListener("input", update);
if (byId("copy")) byId("copy").addEventListener("click", copy);
update();

// --- with a server ---

// Sends and, when it is taken, loads the page anew; returns what went wrong, in one line.
async function send(what, body, taken = () => {}) {
  try {
    const reply = await fetch(page.base + "/" + what, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Commentary-Token": page.token },
      body: JSON.stringify(body),
    });
    if (reply.ok) {
      taken();
      location.reload();
      return "";
    }
    const said = await reply.json().catch(() => ({}));
    return said.error || "The server answered " + reply.status + ".";
  } catch {
    return "The server does not answer: is commentary review serve still running?";
  }
}

// What was typed into a text and not saved outlives a reload. `base` is the text it was typed over.
const unsaved = typed.texts || {};

function keepText(name, text) {
  if (text) unsaved[name] = text;
  else delete unsaved[name];
  const texts = { ...(kept.get(page.id) || {}).texts, [name]: text };
  keepMore({ texts });
}

function edit(button) {
  const { language, field } = button.dataset;
  const name = language + " " + field;
  const base = page.texts[language][field];
  const form = document.createElement("form");
  const area = document.createElement("textarea");
  area.value = unsaved[name] ? unsaved[name].text : base;
  area.setAttribute("aria-label", "Text 文字");
  area.lang = button.parentElement.lang;
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.setAttribute("role", "alert");
  if (unsaved[name] && unsaved[name].base !== base) {
    problem.textContent = "The text has changed since you typed this: compare both before you save. 原文已有改动，保存前请比对。";
  }
  const buttons = document.createElement("p");
  buttons.className = "buttons";
  const save = buttons.appendChild(document.createElement("button"));
  save.className = "primary";
  save.textContent = "Save and check 保存并核查";
  const cancel = buttons.appendChild(document.createElement("button"));
  cancel.type = "button";
  cancel.textContent = "Cancel 取消";
  form.className = "editor";
  form.append(area, problem, buttons);
  button.parentElement.classList.add("editing");
  button.after(form);
  const forget = () => keepText(name, undefined);
  const close = () => {
    form.remove();
    button.parentElement.classList.remove("editing");
    button.focus();
  };
  area.addEventListener("input", () => {
    keepText(name, { base: unsaved[name] ? unsaved[name].base : base, text: area.value });
  });
  cancel.addEventListener("click", () => {
    forget();
    close();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !unsaved[name]) close();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    save.disabled = true;
    const body = { language, field, text: area.value, content_sha256: page.content_sha256 };
    problem.textContent = await send("text", body, forget);
    save.disabled = false;
  });
  return area;
}

for (const button of document.querySelectorAll(".edit")) {
  button.addEventListener("click", () => edit(button).focus());
  const left = unsaved[button.dataset.language + " " + button.dataset.field];
  if (left) edit(button);
}
if (byId("rebuild")) {
  byId("rebuild").addEventListener("click", async () => {
    byId("rebuild-problem").textContent = await send("rebuild", {});
  });
}
