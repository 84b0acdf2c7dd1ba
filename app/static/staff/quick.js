// Choosing by number keys: the n-th [data-quick-item] inside [data-quick]; arrow down leads from the search to the hits.
// Control and Enter send the form from wherever the cursor stands.
(() => {
  "use strict";

  const items = () => [...document.querySelectorAll("[data-quick] [data-quick-item]")];
  const takesText = (target) =>
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type="radio"]):not([type="checkbox"]), textarea, select'));

  const choose = (item) => {
    item.focus();
    if (item.matches('input[type="radio"]')) item.checked = true;
    else item.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && document.querySelector("form [data-quick]")) {
      event.preventDefault();
      document.querySelector("form [data-quick]").closest("form").requestSubmit();
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" && event.target.matches?.("[data-quick-from]")) {
      const first = items()[0];
      if (!first) return;
      event.preventDefault();
      first.focus();
      return;
    }
    if (!/^[1-9]$/.test(event.key) || takesText(event.target)) return;
    const item = items()[Number(event.key) - 1];
    if (!item) return;
    event.preventDefault();
    choose(item);
  });
})();
