// What pages gain with JavaScript: live fragments, relative times, a palette, shortcuts, the theme. Nothing depends on it.

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Live fragments: the server sends one whenever it differs.
for (const place of all("[data-live]:not([data-ended])")) {
  const source = new EventSource(place.dataset.live);
  const show = (event) => replace(place, JSON.parse(event.data));
  source.addEventListener("fragment", show);
  source.addEventListener("last", (event) => {
    source.close();
    show(event);
  });
  addEventListener("pagehide", () => source.close());
}

// Replaces a fragment, and keeps what the person holds: an open part, a form with words in it, scrolling, focus.
function replace(place, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const said = $(".sentence", place)?.textContent;
  const focused = document.activeElement;
  const path = place.contains(focused) ? pathTo(place, focused) : null;
  const scrolls = all(".scroll", place).map((part) => part.scrollLeft);
  for (const part of all("details[open][id]", place)) {
    const twin = fresh.content.getElementById(part.id);
    if (twin) twin.replaceWith(part);
  }
  place.replaceChildren(fresh.content);
  all(".scroll", place).forEach((part, i) => (part.scrollLeft = scrolls[i] ?? 0));
  if (focused.isConnected) focused.focus({ preventScroll: true });
  else if (path) follow(place, path)?.focus({ preventScroll: true });
  tellTimes();
  const says = $(".sentence", place)?.textContent;
  if (says && says !== said) {
    $("#announcer").textContent = says;
    document.title = document.title.replace(said, says);
  }
}

const focusable = (place) => all("a, button, summary, input, select, [tabindex]", place);
const pathTo = (place, element) => focusable(place).indexOf(element) + 1;
const follow = (place, path) => focusable(place)[path - 1];

