// A code by mail: the second form appears once the first one is sent, and takes over what was typed there.

const asking = document.querySelector("form[data-asks]");
const answering = document.querySelector("form[data-answers]");

asking.addEventListener("sealshare:done", (event) => {
  event.preventDefault();
  answering.elements.email.value = asking.elements.email.value.trim();
  answering.elements.id.value = event.detail.id;
  answering.hidden = false;
  const button = asking.querySelector("button");
  button.textContent = asking.dataset.again;
  button.classList.add("quiet");
  answering.elements.code.value = "";
  answering.elements.code.focus();
});
