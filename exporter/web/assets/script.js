// What the pages gain from a script: they stay up to date where they are, times run, filters
// count as they are typed, queries can be copied. Without it they are whole, and stand still.
"use strict";
(() => {
  const REFRESH_MS = 3000;
  const form = document.getElementById("filters");
  const link = document.getElementById("link");
  let skewSeconds = 0; // how far this clock is ahead of the server's
  let lastGood = Date.now();
  let asked = 0;
  let shown = "";

  const words = (seconds) => {
    const whole = Math.max(0, Math.round(seconds));
    const units = [[86400, " d"], [3600, " h"], [60, " min"]];
    for (let i = 0; i < units.length; i++) {
      const [size, name] = units[i];
      if (whole < size) continue;
      const next = units[i + 1];
      const rest = next ? Math.floor((whole % size) / next[0]) : 0;
      return Math.floor(whole / size) + name + (rest > 0 ? " " + rest + next[1] : "");
    }
    return whole + " s";
  };

  const clock = (at) => {
    const date = new Date(at * 1000);
    const isToday = date.toDateString() === new Date().toDateString();
    const day = isToday ? {} : { day: "numeric", month: "short" };
    return date.toLocaleString(undefined, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  };

  const tick = () => {
    const now = Date.now() / 1000 - skewSeconds;
    for (const time of document.querySelectorAll("time[data-at]")) {
      const at = Number(time.dataset.at);
      if (time.className === "countdown") {
        const left = at - now;
        time.textContent = left > 0.5 ? "in " + words(left) : "any moment";
      } else if (time.className === "clock") {
        time.textContent = clock(at);
      } else {
        time.textContent = words(now - at);
        time.title = new Date(at * 1000).toLocaleString();
      }
    }
    const silent = (Date.now() - lastGood) / 1000;
    const message = silent > 12 ? "No answer for " + words(silent) + ": this page is old" : "";
    if (link.textContent !== message) link.textContent = message;
  };

  const keyOf = (row) => {
    const a = row.querySelector("a");
    return (a ? a.getAttribute("href") : "") + "\n" + (row.cells[2] ? row.cells[2].textContent : "");
  };

  const PARTS = ["head", "live"];
  const inParts = (selector) =>
    PARTS.flatMap((id) => [...document.querySelectorAll(`#${id} :is(${selector})`)]);

  // The first row that can be seen: it stays where it is, whatever changes above it.
  const firstSeen = () => {
    if (window.scrollY === 0) return null;
    const row = inParts("tbody tr").find((each) => each.getBoundingClientRect().bottom > 0);
    return row && { key: keyOf(row), top: row.getBoundingClientRect().top };
  };
  const scrollBackTo = (seen) => {
    const row = seen && inParts("tbody tr").find((each) => keyOf(each) === seen.key);
    if (row) window.scrollBy(0, row.getBoundingClientRect().top - seen.top);
  };

  // The new parts take the old ones' places; what has the focus, and what is open, stays so.
  const show = (page) => {
    if (!page.getElementById("live")) return;
    const before = new Set(inParts("tbody tr").map(keyOf));
    const seen = firstSeen();
    const open = inParts("details[open]").map((each) => each.id);
    const places = "a,summary,code";
    const place = inParts(places).indexOf(document.activeElement);
    const href = place >= 0 && document.activeElement.getAttribute("href");
    document.title = page.title;
    for (const id of PARTS) {
      document.getElementById(id)?.replaceChildren(...(page.getElementById(id)?.childNodes ?? []));
    }
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
    for (const row of inParts("tbody tr")) {
      if (before.size > 0 && !before.has(keyOf(row))) row.className = "new";
    }
    if (place >= 0) {
      const all = inParts(places);
      const again = (href && all.find((each) => each.getAttribute("href") === href)) || all[place];
      if (again) again.focus({ preventScroll: true });
    }
    addCopyButtons();
    tick();
    scrollBackTo(seen);
  };

  const isSelecting = () => {
    const selection = document.getSelection();
    if (selection.isCollapsed) return false;
    return PARTS.some((id) => document.getElementById(id)?.contains(selection.anchorNode));
  };

  const refresh = async (isForced) => {
    if (!isForced && (document.hidden || isSelecting())) return;
    const number = ++asked;
    const url = location.pathname + location.search;
    try {
      const response = await fetch(url, {
        headers: { Accept: "text/html" },
        cache: "no-cache",
        signal: AbortSignal.timeout(10000),
      });
      // A pod that is gone has a page that says so.
      if (!response.ok && response.status !== 404) return;
      const text = await response.text();
      const date = Date.parse(response.headers.get("Date"));
      lastGood = Date.now();
      // The header has whole seconds, and may come from the browser's own store.
      const ahead = (Date.now() - date) / 1000;
      if (Math.abs(ahead) > 15) skewSeconds = ahead;
      if (number !== asked || (text === shown && !isForced)) return;
      shown = text;
      show(new DOMParser().parseFromString(text, "text/html"));
    } catch {
      // tick() says how long there was no answer.
    }
  };

  const applyFilters = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    const text = query.toString();
    history.replaceState(null, "", text ? "?" + text : location.pathname);
    refresh(true);
  };

  function addCopyButtons() {
    for (const code of document.querySelectorAll(".queries code")) {
      if (code.nextElementSibling) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(code.textContent);
          button.textContent = "Copied";
        } catch {
          // Browsers have a clipboard for https and localhost only: mark it for the user's own.
          document.getSelection().selectAllChildren(code);
        }
      });
      code.after(button);
    }
  }

  if (form) {
    form.querySelector("button").hidden = true;
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(applyFilters, 200);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      applyFilters();
    });
  }
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    const search = form && form.elements.q;
    if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      applyFilters();
    }
  });
  document.addEventListener("visibilitychange", () => refresh(false));
  addCopyButtons();
  tick();
  setInterval(tick, 1000);
  setInterval(() => refresh(false), REFRESH_MS);
})();
