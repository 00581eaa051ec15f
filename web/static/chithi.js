// What HTML cannot do by itself; every page works without this file.
"use strict";

(function () {
  const box = document.getElementById("o-tim");
  const wide = window.matchMedia("(min-width: 64rem)");

  // "/" goes to the search box, Esc leaves it or closes the last opened fold.
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = document.activeElement;
    const typing = at && (at.matches("input, select, textarea") || at.isContentEditable);
    if (event.key === "/" && !typing && box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape") {
      if (typing) {
        at.blur();
        return;
      }
      const fold = at && at.closest("details[open]");
      if (fold && !(wide.matches && fold.hasAttribute("data-open-wide"))) {
        fold.open = false;
        fold.querySelector("summary").focus();
      }
    }
  });

  // One press copies the answer with its citations; without this file the text stands there to be copied.
  const copied = document.getElementById("sao-chep");
  if (copied) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Sao chép";
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    button.addEventListener("click", async function () {
      copied.select();
      let done = false;
      try {
        await navigator.clipboard.writeText(copied.value);
        done = true;
      } catch (error) {
        done = document.execCommand("copy");
      }
      told.textContent = done ? " Đã sao chép." : " Nhấn Ctrl+C để sao chép.";
    });
    copied.after(button, told);
  }

  // Side panes stand open on a wide screen and fold on a narrow one.
  const panes = document.querySelectorAll("details[data-open-wide]");
  function fit() {
    for (const pane of panes) pane.open = wide.matches;
  }
  fit();
  wide.addEventListener("change", fit);

  // A reader who chose a section in the outline wants the text, not the list.
  const outline = document.querySelector(".outline");
  if (!outline) return;
  outline.addEventListener("click", function (event) {
    if (event.target.closest("a") && !wide.matches) outline.querySelector("details").open = false;
  });

  // The outline follows the reading.
  const links = new Map();
  for (const link of outline.querySelectorAll("a")) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) links.set(target, link);
  }
  const targets = Array.from(links.keys());
  let current = outline.querySelector("[aria-current]");
  if (current) show(current);

  function show(link) {
    const list = outline.getBoundingClientRect();
    const item = link.getBoundingClientRect();
    if (item.top < list.top || item.bottom > list.bottom) {
      outline.scrollTop += item.top - list.top - list.height / 3;
    }
  }

  function follow() {
    waiting = false;
    let found = null;
    for (const target of targets) {
      if (target.getBoundingClientRect().top > window.innerHeight * 0.4) break;
      found = target;
    }
    const link = found && links.get(found);
    if (!link || link === current) return;
    if (current) current.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    current = link;
    if (wide.matches) show(link);
  }

  let waiting = false;
  window.addEventListener("scroll", function () {
    if (waiting) return;
    waiting = true;
    window.requestAnimationFrame(follow);
  }, { passive: true });
})();
