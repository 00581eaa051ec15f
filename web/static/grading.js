// Grading by keyboard: 0 to 3 grade the passage that has the focus and go on to the next one.
"use strict";

(function () {
  const form = document.querySelector("form.grading");
  if (!form) return;
  const passages = Array.from(form.querySelectorAll("fieldset"));
  let current = passages.findIndex((passage) => chosen(passage).value === "x");
  if (current < 0) current = 0;
  form.querySelector(".keys").hidden = false;
  passages.forEach(function (passage, n) {
    passage.addEventListener("focusin", () => mark(n));
    passage.addEventListener("click", () => mark(n));
  });
  go(current);

  function chosen(passage) {
    return passage.querySelector("input:checked");
  }

  function mark(n) {
    passages[current].removeAttribute("aria-current");
    current = n;
    passages[current].setAttribute("aria-current", "true");
  }

  function go(n) {
    mark(Math.max(0, Math.min(n, passages.length - 1)));
    chosen(passages[current]).focus({ preventScroll: true });
    // The first passage stands below the question, which must stay in view.
    if (current > 0) passages[current].scrollIntoView({ block: "center" });
    else window.scrollTo(0, 0);
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = document.activeElement;
    if (at && at.matches("input:not([type=radio]), select, textarea, summary")) return;
    if ("0123x".includes(event.key)) {
      passages[current].querySelector('input[value="' + event.key + '"]').checked = true;
      if (current + 1 < passages.length) go(current + 1);
      else form.querySelector("button[type=submit]").focus();
    } else if (event.key === "j") {
      go(current + 1);
    } else if (event.key === "k") {
      go(current - 1);
    } else if (event.key === "Enter" && (at === document.body || at.matches("main"))) {
      form.requestSubmit();
    } else {
      return;
    }
    event.preventDefault();
  });
})();
