"use strict";
(() => {
  const events = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const scroll = byId("scroll"), plot = byId("plot"), card = byId("card"), cursor = byId("cursor");
  const width = Number(plot.dataset.width), left = 8, pad = 24 + left, offset = 7;
  const marks = [...plot.querySelectorAll(".event")];
  const rows = [...document.querySelectorAll("#events tbody tr[data-number]")];
  const read = (element) => ({ element, x: Number(element.dataset.x), x2: Number(element.dataset.x2) });
  const places = [...plot.querySelectorAll(".at")].map(read);
  const spans = [...plot.querySelectorAll(".span")].map(read);
  const texts = [...plot.querySelectorAll(".value-text")].map((e) => ({ ...read(e), width: Number(e.dataset.width) }));
  const ticks = [...plot.querySelectorAll(".tick")].map((e) => ({ element: e, x: Number(e.parentNode.dataset.x) }));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let scale = 1, selected = -1;

  // Which gaps between lanes an event's arrow crosses, and which its words are in.
  const labels = marks.map((mark) => {
    const label = mark.querySelector(".label");
    const from = Number(mark.dataset.from), to = Number(mark.dataset.to);
    return {
      label, x: Number(mark.dataset.x), gap: label ? Number(label.dataset.gap) : -1,
      width: label ? Number(label.dataset.width) : 0,
      low: from === to ? from : Math.min(from, to) + 1, high: Math.max(from, to),
    };
  });

  function place() {
    plot.setAttribute("width", width * scale + pad);
    plot.setAttribute("viewBox", `${-left} 0 ${width * scale + pad} ${plot.getAttribute("height")}`);
    plot.querySelectorAll("rect.wide").forEach((e) => e.setAttribute("width", width * scale + 34));
    plot.querySelectorAll("line.wide").forEach((e) => e.setAttribute("x2", width * scale + 14));
    for (const { element, x } of places) element.setAttribute("transform", `translate(${x * scale} 0)`);
    for (const { element, x, x2 } of spans) {
      if (element.tagName === "line") {
        element.setAttribute("x1", x * scale);
        element.setAttribute("x2", x2 * scale);
      } else {
        element.setAttribute("x", x * scale);
        element.setAttribute("width", Math.max(0, (x2 - x) * scale));
      }
    }
    for (const { element, x, x2, width: needed } of texts) {
      element.setAttribute("x", ((x + x2) / 2) * scale);
      element.setAttribute("visibility", (x2 - x) * scale < needed ? "hidden" : "visible");
    }
    // Words that would touch the next arrow are not shown.
    labels.forEach((one, number) => {
      if (!one.label) return;
      const right = one.x * scale + offset + one.width + 4;
      let fits = true;
      for (let next = number + 1; next < labels.length && labels[next].x * scale < right; next++)
        if (labels[next].low <= one.gap && one.gap <= labels[next].high) fits = false;
      one.label.setAttribute("visibility", fits ? "visible" : "hidden");
    });
    let free = -Infinity;
    for (const { element, x } of ticks) {
      const half = element.dataset.text.length * 3.3;
      const fits = x * scale - half > free;
      element.textContent = fits ? element.dataset.text : "";
      if (fits) free = x * scale + half + 5;
    }
    byId("scale").textContent = `${Math.round(scale * 100)} %`;
    point();
  }

  const middle = () => {
    const x = selected < 0 ? -1 : left + labels[selected].x * scale - scroll.scrollLeft;
    return x < 0 || x > scroll.clientWidth ? scroll.clientWidth / 2 : x;
  };

  function zoom(to, at = middle()) {
    const before = (scroll.scrollLeft + at - left) / scale;
    scale = Math.min(8, Math.max(0.05, to));
    place();
    scroll.scrollLeft = before * scale + left - at;
    if (selected >= 0) tell(selected);
  }

  const whole = () => zoom(Math.min(1, (scroll.clientWidth - pad) / width));

  function point() {
    if (selected < 0) return cursor.setAttribute("visibility", "hidden");
    const x = labels[selected].x * scale;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
  }

  const make = (tag, text, kind) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };

  function tell(number) {
    const event = events[number];
    card.replaceChildren(make("h2", event.words));
    const path = make("div");
    path.append(make("b", event.from, `chip ${event.from_class}`), " \u2192 ", make("b", event.to, `chip ${event.to_class}`),
      `, ${event.event}${event.cause === null ? "" : ` ${event.cause}`}`);
    const list = make("dl");
    const add = (name, value, kind = "fixed") => {
      if (value !== null && value !== "") list.append(make("dt", name), make("dd", value, kind));
    };
    add("cycle", `${event.cycle.toLocaleString("en")}, ${event.time}`, "");
    add("epc", event.epc);
    add("tval", event.tval);
    add("GPA", event.gpa);
    add("", event.gpa_note, "soft");
    add("vector", event.vector);
    card.append(path, list);
    for (const [title, writes] of [["", event.writes], ["changed too, although no rule says so:", event.others]]) {
      if (!writes.length) continue;
      if (title) card.append(make("div", title, "note"));
      const table = make("div", undefined, "writes fixed");
      for (const write of writes) {
        table.append(make("span", write.field ? `${write.csr}.${write.field}` : write.csr));
        const plain = (number) => (number === null ? "x" : write.field ? String(Number(number)) : number);
        const value = make("span");
        if (write.new !== null) value.append(make("span", `${plain(write.old)} \u2192 `, "old"), plain(write.new));
        table.append(value);
      }
      card.append(table);
    }
    card.hidden = false;
    const at = marks[number].getBoundingClientRect(), size = card.getBoundingClientRect();
    const beside = left + labels[number].x * scale - scroll.scrollLeft + scroll.getBoundingClientRect().left + 16;
    card.style.left = `${Math.max(8, beside + size.width > innerWidth - 8 ? beside - size.width - 32 : beside)}px`;
    card.style.top = `${Math.max(8, Math.min(at.top + 10, innerHeight - size.height - 8))}px`;
  }

  function select(number, from = "key") {
    if (number < 0 || number >= marks.length) return;
    clear();
    selected = number;
    marks[number].classList.add("selected");
    rows[number].classList.add("selected");
    marks.forEach((mark, other) => mark.setAttribute("tabindex", other === number ? "0" : "-1"));
    const x = labels[number].x * scale, view = scroll.clientWidth;
    if (x < scroll.scrollLeft + 60 || x > scroll.scrollLeft + view - 160) scroll.scrollLeft = x - view / 2;
    if (from === "key") marks[number].focus({ preventScroll: true });
    if (from === "table") scroll.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
    if (from === "picture") rows[number].scrollIntoView({ block: "nearest" });
    point();
    tell(number);
  }

  function clear() {
    if (selected >= 0) {
      marks[selected].classList.remove("selected");
      rows[selected].classList.remove("selected");
    }
    selected = -1;
    card.hidden = true;
    point();
  }

  marks.forEach((mark, number) => {
    // The browser's own hint would cover the details; a reader that speaks gets the sentence.
    mark.querySelector("title").remove();
    mark.setAttribute("role", "button");
    mark.setAttribute("aria-label", events[number].spoken);
    mark.setAttribute("tabindex", number === 0 ? "0" : "-1");
    const box = mark.getBBox();
    const hit = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ x: -9, y: box.y - 4, width: 18, height: box.height + 8 })) hit.setAttribute(name, value);
    hit.setAttribute("class", "hit");
    mark.prepend(hit);
    mark.addEventListener("pointerenter", () => tell(number));
    mark.addEventListener("pointerleave", () => (selected < 0 ? (card.hidden = true) : tell(selected)));
    mark.addEventListener("click", () => select(number, "picture"));
    mark.addEventListener("focus", () => selected !== number && mark.matches(":focus-visible") && select(number));
  });
  rows.forEach((row, number) => row.addEventListener("click", () => select(number, "table")));

  scroll.addEventListener("wheel", (event) => {
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    zoom(scale * Math.exp(-event.deltaY * 0.0015), event.clientX - scroll.getBoundingClientRect().left);
  }, { passive: false });
  let drag = null;
  scroll.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType === "mouse" && !event.target.closest(".event")) drag = { x: event.clientX, left: scroll.scrollLeft };
  });
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    scroll.classList.add("dragging");
    scroll.scrollLeft = drag.left - (event.clientX - drag.x);
  });
  addEventListener("pointerup", () => { drag = null; scroll.classList.remove("dragging"); });
  scroll.addEventListener("scroll", () => { if (!card.hidden) selected < 0 ? (card.hidden = true) : tell(selected); });
  addEventListener("resize", () => selected >= 0 && tell(selected));

  const keys = {
    ArrowRight: () => select(Math.min(selected + 1, marks.length - 1)),
    ArrowLeft: () => select(selected < 0 ? marks.length - 1 : Math.max(selected - 1, 0)),
    Home: () => select(0),
    End: () => select(marks.length - 1),
    "+": () => zoom(scale * 1.25),
    "=": () => zoom(scale * 1.25),
    "-": () => zoom(scale / 1.25),
    0: () => zoom(1),
    f: whole,
    Escape: clear,
    "?": () => byId("keys").showModal(),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  byId("in").addEventListener("click", () => zoom(scale * 1.25));
  byId("out").addEventListener("click", () => zoom(scale / 1.25));
  byId("reset").addEventListener("click", () => zoom(1));
  byId("whole").addEventListener("click", whole);
  byId("help").addEventListener("click", keys["?"]);
  whole();
})();
