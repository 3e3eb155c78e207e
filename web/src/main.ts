import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "@/app/App.vue";
import { i18n, startLanguage } from "@/app/language";
import { router } from "@/app/router";
import "@/app/theme.css";

await startLanguage();
createApp(App).use(createPinia()).use(i18n).use(router).mount("#app");

// After the page is there: what is kept for later never delays what is looked at now.
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  window.addEventListener("load", () => void import("@/app/installation").then((each) => each.install()));
}
