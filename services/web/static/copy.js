// Copies the text that a button names; where the browser may not, it is selected for the person to copy.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.focus();
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      button.closest("section").querySelector("[data-said]").textContent = button.dataset.done;
    } catch {
      document.execCommand("copy");
    }
  });
}
