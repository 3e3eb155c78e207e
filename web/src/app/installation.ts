/** The service worker: registered once the page is there; a new version waits until it is asked for. */
import { ref } from "vue";

export const isNewVersionWaiting = ref(false);
let waiting: ServiceWorker | null = null;

export async function install(): Promise<void> {
  const registration = await register();
  if (registration === null) return;
  const notice = (worker: ServiceWorker | null): void => {
    // Without a controller this is the first installation: nothing old is shown, nothing need be replaced.
    if (worker?.state === "installed" && navigator.serviceWorker.controller) {
      waiting = worker;
      isNewVersionWaiting.value = true;
    }
  };
  notice(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => notice(coming));
  });
}

/** Null where this browser allows none here (private windows, settings): the app works, only not without a network. */
async function register(): Promise<ServiceWorkerRegistration | null> {
  try {
    return (await navigator.serviceWorker.register("/service_worker.js", { scope: "/" })) ?? null;
  } catch {
    return null;
  }
}

/** Put the new version in place and start again; drafts stand in the database, not in the page. */
export function useNewVersion(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting?.postMessage({ type: "SKIP_WAITING" });
}
