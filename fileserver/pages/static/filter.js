// Choices that are many: a field above them (data-filter) leaves those whose words it says; what is ticked stays in sight.

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-filter]")) return;
  const wanted = target.value.trim().toLowerCase();
  for (const label of target.closest("fieldset, details").querySelectorAll(".choice")) {
    label.hidden = !label.textContent.toLowerCase().includes(wanted) && !label.querySelector(":checked");
  }
});
