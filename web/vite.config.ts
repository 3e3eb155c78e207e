/// <reference types="vitest/config" />
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { VantResolver } from "@vant/auto-import-resolver";
import VueI18n from "@intlify/unplugin-vue-i18n/vite";
import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import Components from "unplugin-vue-components/vite";
import { defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

import { filesForPhones, integrityOf, readManifest } from "./precached_files.ts";

const path = (inside: string) => fileURLToPath(new URL(inside, import.meta.url));
const server = process.env["JIAYUAN_SERVER"] ?? "http://127.0.0.1:8000";

/** vue-i18n looks one function up in all of Vue by its name, which would keep all of Vue in what every visitor loads. */
const vueByName: Plugin = {
  name: "vue-by-name",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("/vue-i18n/dist/vue-i18n")) return null;
    const named = code.replace("import * as Vue from 'vue';", "import { getCurrentInstance as instance } from 'vue';\nconst Vue = { getCurrentInstance: instance };");
    return { code: named, map: null };
  },
};

/** Vant's icons lie in its style sheet; the second address of its font is a foreign server, which a strict page never asks. */
const iconsFromHere: Plugin = {
  name: "icons-from-here",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("/vant/es/icon/index.css")) return null;
    return { code: code.replace(/,\s*url\([^)]*alicdn[^)]*\)\s*format\([^)]*\)/g, ""), map: null };
  },
};

/**
 * What the page names for `main.ts`: the app's beginning, with all that it needs, so that a first visit waits for no second round
 * trip. `main.ts` cannot import it: an import that fails is nobody's to catch.
 */
const beginning: Plugin = {
  name: "beginning",
  transformIndexHtml: {
    order: "post",
    handler(_html, { bundle }) {
      const source = "/src/app/begin.ts";
      if (bundle === undefined) return [{ tag: "link", attrs: { rel: "modulepreload", "data-begin": true, href: source }, injectTo: "head" }];
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const begin = chunks.find((each) => each.facadeModuleId?.endsWith(source));
      if (begin === undefined) throw new Error(`${source} was not built`);
      const needed = new Set([begin]);
      for (const chunk of needed) for (const name of chunk.imports) for (const each of chunks) if (each.fileName === name) needed.add(each);
      const styles = new Set([...needed].flatMap((each) => [...(each.viteMetadata?.importedCss ?? [])]));
      const scripts = [...needed].map((each) => ({ rel: "modulepreload", ...(each === begin ? { "data-begin": true } : {}), crossorigin: true, href: `/${each.fileName}` }));
      const sheets = [...styles].map((each) => ({ rel: "stylesheet", crossorigin: true, href: `/${each}` }));
      return [...scripts, ...sheets].map((attrs) => ({ tag: "link", attrs, injectTo: "head" as const }));
    },
  },
};

let outDir = path("./dist");
const whereBuilt: Plugin = { name: "where-built", configResolved: (config) => void (outDir = resolve(config.root, config.build.outDir)) };

export default defineConfig({
  resolve: { alias: { "@": path("./src") } },
  plugins: [
    vueByName,
    iconsFromHere,
    beginning,
    whereBuilt,
    vue(),
    // Messages are compiled here: the page's policy allows no code made at run time.
    VueI18n({ include: [path("./src/*/locales/*.json")], runtimeOnly: true, compositionOnly: true, strictMessage: false }),
    Components({ dirs: [], dts: false, resolvers: [VantResolver(), ElementPlusResolver()] }),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "service_worker.ts",
      // Nobody's half-written checklist is reloaded away: a new version waits until it is asked for.
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        name: "家园",
        short_name: "家园",
        description: "社区巡查与居民反馈",
        lang: "zh-CN",
        start_url: "/",
        display: "standalone",
        theme_color: "#0f7a41",
        background_color: "#f4f6f4",
        icons: [
          { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
          { src: "/icons/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      injectManifest: {
        globPatterns: ["index.html", "assets/*.{js,css}", "icons/*"],
        // The desk works with a network; a phone on a metered line does not fetch its charts beforehand.
        manifestTransforms: [
          (entries) => {
            const kept = filesForPhones(readManifest(`${outDir}/.vite/manifest.json`));
            const ours = entries.filter((each) => !each.url.startsWith("assets/") || kept.has(each.url));
            // Nothing is kept that is not what was built: a file cut off on the way, or a portal's page in its place, ends the installation.
            const manifest = ours.map((each) => ({ ...each, integrity: integrityOf(`${outDir}/${each.url}`) }));
            return { manifest, warnings: [] };
          },
        ],
        maximumFileSizeToCacheInBytes: 1_500_000,
      },
    }),
  ],
  build: {
    target: "es2022",
    manifest: true,
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: { index: path("./index.html"), begin: path("./src/app/begin.ts") },
      output: {
        codeSplitting: {
          groups: [
            { name: "vue", test: /node_modules\/(@vue|vue|vue-router|pinia|vue-i18n|@intlify)\//, priority: 30 },
            { name: "dexie", test: /node_modules\/dexie\//, priority: 20 },
            { name: "echarts", test: /node_modules\/(echarts|zrender|vue-echarts)\//, priority: 20 },
            { name: "element", test: /node_modules\/(element-plus|@element-plus)\//, priority: 20 },
            { name: "leaflet", test: /node_modules\/(leaflet|gcoord)\//, priority: 20 },
            // A first visit waits for round trips more than for bytes: what every page needs, and what a community's page shows, come as
            // one file each.
            { name: "texts-zh-CN", test: /src\/(app|parts|resident)\/locales\/zh-CN\.json/, priority: 15 },
            {
              name: "community",
              test: /src\/(parts\/TopBar|resident\/(CommunityPage|RateCard|RateBar|RateTrend|ProblemCard|StageTag|Pictogram|pictograms|released_photos|spoken|handed_photos))\b/,
              priority: 12,
            },
            {
              name: "start",
              test: /src\/(api\/\w+|app\/(?!begin\b)\w+|offline\/(presence|beginning)|parts\/(times|case_states)|resident\/(community_reading|community_memory|page_cache))\.ts/,
              priority: 10,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": server } },
  test: {
    environment: "node",
    include: ["src/**/*.test.ts"],
    setupFiles: ["./src/testing.ts"],
    restoreMocks: true,
  },
});