// Relative times go on while the page stands.
const now = () => Date.now() / 1000;
function length(seconds) {
  const s = Math.abs(Math.trunc(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.trunc(s / 60)} min`;
  if (s < 172800) return `${Math.trunc(s / 3600)} h`;
  return s < 63072000 ? `${Math.trunc(s / 86400)} days` : `${Math.trunc(s / 31536000)} years`;
}
function tellTimes() {
  for (const time of all("time[datetime]:not([data-fixed])")) {
    const ahead = Date.parse(time.dateTime) / 1000 - now();
    const words = Math.abs(ahead) < 2 ? "just now" : ahead > 0 ? `in ${length(ahead)}` : `${length(ahead)} ago`;
    if (time.textContent !== words) time.textContent = words;
  }
}
setInterval(tellTimes, 1000);

// The theme.
const choice = $("[data-theme-choice]");
choice.parentElement.hidden = false;
choice.value = document.documentElement.dataset.theme ?? "";
choice.addEventListener("change", () => {
  if (choice.value) document.documentElement.dataset.theme = choice.value;
  else delete document.documentElement.dataset.theme;
  try {
    if (choice.value) localStorage.setItem("theme", choice.value);
    else localStorage.removeItem("theme");
  } catch { /* not kept, then */ }
});

// Menus of the navigation: whatever is done elsewhere closes them.
const menus = all("nav details");
addEventListener("click", (event) => menus.forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
addEventListener("keydown", (event) => event.key === "Escape" && menus.filter((menu) => menu.open).forEach((menu) => {
  menu.open = false;
  $("summary", menu).focus();
}));

// The palette: every page, product and recent deployment by a few letters.
const links = all("nav a[data-key]");
const palette = links.length ? makePalette() : null;
const opener = $("[data-palette]");
if (palette) {
  opener.hidden = false;
  opener.addEventListener("click", () => palette.open());
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function makePalette() {
  const input = element("input", { type: "text", placeholder: "A page, product or deployment", autocomplete: "off" });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-label", "Go to");
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", "palette-list");
  const list = element("ul", { id: "palette-list" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Places");
  const dialog = element("dialog", { className: "palette" }, input, list);
  dialog.setAttribute("aria-label", "Go to");
  document.body.append(dialog);
  let places = links.map((link) => [link.textContent, link.href]);
  let at = 0;
  const draw = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const found = places.filter(([name]) => words.every((word) => name.toLowerCase().includes(word))).slice(0, 9);
    at = Math.max(0, Math.min(at, found.length - 1));
    list.replaceChildren(...found.map(([name, href], i) => {
      const item = element("li", { id: `place-${i}` }, element("a", { href, tabIndex: -1 }, name));
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", i === at);
      return item;
    }));
    input.setAttribute("aria-activedescendant", found.length ? `place-${at}` : "");
  };
  const load = async () => {
    const [products, deployments] = await Promise.all(
      ["/api/v1/products", "/api/v1/deployments?limit=50"].map((path) => fetch(path).then((answer) => answer.json())));
    places = [
      ...links.map((link) => [link.textContent, link.href]),
      ...products.map((p) => [`${p.name}: releases`, `/products/${p.name}/releases`]),
      ...deployments.map((d) => [`Deployment ${d.id}: ${d.product} ${d.release} to ${d.environment}`, `/deployments/${d.id}`]),
    ];
    draw();
  };
  input.addEventListener("input", () => { at = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { at += step; draw(); event.preventDefault(); }
    if (event.key === "Enter") $("[aria-selected=true] a", list)?.click();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return {
    open() {
      input.value = "";
      at = 0;
      draw();
      dialog.showModal();
      load().catch(() => {});
    },
  };
}

// Shortcuts.
const shortcuts = [["Ctrl K", "Go to a page, product or deployment"], ["?", "Show these shortcuts"],
  ...links.map((link) => [`g ${link.dataset.key}`, link.textContent])];
let help;
function showHelp() {
  if (!help) {
    const rows = shortcuts.map(([keys, words]) => element("div", {}, element("dt", {}, element("kbd", {}, keys)), element("dd", {}, words)));
    const close = element("form", { method: "dialog" }, element("button", {}, "Close"));
    help = element("dialog", { className: "palette help" }, element("h2", {}, "Shortcuts"), element("dl", {}, ...rows), close);
    help.setAttribute("aria-label", "Shortcuts");
    document.body.append(help);
  }
  help.showModal();
}

let leading = 0;
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && palette) {
    event.preventDefault();
    return palette.open();
  }
  const typing = event.target.closest?.("input, textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?") return showHelp();
  if (event.key === "g") return void (leading = Date.now());
  const link = Date.now() - leading < 1000 && links.find((link) => link.dataset.key === event.key);
  leading = 0;
  if (link) link.click();
});

// What if: a bar of the calendar that is dragged along the days asks what that would change, as the form does.
const asking = $("#what-if");
if (asking) $("[data-drag-hint]").hidden = false;
for (const bar of asking ? all("[data-entry]") : []) {
  bar.addEventListener("pointerdown", (down) => {
    if (down.button) return;
    const picture = bar.ownerSVGElement;
    const width = picture.getBoundingClientRect().width / picture.dataset.days;
    const away = (event) => Math.round((event.clientX - down.clientX) / width);
    const move = (event) => bar.setAttribute("transform", `translate(${event.clientX - down.clientX} 0)`);
    const end = (event) => {
      bar.removeEventListener("pointermove", move);
      bar.removeAttribute("transform");
      if (event.type !== "pointerup" || !away(event)) return;
      const { entry, day, days } = asking.elements;
      entry.value = bar.dataset.entry;
      // The list names some; the picture shows more.
      if (!entry.value) entry.add(new Option(bar.textContent, bar.dataset.entry, true, true));
      [day.value, day.required, days.value] = ["", false, away(event)];
      asking.requestSubmit();
    };
    down.preventDefault();
    bar.setPointerCapture(down.pointerId);
    bar.addEventListener("pointermove", move);
    for (const over of ["pointerup", "pointercancel"]) bar.addEventListener(over, end, { once: true });
  });
}

tellTimes();
