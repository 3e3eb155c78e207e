/** The app's beginning; `main.ts` runs it, and tells where it cannot be fetched. */
import { createPinia } from "pinia";
import { createApp } from "vue";

import { beginOffline } from "@/offline/beginning";

import App from "./App.vue";
import { i18n, startLanguage } from "./language";
import { part, tellMissingParts } from "./missing_parts";
import { router } from "./router";
import "./theme.css";

await startLanguage();
const app = createApp(App).use(createPinia()).use(i18n);
tellMissingParts(app, router);
app.use(router).mount("#app");
beginOffline();

// After the page is there: what is kept for later never delays what is looked at now.
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  // Where it cannot be fetched now, the next visit does it.
  const install = () => void part(import("./installation")).then((each) => each.install(), () => undefined);
  if (document.readyState === "complete") install();
  else window.addEventListener("load", install, { once: true });
}
