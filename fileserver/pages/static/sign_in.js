// Shows the field for a code once the server asks for one; whoever must set up a second factor is led there.

const form = document.querySelector('form[data-api="/api/v1/sessions"]');
const part = form.querySelector("[data-code]");
const box = form.querySelector("[data-problem]");

new MutationObserver(() => {
  if (!part.hidden || !form.elements.code.matches("[aria-invalid]")) return;
  part.hidden = false;
  form.elements.code.focus();
}).observe(form, { attributes: true, subtree: true, attributeFilter: ["aria-invalid", "hidden"] });

form.addEventListener("sealshare:done", (event) => {
  if (event.detail.limited === "enrol") form.dataset.next = "/second-factor";
});

if (box.dataset.told) box.hidden = false;
