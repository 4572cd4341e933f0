// A second tap while the first is on its way would do nothing; say so instead.
for (const form of document.querySelectorAll('form.act')) {
  form.addEventListener('submit', () => {
    const button = form.querySelector('button');
    button.disabled = true;
    button.textContent = form.dataset.wait;
  });
}
// Back from another page: the forms work again.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
