/**
 * The first that runs, and all alone: it imports nothing, so that whatever part of the app a bad line has cut off, somebody is
 * left to say so. index.html names the beginning and already holds the words.
 */
const NOTICE = document.querySelector<HTMLElement>("#app > .not-begun");
const ADDRESS = document.querySelector<HTMLLinkElement>("link[data-begin]")?.href ?? "";

/** The page's own files anew, past the browser's cache: what was cut off once may have been kept as if it were whole. */
async function startAgain(): Promise<void> {
  const files = [...document.querySelectorAll<HTMLLinkElement>("link[href]")].map((each) => each.href);
  await Promise.allSettled([...files, import.meta.url].map((each) => fetch(each, { cache: "reload" }).then((found) => found.arrayBuffer())));
  location.reload();
}

function tell(): void {
  NOTICE?.classList.add("told");
  NOTICE?.querySelector("a")?.addEventListener("click", (event) => {
    event.preventDefault();
    void startAgain();
  });
}

import(/* @vite-ignore */ ADDRESS).then(
  () => {
    // An answer cut off before its first line is a script that does nothing.
    if (NOTICE?.isConnected === true) tell();
  },
  (error: unknown) => {
    console.info("the app did not begin", error);
    tell();
  },
);
