// Reads the page aloud, where the browser can; elsewhere its button stays hidden.
const button = document.querySelector('.aloud button');
const heard = 'h1, h2, h3, p, li, dt, dd, label, .button';

function words() {
  const whole = [...document.querySelectorAll('main :is(' + heard + ')')]
    .filter((one) => one.checkVisibility() && !one.closest('.aloud'));
  // Of what stands within something that is read, nothing is read twice.
  const outer = whole.filter((one) => !one.parentElement.closest(heard));
  return outer.map((one) => one.innerText.trim()).filter(Boolean);
}

const show = (text) => { button.lastElementChild.textContent = text; };

function read() {
  if (speechSynthesis.speaking || speechSynthesis.pending) {
    speechSynthesis.cancel();
    show(button.dataset.read);
    return;
  }
  // Piece by piece: some browsers fall silent in the middle of what is long.
  const spoken = words().map((text) => {
    const piece = new SpeechSynthesisUtterance(text);
    piece.lang = document.documentElement.lang;
    piece.rate = 0.9;
    return piece;
  });
  if (!spoken.length) return;
  spoken.at(-1).onend = spoken.at(-1).onerror = () => show(button.dataset.read);
  show(button.dataset.stop);
  for (const piece of spoken) speechSynthesis.speak(piece);
}

if (button && 'speechSynthesis' in window) {
  button.parentElement.hidden = false;
  button.addEventListener('click', read);
  addEventListener('pagehide', () => speechSynthesis.cancel());
}
