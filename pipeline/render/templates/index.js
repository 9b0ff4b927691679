const list = document.getElementById("drafts");
if (list) {
  const rows = [...list.children];
  const words = new Map(rows.map((row) => [row, row.querySelector(".what").textContent.toLowerCase()]));
  const search = document.getElementById("search");
  const sort = document.getElementById("sort");
  const queues = [...document.querySelectorAll("[name=queue]")];
  const key = "index:" + location.pathname;

  // Ties keep the order the page came in: what needs work first.
  const orders = {
    urgent: () => 0,
    newest: (a, b) => (a.dataset.date < b.dataset.date ? 1 : a.dataset.date > b.dataset.date ? -1 : 0),
    hot: (a, b) => b.dataset.hot - a.dataset.hot,
    quality: (a, b) => b.dataset.quality - a.dataset.quality,
    impact: (a, b) => b.dataset.impact - a.dataset.impact,
  };

  const isShown = (row, queue, wanted) =>
    (queue === "all" || (queue === "waiting" ? !["approved", "rejected"].includes(row.dataset.queue) : row.dataset.queue === queue)) &&
    wanted.every((word) => words.get(row).includes(word));

  function update() {
    const queue = queues.find((choice) => choice.checked).value;
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !isShown(row, queue, wanted);
      shown += !row.hidden;
    }
    document.getElementById("shown").textContent = shown + " of " + rows.length;
    document.getElementById("none").hidden = shown > 0;
    kept.set(key, { queue, sort: sort.value, search: search.value });
  }

  function reorder() {
    list.append(...[...rows].sort(orders[sort.value]));
    update();
  }

  const before = kept.get(key) || {};
  search.value = before.search || "";
  if (before.sort in orders) sort.value = before.sort;
  (queues.find((choice) => choice.value === before.queue) || queues[0]).checked = true;
  search.addEventListener("input", update);
  sort.addEventListener("change", reorder);
  queues.forEach((choice) => choice.addEventListener("change", update));
  document.getElementById("clear").addEventListener("click", () => {
    search.value = "";
    queues[0].checked = true;
    update();
    search.focus();
  });
  document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
  reorder();
}
