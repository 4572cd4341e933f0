// A crew's page: what is tapped goes into the queue first and then to the server, so that no tap is lost.
// The same edition as this file: the address changes with what is in it.
const queue = await import(`./queue.js${new URL(import.meta.url).search}`);

const said = () => document.getElementById('crew').dataset;
const time = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: said().zone });
let dead = false;
let timer = 0;
let later = 0;

// ── the queue on the page ────────────────────────────────────────────────────────────────────────────────────

function line(words, kind) {
  const told = document.createElement('p');
  told.textContent = words;
  if (kind) told.className = kind;
  return told;
}

function row(entry) {
  const item = document.createElement('li');
  item.append(line(entry.label));
  if (entry.state === 'waiting') item.append(line(said().tapped.replace('{at}', time(entry.tapped)), 'small'));
  if (entry.state === 'sent') item.append(line(said().sentAt.replace('{at}', time(entry.receipt)), 'good'));
  if (entry.state === 'refused') {
    item.append(line(said().refused + entry.words, 'bad'));
    // What was typed is not lost with it.
    for (const [name, value] of entry.fields) if (['note', 'words', 'plan'].includes(name) && value) item.append(line(value, 'words'));
    item.append(line(said().tapped.replace('{at}', time(entry.tapped)), 'small'));
    const button = document.createElement('button');
    button.className = 'button quiet';
    button.type = 'button';
    button.textContent = said().dismiss;
    button.addEventListener('click', async () => { await queue.drop(entry.id); await show(); });
    item.append(button);
  }
  return item;
}

function headline(entries, waiting) {
  if (waiting) return `${said().waiting} ${waiting}`;
  if (entries.some((one) => one.state === 'refused')) return said().problem;
  return entries.length ? said().sent : '';
}

async function show() {
  const entries = await queue.all(said().at);
  const waiting = entries.filter((one) => one.state === 'waiting').length;
  document.getElementById('queue').hidden = entries.length === 0;
  document.getElementById('queue-count').textContent = headline(entries, waiting);
  document.querySelector('#queue ul').replaceChildren(...entries.map(row));
  const asOf = time(document.getElementById('as-of').dateTime);
  let told = '';
  if (dead) told = said().dead;
  else if (!navigator.onLine) told = waiting ? said().kept : said().offline.replace('{at}', asOf);
  document.getElementById('line').textContent = told;
  for (const button of document.querySelectorAll('.send-photo button')) button.hidden = true;
  for (const form of document.querySelectorAll('form.act')) {
    // The same thing twice in the queue would only be refused.
    const held = entries.some((one) => one.state === 'waiting' && one.url === form.action);
    for (const button of form.querySelectorAll('button')) button.disabled = held;
  }
  return waiting;
}

// ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────

async function sendAll() {
  let answered = 0;
  for (const entry of await queue.all(said().at)) {
    if (entry.state !== 'waiting') continue;
    const answer = await queue.send(entry);
    dead = answer.state === 'dead';
    if (answer.state === 'sent') {
      answered += 1;
      await queue.put({ ...entry, state: 'sent', photos: [], receipt: answer.receipt.at });
    } else if (answer.state === 'refused') {
      answered += 1;
      await queue.put({ ...entry, state: 'refused', photos: [], words: answer.words });
    } else {
      break;
    }
    await show();
  }
  return answered;
}

/** One tab at a time: two would send the same entry, and the key would have to sort it out. */
async function flush() {
  clearTimeout(timer);
  const answered = await (navigator.locks ? navigator.locks.request('lianban-crew', sendAll) : sendAll());
  const waiting = await show();
  if (answered) await refresh();
  if (waiting && !dead) timer = setTimeout(flush, 15000);
}

// ── taps ─────────────────────────────────────────────────────────────────────────────────────────────────────

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form.act');
  if (!form) return;
  event.preventDefault();
  const tapped = Date.now();
  const given = new FormData(form, event.submitter);
  const files = given.getAll('photo').filter((one) => one.size);
  given.delete('photo');
  given.delete('key');
  const what = (event.submitter ?? form.querySelector('label')).innerText.trim();
  const place = form.closest('.job').querySelector('h3').innerText;
  const code = form.closest('.job').id.slice('job-'.length);
  for (const button of form.querySelectorAll('button')) button.disabled = true;
  const entry = {
    at: said().at, url: form.action, label: `${what} · ${place} ${code}`, tapped, state: 'waiting',
    fields: [...given.entries()], photos: await Promise.all(files.map((one) => queue.shrunk(one))),
    key: crypto.getRandomValues(new Uint32Array(4)).join('-'),
  };
  try {
    await clearSent();
    await queue.add(entry);
  } catch {
    // No room, or a browser that keeps nothing: then it goes out as a plain form does.
    if (navigator.onLine) form.submit(); else document.getElementById('line').textContent = said().full;
    return;
  }
  form.reset();
  for (const pick of form.querySelectorAll('.pick')) pick.dispatchEvent(new Event('change', { bubbles: true }));
  form.closest('details.way')?.removeAttribute('open');
  await show();
  await flush();
});

