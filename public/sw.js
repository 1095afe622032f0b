// Keeps the application, so that a second visit works without a network.
//
// Files whose names carry a content hash never change: the cache answers first. Everything else (index.html, the
// worker, the built-in model) is asked of the network first and of the cache when there is none.

const CACHE = "palimpsest-1";
const HASHED = /-[0-9a-f]{8,16}(_bg)?\.(js|wasm|css)$/;
const UNHASHED = [
  "./", "worker_loader.js", "worker.js", "worker_bg.wasm", "manifest.webmanifest", "icon.svg", "icons/icon-192.png",
];
const MODEL = "models/builtin/";
const MODEL_FILES = [
  "model_index.json", "scheduler/scheduler_config.json",
  "text_encoder/config.json", "text_encoder/model.safetensors",
  "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
  "vae/config.json", "vae/diffusion_pytorch_model.safetensors",
];

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
  const ours = request.url.startsWith(self.registration.scope);
  // Parts of files are read while a model is stored; the cache only knows whole ones.
  if (!ours || request.method !== "GET" || request.headers.has("range")) return;
  event.respondWith(HASHED.test(new URL(request.url).pathname) ? cacheFirst(request) : networkFirst(request));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...UNHASHED, ...await hashedFiles()].map(fresh));
  // The model is kept in the database once it has been used: failing to keep it here too is no failure.
  await Promise.allSettled(MODEL_FILES.map((file) => cache.add(fresh(MODEL + file))));
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
    if (HASHED.test(request.url) && !current.has(request.url)) await cache.delete(request);
  }
}

async function cacheFirst(request) {
  return await caches.match(request) ?? networkFirst(request);
}

async function networkFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request.mode === "navigate" ? request : new Request(request, { cache: "no-cache" }));
    if (response.status === 200) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true })
      ?? (request.mode === "navigate" ? await cache.match(here("./")) : undefined);
    if (kept) return kept;
    throw error;
  }
}
