// Chat applications look at links by themselves, some with scripts: only a touch or a key is a person.
const tell = (event) => {
  if (!event.isTrusted || document.visibilityState !== 'visible') return;
  for (const kind of kinds) removeEventListener(kind, tell, true);
  fetch(`${location.pathname.replace(/\/(acknowledge|done|return)$/, '')}/opened`, { method: 'POST', keepalive: true });
};
const kinds = ['pointerdown', 'touchstart', 'keydown', 'wheel'];
for (const kind of kinds) addEventListener(kind, tell, { capture: true, passive: true });

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
