import { filled, shrunk } from './shrink.js';

const print = document.querySelector('[data-print]');
if (print) {
  print.hidden = false;
  print.addEventListener('click', () => window.print());
}
const photo = document.getElementById('photo');
photo?.addEventListener('change', async () => filled(photo, await Promise.all([...photo.files].slice(0, 5).map(shrunk))));
for (const form of document.querySelectorAll('form.act')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = 'yes';
    const pressed = event.submitter?.querySelector('span') ?? event.submitter;
    if (pressed) pressed.textContent = form.dataset.wait;
  });
}
// Where one has been stays out of what a later page shows as new.
if (/[?&](new|did)=/.test(location.search)) history.replaceState(null, '', location.pathname);
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
