// Photos are made smaller on the phone before they are sent, and the button says how many there are.
const LONGEST_SIDE = 1600;
const QUALITY = 0.82;

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const sheet = document.createElement('canvas');
  sheet.width = Math.round(picture.width * scale);
  sheet.height = Math.round(picture.height * scale);
  sheet.getContext('2d').drawImage(picture, 0, 0, sheet.width, sheet.height);
  const made = await new Promise((done) => sheet.toBlob(done, 'image/jpeg', QUALITY));
  return made && made.size < file.size ? new File([made], 'photo.jpg', { type: made.type }) : file;
}

document.querySelector('.strip [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });

const form = document.querySelector('.note-form');
const input = form?.querySelector('input[type=file]');
const words = form?.querySelector('[data-some]');
let ready = Promise.resolve();

async function shrink() {
  const bag = new DataTransfer();
  // What cannot be drawn here is for the server to refuse, in words.
  for (const file of [...input.files]) bag.items.add(await smaller(file).catch(() => file));
  input.files = bag.files;
}

input?.addEventListener('change', () => {
  words.textContent = input.files.length ? words.dataset.some.replace('{n}', input.files.length) : words.dataset.none;
  ready = shrink();
});

form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  form.querySelector('.save').disabled = true;
  await ready;
  form.submit();
});

// A page that comes back by the back button can be used again.
addEventListener('pageshow', () => form?.querySelector('.save').removeAttribute('disabled'));
