// What was tapped and not sent yet: kept in the browser's own database, so that a reload or a flat battery
// loses nothing. Entries are sent in the order of their taps; the server's receipt decides.
const NAME = 'lianban-crew';
const STORE = 'entries';

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'id', autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const add = (entry) => within('readwrite', (store) => store.add(entry));
export const put = (entry) => within('readwrite', (store) => store.put(entry));
export const drop = (id) => within('readwrite', (store) => store.delete(id));
export const get = (id) => within('readonly', (store) => store.get(id));

/** All entries of one link, the earliest tap first. */
export async function all(at) {
  const entries = await within('readonly', (store) => store.getAll());
  return entries.filter((one) => one.at === at);
}

/** A picture small enough for a slow line; what cannot be read stays as it is, and the server says so. */
export async function shrunk(file, side = 1600) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.82); });
    return made && made.size < file.size ? made : file;
  } catch {
    return file;
  }
}

/** Send one entry. 'sent' and 'refused' are answers; 'away' is none, 'dead' says that the link let nobody in. */
export async function send(entry) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  entry.photos.forEach((photo, number) => body.append('photo', photo, `photo-${number}`));
  body.append('key', entry.key);
  // How long ago by the phone's own clock: whether that clock is right does not matter.
  body.append('ago', String(Math.max(0, Math.round((Date.now() - entry.tapped) / 1000))));
  let answer;
  try {
    answer = await fetch(entry.url, { method: 'POST', body, headers: { Accept: 'application/json' } });
  } catch {
    return { state: 'away' };
  }
  if (answer.ok) return { state: 'sent', receipt: await answer.json() };
  if (answer.status === 401 || answer.status === 404) return { state: 'dead' };
  if ([409, 413, 415, 422].includes(answer.status)) {
    const told = await answer.json().catch(() => ({}));
    return { state: 'refused', words: told.words || told.detail || '' };
  }
  return { state: 'away' };
}
