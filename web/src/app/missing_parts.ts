/**
 * Parts of the app come when they are wanted, and a part may not come: the line breaks, a portal answers, a new version has
 * been deployed. Then the person is told, in words, with a way to try again; what stands on the page stays.
 */
import { shallowRef, type App } from "vue";
import type { Router } from "vue-router";

export interface Missing {
  /** The page that could not be shown; null where it is something on a page that is shown. */
  address: string | null;
  isTrying: boolean;
}

export const missing = shallowRef<Missing | null>(null);

const RESTARTED = "jiayuan.restarted";
const NO_SOONER_MS = 10_000;
const NEW_VERSION_MS = 15_000;

/** What vite could not fetch; the errors are the browser's own, in each browser's own words. */
const notFetched = new WeakSet<object>();

class EmptyPart extends Error {}

const isMissingPart = (error: unknown): boolean => error instanceof EmptyPart || (error instanceof Object && notFetched.has(error));

/** A part that has been asked for. An answer cut off before its first line comes as a script without anything in it. */
export async function part<T>(asked: Promise<T>): Promise<T> {
  const found: unknown = await asked;
  if (found === undefined || found === null || Object.keys(found).length === 0) throw new EmptyPart("a part of the app came without anything in it");
  return found as T;
}

let addresses: Router | null = null;

/** From now on nothing that does not come is passed over in silence. */
export function tellMissingParts(app: App, router: Router): void {
  addresses = router;
  window.addEventListener("vite:preloadError", (event) => notFetched.add(event.payload));
  router.onError((error: unknown, to) => {
    if (!isMissingPart(error)) return console.error(error);
    console.info("a page did not come", error);
    const isTriedAgain = missing.value?.isTrying === true;
    missing.value = { address: to.fullPath, isTrying: isTriedAgain };
    if (isTriedAgain) return;
    void tryAgain(isNothingShown() && !hasJustRestarted());
  });
  router.afterEach((_to, _from, failure) => {
    if (failure === undefined && missing.value?.address !== null) missing.value = null;
  });
  app.config.errorHandler = (error) => {
    if (isMissingPart(error)) tell(error);
    else console.error(error);
  };
  window.addEventListener("unhandledrejection", (event) => {
    if (!isMissingPart(event.reason)) return;
    event.preventDefault();
    tell(event.reason);
  });
  window.addEventListener("online", () => {
    if (missing.value !== null && missing.value.address !== null && !missing.value.isTrying) void tryAgain(false);
  });
}

function tell(error: unknown): void {
  console.info("a part did not come", error);
  missing.value ??= { address: null, isTrying: false };
}

/** Before the first page there is nothing that a fresh start could take away. */
export const isNothingShown = (): boolean => addresses?.currentRoute.value.matched.length === 0;

const hasJustRestarted = (): boolean => Date.now() - Number(sessionStorage.getItem(RESTARTED)) < NO_SOONER_MS;

/**
 * Once more: the page by itself, which keeps all that stands here; and if that does not help, and the person wants it, the app
 * from its start, but only once the server is known to answer.
 */
export async function tryAgain(mayStartAnew: boolean): Promise<void> {
  const address = missing.value?.address ?? null;
  missing.value = { address, isTrying: true };
  if (address !== null && (await isShown(address))) return;
  if (mayStartAnew && (await isWholeAgain())) return startAnew(address);
  if (missing.value !== null) missing.value = { ...missing.value, isTrying: false };
}

async function isShown(address: string): Promise<boolean> {
  try {
    await (isNothingShown() ? addresses?.replace(address) : addresses?.push(address));
    return true;
  } catch {
    return false;
  }
}

function startAnew(address: string | null): void {
  sessionStorage.setItem(RESTARTED, String(Date.now()));
  if (address === null || address === location.pathname + location.search + location.hash) location.reload();
  else location.assign(address);
}

/** Whether the app can start: its page comes, and is ours. What was cut off once and kept is fetched past the cache. */
async function isWholeAgain(): Promise<boolean> {
  try {
    const page = await fetch("/index.html", { cache: "reload" });
    if (!(await page.text()).includes("data-begin")) return false;
    await takeNewVersion();
    const asked = performance.getEntriesByType("resource").map((each) => each.name);
    const files = [...new Set(asked)].filter((each) => each.startsWith(`${location.origin}/assets/`));
    return (await Promise.all(files.map(isWholeFile))).every((each) => each);
  } catch {
    return false;
  }
}

/** One that the server no longer has is none that the app will ask for. */
async function isWholeFile(address: string): Promise<boolean> {
  const found = await fetch(address, { cache: "reload" });
  if (found.status === 404) return true;
  const isPage = found.headers.get("content-type")?.includes("html") ?? true;
  return found.ok && !isPage && (await found.arrayBuffer()).byteLength > 0;
}

/** A part that the server no longer has belongs to an old version; the new one may be waiting already. */
async function takeNewVersion(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration === undefined) return;
  await registration.update().catch(() => undefined);
  await settled(registration.installing);
  if (registration.waiting === null) return;
  const taken = new Promise((settle) => navigator.serviceWorker.addEventListener("controllerchange", settle, { once: true }));
  registration.waiting.postMessage({ type: "SKIP_WAITING" });
  await Promise.race([taken, after(NEW_VERSION_MS)]);
}

async function settled(worker: ServiceWorker | null): Promise<void> {
  if (worker === null) return;
  const changed = new Promise<void>((settle) => worker.addEventListener("statechange", () => settle(), { once: true }));
  await Promise.race([changed, after(NEW_VERSION_MS)]);
}

const after = (milliseconds: number): Promise<void> => new Promise((settle) => setTimeout(settle, milliseconds));
