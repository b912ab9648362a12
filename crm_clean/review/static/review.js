// Shows one pair at a time as it comes from Python and says what was pressed. Holds no pairs and judges nothing.
// Every value is set as text; nothing is fetched.

const MARKS = {
  same: ["=", "the same on both sides"],
  shared: ["≈", "some of it is the same"],
  differs: ["≠", "different"],
  one_sided: ["", "given on one side only"],
};
const SAID = { same: "same person", different: "different people", skipped: "skipped" };
const KEYS = { s: "same", d: "different", " ": "skip", ArrowRight: "skip", u: "back", ArrowLeft: "back" };

function make(tag, name, text, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== null && text !== undefined) node.textContent = String(text);
  node.append(...children.filter(Boolean));
  return node;
}

function percent(share) {
  const shown = Math.min(Math.max(Math.round(share * 1000) / 10, share > 0 ? 0.1 : 0), share < 1 ? 99.9 : 100);
  return `${shown}%`;
}

function counted(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function side(lines) {
  const cell = make("div", "cr-cell");
  if (!lines.length) cell.append(make("span", "cr-none", "not given"));
  for (const parts of lines) {
    cell.append(make("div", "", null, ...parts.map(([text, differs]) => make(differs ? "mark" : "span", "", text))));
  }
  return cell;
}

function heading(record) {
  const place = record.row === null ? record.file : `${record.file}, row ${record.row}`;
  return make("div", "cr-head", null,
    make("b", "", record.source === record.file ? place : record.source),
    record.source !== record.file && make("span", "", place),
    record.changed && make("span", "", `changed ${record.changed}`));
}

function table(pair) {
  const grid = make("div", "cr-grid", null, make("div"), heading(pair.left), make("div"), heading(pair.right));
  for (const field of pair.fields) {
    const [sign, title] = MARKS[field.mark];
    const mark = make("div", `cr-mark cr-${field.mark}`, sign);
    mark.title = title;
    mark.setAttribute("aria-label", title);
    grid.append(make("div", "cr-name", field.name), side(field.left), mark, side(field.right));
  }
  return grid;
}

function progress(counts, at) {
  const judged = counts.same + counts.different;
  const bar = make("div", "cr-bar", null, make("div"));
  bar.firstChild.style.width = `${(100 * (at - 1)) / Math.max(counts.all, 1)}%`;
  return make("div", "cr-progress", null,
    make("span", "cr-at", `Pair ${at.toLocaleString("en")} of ${counts.all.toLocaleString("en")}`), bar,
    make("span", "cr-quiet", `${judged.toLocaleString("en")} judged`));
}

function render({ model, el }) {
  const root = make("div", "crm-clean-review");
  root.tabIndex = 0;
  // The notebook has keys of its own (two presses of d delete a cell); they rest while this has the focus.
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.setAttribute("aria-label", "Pairs to review");
  root.append(make("p", "cr-quiet", "Waiting for the notebook. If nothing appears, run the cell again."));
  el.append(root);
  let screen = null;
  let waiting = true;
  let reason = null;

  function press(what) {
    if (waiting || !screen) return;
    waiting = true;
    root.classList.add("cr-waiting");
    const place = screen.pair ? screen.pair.place : null;
    model.send({ press: what, place, reason: reason ? reason.value : null });
  }

  function button(name, label, key, what) {
    const node = make("button", `cr-button ${name}`, label, key && make("kbd", "", key));
    node.type = "button";
    node.addEventListener("click", () => { root.focus({ preventScroll: true }); press(what); });
    return node;
  }

  function told() {
    const { counts, last } = screen;
    const back = counts.same + counts.different + counts.skipped > 0;
    const model_said = last && last.verdict !== "skipped" ? ` (model: ${percent(last.probability)})` : "";
    return make("div", "cr-last", null,
      back && button("cr-plain", "Back", "U", "back"),
      last && make("span", "cr-quiet", `Last: ${SAID[last.verdict]}${model_said}.`));
  }

  function ask(pair) {
    const { counts } = screen;
    const at = counts.same + counts.different + counts.skipped + 1;
    reason = make("input", "cr-reason");
    reason.type = "text";
    reason.placeholder = "Why, if you want to say so (kept with your answer)";
    reason.setAttribute("aria-label", "Reason");
    const opinion = pair.probability === null ? null
      : make("p", "cr-sure", `The model is ${percent(pair.probability)} sure that they are one person.`);
    return [
      progress(counts, at),
      make("div", "cr-why", null, make("p", "", pair.reason), opinion),
      table(pair),
      reason,
      make("div", "cr-actions", null,
        button("cr-yes", "Same person", "S", "same"),
        button("cr-no", "Different people", "D", "different"),
        button("", "Skip", "Space", "skip"),
        told()),
    ];
  }

  function close() {
    const { counts } = screen;
    reason = null;
    const none = counts.all === 0;
    const said = [
      counted(counts.same, "pair is one person", "pairs are one person"),
      counted(counts.different, "pair is different people", "pairs are different people"),
    ].join(", ");
    return [
      make("h3", "", none ? "Nothing waits for you" : "That was the last pair"),
      make("p", "", none ? "No pair needs a person's eye just now." : `${said}. The next run obeys.`),
      counts.skipped
        ? make("p", "cr-quiet", `${counted(counts.skipped, "pair was skipped and waits", "pairs were skipped and wait")} for another time.`)
        : null,
      none ? null : make("div", "cr-actions", null,
        counts.skipped ? button("", "Show the skipped ones", null, "ask_skipped") : null, told()),
    ].filter(Boolean);
  }

  function show(message) {
    const was = screen && screen.pair ? screen.pair.place : null;
    const typed = reason ? reason.value : "";
    const hadFocus = root.contains(document.activeElement);
    screen = message;
    waiting = false;
    root.classList.remove("cr-waiting");
    const said = make("p", message.refused ? "cr-refused" : "cr-note", message.refused || message.note || "");
    said.setAttribute("role", "alert");
    root.replaceChildren(...(message.pair ? ask(message.pair) : close()), said);
    root.classList.toggle("cr-closed", !message.pair);
    if (reason && message.pair.place === was) reason.value = typed;
    if (hadFocus) root.focus({ preventScroll: true });
  }

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === reason) {
      if (event.key === "Enter" || event.key === "Escape") root.focus({ preventScroll: true });
      return;
    }
    const what = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!what || (event.key === " " && event.target !== root)) return;
    event.preventDefault();
    event.stopPropagation();
    press(what);
  });

  model.on("msg:custom", show);
  model.send({ press: "show" });
  return () => model.off("msg:custom", show);
}

export default { render };
