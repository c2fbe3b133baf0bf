"use strict";
// The page is complete without this script. It opens what a link leads to, filters the matrix,
// and adds the buttons that copy.

function reveal() {
  let place;
  try {
    place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return; // no id is written like this
  }
  if (!place) return;
  for (let part = place; part; part = part.parentElement) {
    if (part.localName === "details") part.open = true;
  }
  place.scrollIntoView({ block: place.closest(".evidence") ? "start" : "center" });
  // From here on, the keyboard goes on in what was opened.
  if (!place.hasAttribute("tabindex")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
addEventListener("hashchange", reveal);
addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  // The same link again changes no hash.
  if (link && link.hash === location.hash) reveal();
});
reveal();

const form = document.querySelector(".filter");
if (form) {
  const field = (name) => document.getElementById("f-" + name);
  const body = document.querySelector("#cells tbody");
  let rows; // read when they are first asked for: there may be thousands
  const read = () => [...body.rows].map((row) => ({
    row,
    name: row.cells[0].textContent.toLowerCase(),
    stack: row.cells[1].dataset.s,
    kind: row.dataset.k,
    cells: [...row.cells].slice(2).map((cell) => [...cell.classList]),
  }));
  const filter = () => {
    rows ??= read();
    const name = field("name").value.trim().toLowerCase();
    const [stack, kind, scenario] = ["stack", "kind", "scenario"].map((each) => field(each).value);
    const verdicts = field("verdict").value.split(" ").filter(Boolean);
    const fits = (cell) => cell && cell.some((each) => verdicts.includes(each));
    let shown = 0;
    for (const each of rows) {
      const asked = scenario === "" ? each.cells : [each.cells[Number(scenario)]];
      const keep = each.name.includes(name) && (!stack || each.stack === stack) &&
        (!kind || each.kind === kind) && (!verdicts.length || asked.some(fits));
      each.row.hidden = !keep;
      shown += keep;
    }
    field("count").value = `${shown} of ${rows.length} rows`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty only after this event.
  form.addEventListener("reset", () => setTimeout(filter));
  form.hidden = false;
  // A browser may have kept what was typed.
  const fields = ["name", "stack", "kind", "verdict", "scenario"];
  if (fields.some((each) => field(each).value)) filter();
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed, or not a secure context: the way that needs no permission.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
function addButtons(part) {
  for (const block of part.querySelectorAll("pre")) {
    if (block.parentElement.className === "copyable") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await copy(block.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    const frame = document.createElement("div");
    frame.className = "copyable";
    block.replaceWith(frame);
    frame.append(block, button);
  }
}
for (const part of document.querySelectorAll(".advice")) addButtons(part);
// Where there are thousands of blocks, only those that are opened get a button.
for (const part of document.querySelectorAll("details[open]")) addButtons(part);
addEventListener("toggle", (event) => {
  if (event.target.open) addButtons(event.target);
}, true);
