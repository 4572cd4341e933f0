import { filled, isPhoto, shrunk } from './shrink.js';

const form = document.querySelector('form.report');
const progress = document.getElementById('progress');
const button = form.querySelector('.send button');

// Photos: shrunk as they are chosen, shown, and taken out again by a tap.
const photos = [];
const [camera, album] = [document.getElementById('camera'), document.getElementById('album')];
const shown = document.getElementById('shown');
const most = Number(form.dataset.most);
let shrinking = Promise.resolve();
const draw = () => {
  // All travel in one field; the other stays empty.
  filled(camera, []);
  filled(album, photos);
  shown.replaceChildren(...photos.map((file, at) => {
    const line = document.createElement('li');
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 200;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', form.dataset.photo.replace('{n}', at + 1));
    createImageBitmap(file).then((image) => {
      const scale = Math.max(200 / image.width, 200 / image.height);
      const [wide, high] = [image.width * scale, image.height * scale];
      canvas.getContext('2d').drawImage(image, (200 - wide) / 2, (200 - high) / 2, wide, high);
    }).catch(() => {});
    const drop = document.createElement('button');
    drop.type = 'button';
    drop.textContent = form.dataset.drop;
    drop.setAttribute('aria-label', form.dataset.dropOne.replace('{n}', at + 1));
    drop.addEventListener('click', () => { photos.splice(photos.indexOf(file), 1); draw(); });
    line.append(canvas, drop);
    return line;
  }));
};
const choose = (input) => {
  const chosen = [...input.files];
  filled(input, []);
  shrinking = shrinking.then(async () => {
    progress.textContent = form.dataset.shrinking;
    let told = '';
    for (const one of chosen) {
      if (!await isPhoto(one)) told = form.dataset.noPhoto;
      else if (photos.length < most) photos.push(await shrunk(one));
    }
    progress.textContent = told;
    draw();
  });
};
for (const input of [camera, album]) input.addEventListener('change', () => choose(input));

// A point on the plan: by finger, mouse, or the arrow keys.
const plan = form.querySelector('.plan-spot');
if (plan) {
  const [x, y, pin] = [form.elements.x, form.elements.y, plan.querySelector('.pin')];
  const said = plan.nextElementSibling;
  const put = (across, down) => {
    x.value = Math.round(Math.min(1, Math.max(0, across)) * 10000);
    y.value = Math.round(Math.min(1, Math.max(0, down)) * 10000);
    pin.hidden = false;
    pin.style.left = `${x.value / 100}%`;
    pin.style.top = `${y.value / 100}%`;
    said.textContent = said.dataset.set;
  };
  if (x.value) put(x.value / 10000, y.value / 10000);
  plan.addEventListener('click', (event) => {
    const box = plan.getBoundingClientRect();
    put((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
  plan.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    put((x.value || 5000) / 10000 + step[0] / 50, (y.value || 5000) / 10000 + step[1] / 50);
  });
}

// A category for the words as they are typed: proposed, never chosen for anybody.
const words = form.elements.words;
const guesses = document.getElementById('guesses');
let asked = 0;
words.addEventListener('input', () => {
  const mine = ++asked;
  setTimeout(async () => {
    if (mine !== asked) return;
    const body = new URLSearchParams({ words: words.value.slice(0, 500) });
    const answer = words.value.trim() && await fetch(form.dataset.guess, { method: 'POST', body }).catch(() => null);
    const found = answer && answer.ok ? await answer.json() : [];
    if (mine !== asked) return;
    const other = found.filter((one) => one.code !== form.elements.category.value);
    guesses.hidden = !other.length || found[0].code === form.elements.category.value;
    guesses.querySelector('div').replaceChildren(...other.map((one) => {
      const take = document.createElement('button');
      take.type = 'button';
      take.className = 'button second';
      take.textContent = one.name;
      take.addEventListener('click', () => {
        form.elements.category.value = one.code;
        const title = document.querySelector('#what span');
        title.textContent = `${title.textContent.split(' · ')[0]} · ${one.name}`;
        document.querySelector('#what svg')?.remove();
        guesses.hidden = true;
        words.focus();
      });
      return take;
    }));
  }, 350);
});

// A voice, of at most a minute.
const voice = document.getElementById('voice');
if (window.MediaRecorder && navigator.mediaDevices?.getUserMedia) {
  voice.hidden = false;
  const [press, said] = [voice.querySelector('button'), voice.querySelector('[role=status]')];
  const [audio, file] = [voice.querySelector('audio'), form.elements.voice];
  let recorder = null;
  const begin = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
    if (!stream) { said.textContent = voice.dataset.denied; return; }
    const type = ['audio/webm', 'audio/mp4', 'audio/ogg'].find((one) => MediaRecorder.isTypeSupported(one));
    const parts = [];
    recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32000 });
    let left = 60;
    const clock = setInterval(() => {
      said.textContent = voice.dataset.left.replace('{s}', --left);
      if (left <= 0) recorder.stop();
    }, 1000);
    recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
    recorder.addEventListener('stop', () => {
      clearInterval(clock);
      for (const track of stream.getTracks()) track.stop();
      filled(file, [new File(parts, 'voice', { type })]);
      audio.src = URL.createObjectURL(file.files[0]);
      audio.hidden = false;
      said.textContent = '';
      press.classList.remove('on');
      press.querySelector('span').textContent = voice.dataset.again;
      recorder = null;
    });
    recorder.start();
    press.classList.add('on');
    press.querySelector('span').textContent = voice.dataset.stop;
  };
  press.addEventListener('click', () => (recorder ? recorder.stop() : begin()));
}

// Sending: once, with how far it is; what could not be sent stays as it is.
const trouble = document.getElementById('trouble');
const tell = (box) => { trouble.replaceChildren(box); trouble.scrollIntoView({ block: 'center' }); };
const complain = (words, ...more) => {
  const said = document.createElement('p');
  said.className = 'said bad';
  said.setAttribute('role', 'alert');
  const line = document.createElement('span');
  line.append(words, ...more);
  said.append(line);
  tell(said);
};
const idle = () => { button.disabled = false; progress.textContent = ''; };
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  await shrinking;
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.responseType = 'document';
  request.setRequestHeader('Accept', 'text/html');
  request.upload.addEventListener('progress', (one) => {
    progress.textContent = `${form.dataset.sending} ${Math.round((one.loaded / one.total) * 100)}%`;
  });
  request.addEventListener('load', () => {
    const led = new URL(request.responseURL || form.action);
    if (request.status < 400 && led.pathname === '/sign-in') {
      // Beside this page, so that its photos stay.
      const way = Object.assign(document.createElement('a'), { href: led.pathname, target: '_blank', textContent: form.dataset.enter });
      complain(form.dataset.out, ' ', way);
      idle();
      return;
    }
    if (request.status < 400) {
      form.dispatchEvent(new Event('recorded', { bubbles: true }));
      location.assign(led);
      return;
    }
    for (const name of ['key', 'seen']) {
      const given = request.response?.querySelector(`form.report [name=${name}]`);
      if (given) form.elements[name].value = given.value;
    }
    const said = request.response?.querySelector('[role=alert]') ?? request.response?.querySelector('main');
    if (said) tell(document.importNode(said, true));
    idle();
  });
  request.addEventListener('error', () => {
    complain(form.dataset.offline);
    idle();
  });
  progress.textContent = form.dataset.sending;
  request.send(new FormData(form));
});
addEventListener('pageshow', (event) => { if (event.persisted) idle(); });
