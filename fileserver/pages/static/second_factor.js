// Shows what an authenticator app needs, and the recovery codes, each at the one moment that they are known.

document.addEventListener("sealshare:done", (event) => {
  const form = event.target;
  if ("begins" in form.dataset) {
    event.preventDefault();
    const box = document.querySelector("[data-enrolment]");
    box.querySelector("[data-qr]").src = `data:image/svg+xml,${encodeURIComponent(event.detail.qr_svg)}`;
    box.querySelector("[data-secret-text]").textContent = event.detail.secret.match(/.{1,4}/g).join(" ");
    box.hidden = false;
    form.hidden = true;
    box.querySelector("[name=code]").focus();
  }
  if ("showsCodes" in form.dataset) {
    event.preventDefault();
    const dialog = document.querySelector("[data-codes]");
    dialog.querySelector("textarea").value = event.detail.codes.join("\n");
    dialog.addEventListener("close", () => window.location.assign("/me"), { once: true });
    dialog.showModal();
  }
});
