// Texts that save themselves: <form data-autosave> with a hidden `version`, a [data-save-state] and a [data-conflict].
//   200 {version, saved_at}   saved: the next save starts from that version
//   409 html                  somebody else was first: both texts are shown, nothing is overwritten
//   401, 403, a redirect      signed out: the text stays here and is saved after the next sign-in
//   no answer, 5xx            no connection: the text stays here and is tried again
// The text lives in the page alone; nothing is written into the browser's storage.
(() => {
  "use strict";

  const PAUSE = 800;
  const RETRY = [2000, 5000, 10000, 30000];
  const TEXTS = {
    dirty: "Noch nicht gespeichert",
    saving: "Wird gespeichert …",
    offline: "Keine Verbindung – Text bleibt hier, wird gespeichert sobald möglich",
    expired: "Ihre Anmeldung ist abgelaufen – Text bleibt hier. Bitte melden Sie sich in einem neuen Fenster an.",
    conflict: "Nicht gespeichert – jemand anderes hat diesen Text inzwischen geändert",
    refused: "Nicht gespeichert – bitte prüfen Sie die Eingaben",
  };
  const berlin = new Intl.DateTimeFormat("de-DE", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Berlin" });

  class Autosave {
    constructor(form) {
      this.form = form;
      this.isDirty = false;
      this.isSaving = false;
      this.isBlocked = false;
      this.needsToken = false;
      this.attempts = 0;
      this.timer = 0;
      form.addEventListener("input", () => this.changed());
      form.addEventListener("submit", (event) => this.submitted(event));
      window.addEventListener("online", () => this.again());
      window.addEventListener("focus", () => this.again());
    }

    changed() {
      this.isDirty = true;
      if (this.isBlocked) return;
      if (!this.isSaving && !this.attempts && !this.needsToken) this.show("dirty");
      this.later(PAUSE);
    }

    later(pause) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.save(), pause);
    }

    again() {
      if (this.isDirty && (this.attempts || this.needsToken)) this.save();
    }

    // A plain submit leaves the page, which would lose the text when there is nobody to take it.
    submitted(event) {
      if (!navigator.onLine || this.needsToken) {
        event.preventDefault();
        this.save();
        return;
      }
      window.clearTimeout(this.timer);
      this.isDirty = false;
    }

    async save() {
      window.clearTimeout(this.timer);
      if (this.isSaving || this.isBlocked || !this.isDirty) return;
      this.isSaving = true;
      this.isDirty = false;
      if (!this.attempts && !this.needsToken) this.show("saving");
      let outcome = "offline";
      try {
        outcome = (!this.needsToken || (await this.renewToken())) ? await this.send() : "expired";
      } catch {
        outcome = "offline";
      }
      this.isSaving = false;
      this.settle(outcome);
    }

    async send() {
      const response = await fetch(this.form.action, {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json", "X-Requested-With": "autosave" },
        credentials: "same-origin",
      });
      const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
      if (response.ok && !response.redirected && isJson) {
        this.keep(await response.json());
        return "saved";
      }
      if (response.status === 409) {
        this.showConflict(await response.text());
        return "conflict";
      }
      if (response.status >= 500 || response.status === 429) return "offline";
      if (response.redirected || [400, 401, 403].includes(response.status)) return "expired";
      return "refused";
    }

    keep(answer) {
      const version = this.form.elements.namedItem("version");
      if (version) version.value = answer.version;
      this.savedAt = answer.saved_at ? new Date(answer.saved_at) : new Date();
    }

    // After a new sign-in the old token is worthless: the page itself, asked again, holds the new one.
    async renewToken() {
      const response = await fetch(window.location.href, { credentials: "same-origin" });
      if (!response.ok || response.redirected) return false;
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      const token = fresh.querySelector('form[data-autosave] input[name="csrf_token"]');
      const own = this.form.elements.namedItem("csrf_token");
      if (token && own) own.value = token.value;
      return fresh.querySelector("form[data-autosave]") !== null;
    }

    settle(outcome) {
      this.needsToken = outcome === "expired";
      this.isBlocked = outcome === "conflict";
      if (outcome === "saved") {
        this.attempts = 0;
        this.show(this.isDirty ? "dirty" : "saved");
        if (this.isDirty) this.later(PAUSE);
        return;
      }
      this.isDirty = true;
      this.show(outcome);
      if (outcome === "offline") this.later(RETRY[Math.min(this.attempts++, RETRY.length - 1)]);
    }

    show(state) {
      const place = this.form.querySelector("[data-save-state]");
      if (!place) return;
      place.textContent = state === "saved" ? `Gespeichert um ${berlin.format(this.savedAt)} Uhr` : TEXTS[state];
      place.dataset.tone = { saved: "success", dirty: "", saving: "" }[state] ?? "warning";
    }

    showConflict(html) {
      const place = this.form.querySelector("[data-conflict]") || document.querySelector("[data-conflict]");
      if (!place) return;
      const answer = new DOMParser().parseFromString(html, "text/html");
      place.replaceChildren(...(answer.querySelector("[data-conflict-content]") || answer.body).childNodes);
      place.tabIndex = -1;
      place.focus();
    }
  }

  const all = [];
  const enhance = (root) => {
    for (const form of root.querySelectorAll("form[data-autosave]:not([data-autosave-on])")) {
      form.dataset.autosaveOn = "";
      all.push(new Autosave(form));
    }
  };
  document.addEventListener("DOMContentLoaded", () => enhance(document));
  document.addEventListener("htmx:afterSwap", (event) => enhance(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const one = all.find((item) => item.form.contains(document.activeElement)) || all[0];
    if (!one) return;
    event.preventDefault();
    one.isDirty = one.isDirty || !one.isBlocked;
    one.save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (all.some((item) => item.form.isConnected && (item.isDirty || item.isSaving))) event.preventDefault();
  });
})();
