/* Work for the browser before a request is taken: find a number whose hash begins with enough zero bits.
   Without this script, or where a browser has no such hash, the page works as well: it asks to wait instead. */
"use strict";

(function () {
  const form = document.querySelector("form[data-proof-bits]");
  if (!form || !window.crypto || !window.crypto.subtle) return;
  const wanted = Number(form.dataset.proofBits);
  const challenge = form.elements.namedItem("challenge").value;
  const answer = form.elements.namedItem("answer");
  const encoder = new TextEncoder();

  function zeroBits(digest) {
    let bits = 0;
    for (const byte of digest) {
      if (byte === 0) { bits += 8; continue; }
      return bits + Math.clz32(byte) - 24;
    }
    return bits;
  }

  async function work() {
    for (let number = 0; ; number += 1) {
      const bytes = encoder.encode(challenge + ":" + number);
      const digest = new Uint8Array(await window.crypto.subtle.digest("SHA-256", bytes));
      if (zeroBits(digest) >= wanted) return String(number);
    }
  }

  const found = work();
  found.then(function (number) { answer.value = number; });
  form.addEventListener("submit", function (event) {
    if (answer.value) return;
    event.preventDefault();
    found.then(function (number) { answer.value = number; form.submit(); });
  });
})();
