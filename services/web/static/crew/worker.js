// Lets a crew's list be read without a line: the page keeps it (crew.js), this answers with what is kept, at once;
// the page then asks for the newest by itself. Nothing outside the crew's pages passes here.
const CACHE = 'lianban-crew';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const page = request.mode === 'navigate' && /^(\?from=\d+)?$/.test(url.search);
  const part = url.pathname.startsWith('/static/');
  const photo = url.pathname.includes('/photos/') && request.mode !== 'navigate';
  if (request.method !== 'GET' || url.origin !== self.location.origin || !(page || part || photo)) return;
  event.respondWith(kept(request, photo));
});

async function kept(request, photo) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request.url);
  if (found) return found;
  const answer = await fetch(request);
  if (photo && answer.ok) await cache.put(request.url, answer.clone());
  return answer;
}
