// Keeps the application, so that a second visit works without a network.
//
// Files whose names carry a content hash never change: the cache answers first. Everything else (index.html, the
// worker, the catalogue) is asked of the network first and of the cache when there is none.

const CACHE = "palimpsest-1";
const HASHED = /-[0-9a-f]{8,16}(_bg)?\.(js|wasm|css)$/;
const UNHASHED = [
  "./", "models.json", "worker_loader.js", "worker.js", "worker_bg.wasm", "manifest.webmanifest", "icon.svg", "icons/icon-192.png",
];
// The worker keeps models in the database; a second copy here would only take room.
const MODELS = "models/";
// What **About** links to lies among them.
const LINKED = ["models/builtin.json", "models/builtin/NOTICE.txt"];

const here = (path) => new URL(path, self.registration.scope).href;
// Asks the server whether the browser's own copy is still current.
const fresh = (path) => new Request(here(path), { cache: "no-cache" });

self.addEventListener("install", (event) => {
  event.waitUntil(install());
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([forgetOldBuilds(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const inside = (path) => request.url.startsWith(here(path));
  const ours = inside("./") && (!inside(MODELS) || LINKED.some((path) => request.url === here(path)));
  if (!ours || request.method !== "GET") return;
  event.respondWith(HASHED.test(new URL(request.url).pathname) ? cacheFirst(event) : networkFirst(event));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...UNHASHED, ...LINKED, ...await hashedFiles()].map(fresh));
}

// The build's hashed files are those that its index.html names.
async function hashedFiles() {
  const page = await (await fetch(fresh("./"))).text();
  const names = page.match(/[\w./-]+-[0-9a-f]{8,16}(?:_bg)?\.(?:js|wasm|css)/g) ?? [];
  return [...new Set(names)];
}

async function forgetOldBuilds() {
  const cache = await caches.open(CACHE);
  const current = new Set((await hashedFiles().catch(() => [])).map(here));
  if (current.size === 0) return;
  for (const request of await cache.keys()) {
    // Of another copy of the page, under a path of its own, nothing is known here.
    const ours = request.url.startsWith(here("./"));
    if (ours && HASHED.test(request.url) && !current.has(request.url)) await cache.delete(request);
  }
}

async function cacheFirst(event) {
  return await caches.match(event.request) ?? networkFirst(event);
}

async function networkFirst(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  try {
    // A navigation may not be given options of our own.
    const response = await fetch(request.mode === "navigate" ? request : new Request(request, { cache: "no-cache" }));
    // A full disk must not cost the page its answer.
    if (response.status === 200) event.waitUntil(cache.put(request, response.clone()).catch(() => {}));
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true })
      ?? (request.mode === "navigate" ? await cache.match(here("./")) : undefined);
    if (kept) return kept;
    throw error;
  }
}

// A notification of the page's own: the click brings the page to the front, which shows the picture that it names.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(answerClick(event.notification.data));
});

async function answerClick(clicked) {
  const [page] = await self.clients.matchAll({ type: "window" });
  if (!page) return self.clients.openWindow(here("./"));
  page.postMessage({ clicked });
  // Refused where the browser does not take this for a click.
  await page.focus().catch(() => {});
}
