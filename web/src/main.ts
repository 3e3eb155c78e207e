import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "@/app/App.vue";
import { i18n, startLanguage } from "@/app/language";
import { router } from "@/app/router";
import "@/app/theme.css";
import { beginOffline } from "@/offline/beginning";

await startLanguage();
createApp(App).use(createPinia()).use(i18n).use(router).mount("#app");
beginOffline();

// A page that was open while a new version was deployed asks for parts that are gone: start again, on the new one.
window.addEventListener("vite:preloadError", (event) => {
  // Without a network there is nothing newer to start on, and what is on the page would be gone.
  if (!navigator.onLine) return;
  const last = Number(sessionStorage.getItem("jiayuan.restarted"));
  if (Date.now() - last < 10_000) return;
  event.preventDefault();
  sessionStorage.setItem("jiayuan.restarted", String(Date.now()));
  location.reload();
});

// After the page is there: what is kept for later never delays what is looked at now.
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  const install = () => void import("@/app/installation").then((each) => each.install());
  if (document.readyState === "complete") install();
  else window.addEventListener("load", install, { once: true });
}
