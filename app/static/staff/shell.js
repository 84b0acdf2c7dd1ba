// The frame of staff pages: the search key, menus that close, the focus after errors, and htmx's manners.
(() => {
  "use strict";

  const isTyping = (target) =>
    target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

  // The key is named by the field itself; a person who switched shortcuts off gets a field without it (WCAG 2.1.4).
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const field = [...document.querySelectorAll("[data-shortcut]")].find((item) => item.dataset.shortcut === event.key);
    if (!field) return;
    event.preventDefault();
    field.focus();
    if (field.select) field.select();
  });

  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      const hadFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (hadFocus) menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });

  // On a phone the row of tabs is longer than the screen: the page's own one has to be seen.
  for (const tab of document.querySelectorAll('.tabs [aria-current="page"]')) {
    const row = tab.closest(".tabs");
    row.scrollLeft += tab.getBoundingClientRect().right - row.getBoundingClientRect().right + row.clientWidth / 4;
  }

  // A whole page takes the focus by its own `autofocus`; what htmx swaps in does not.
  const focusErrors = (root) => root.querySelector("[data-error-summary]")?.focus();
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));

  // The token against forged requests goes along with what is no form of its own.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  // A form that comes back with errors, or a conflict, is content as well.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // One box chooses all of a table: <input type="checkbox" data-choose-all="name of the boxes">.
  document.addEventListener("change", (event) => {
    const all = event.target.closest?.("[data-choose-all]");
    if (!all) return;
    const boxes = all.closest("form, table").querySelectorAll(`input[type="checkbox"][name="${all.dataset.chooseAll}"]`);
    for (const box of boxes) box.checked = all.checked;
  });
})();