async function clearSent() {
  for (const one of await queue.all(said().at)) if (one.state === 'sent') await queue.drop(one.id);
}

document.addEventListener('change', (event) => {
  const pick = event.target.closest('.pick');
  if (!pick) return;
  if (pick.files.length && pick.form.matches('.send-photo')) {
    // Choosing is enough: two taps.
    pick.form.requestSubmit();
    return;
  }
  const words = pick.nextElementSibling.querySelector('span');
  words.dataset.empty ||= words.textContent;
  pick.classList.toggle('chosen', pick.files.length > 0);
  words.textContent = pick.files.length ? said().photos.replace('{n}', pick.files.length) : words.dataset.empty;
});

// ── the list, fresh ──────────────────────────────────────────────────────────────────────────────────────────

function busy() {
  // A list that is replaced under a pressing finger swallows the tap.
  return document.querySelector(':active, .way[open], .pick.chosen, .crew :is(input, textarea):focus') !== null;
}

/** A list that came while somebody was in the middle of something is asked for again once they are not. */
function refreshLater() {
  later = setTimeout(() => (busy() ? refreshLater() : refresh()), 300);
}

/** The list as it is now, without a page load; not while somebody is in the middle of something. */
async function refresh() {
  clearTimeout(later);
  let answer;
  try {
    answer = await fetch(location.href, { cache: 'no-store' });
  } catch {
    return;
  }
  dead = answer.status === 401 || answer.status === 404;
  await keep(answer);
  const text = await answer.text();
  // Looked at last: somebody may have begun something while the answer came.
  if (answer.ok && busy()) refreshLater();
  else if (answer.ok) {
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    document.documentElement.className = fresh.documentElement.className;
    document.documentElement.lang = fresh.documentElement.lang;
    document.body.replaceWith(fresh.body);
  }
  await show();
}

/** For the worker, which answers with it when the line is gone; whom the link lets in no more keeps nothing. */
async function keep(answer) {
  if (!('caches' in window)) return;
  if (dead) await caches.delete(said().cache);
  if (!answer.ok || !/^(\?from=\d+)?$/.test(location.search)) return;
  const cache = await caches.open(said().cache);
  await cache.put(said().at + location.search, answer.clone());
  if (!location.search) await keepOthers(cache, await answer.clone().text());
  const files = [...document.querySelectorAll('link[rel=stylesheet], link[rel=icon], script[src]')].map((one) => one.href || one.src);
  const wanted = [...files, new URL(`./queue.js${new URL(import.meta.url).search}`, import.meta.url).href];
  for (const one of await cache.keys()) {
    const { href, pathname } = new URL(one.url);
    // Of earlier editions.
    if (pathname.startsWith('/static/') && !wanted.includes(href)) await cache.delete(one);
  }
  for (const one of wanted) if (!(await cache.match(one))) await cache.add(one).catch(() => {});
}

/** The pages after the first one: without a line the whole list can be read. */
async function keepOthers(cache, first) {
  const next = (text) => new DOMParser().parseFromString(text, 'text/html').querySelector('.next-page')?.href;
  try {
    for (let href = next(first); href;) {
      const answer = await fetch(href, { cache: 'no-store' });
      if (!answer.ok) return;
      await cache.put(href, answer.clone());
      href = next(await answer.text());
    }
  } catch {
    // The line is gone again; what was kept before stays.
  }
}

addEventListener('online', flush);
addEventListener('offline', show);
document.addEventListener('visibilitychange', () => { if (!document.hidden) flush().then(refresh); });
if ('serviceWorker' in navigator) navigator.serviceWorker.register(said().worker, { scope: '/c/' }).catch(() => {});
await show();
await flush();
// The worker may have shown what was kept: look once whether there is anything newer.
await refresh();
