/** The app's two languages. Texts stand in `<folder>/locales/`, are loaded with their journey and are named `<folder>.…`. */
import { createI18n } from "vue-i18n";

import { part } from "./missing_parts";

export type Language = "zh-CN" | "en";
type Texts = Record<string, unknown>;

const KEPT = "jiayuan.language";
const loaders = import.meta.glob<Texts>("/src/*/locales/*.json", { import: "default" });
const loaded = new Set<string>();

export const i18n = createI18n({ legacy: false, locale: "zh-CN", fallbackLocale: "zh-CN", missingWarn: false, messages: {} });

export function language(): Language {
  return i18n.global.locale.value as Language;
}

/** Chinese unless somebody chose English, or their device knows no Chinese at all. */
function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.languages.some((each) => each.startsWith("zh")) || !navigator.language.startsWith("en") ? "zh-CN" : "en";
}

export async function startLanguage(): Promise<void> {
  await useLanguage(preferred(), false);
}

/** The texts come first: what is merged into a language already in use does not show by itself. */
export async function useLanguage(wanted: Language, keep = true): Promise<void> {
  const folders = new Set([...loaded].map((each) => each.split("/")[0] ?? ""));
  folders.add("app").add("parts");
  await Promise.all([...folders].map((each) => loadTexts(each, wanted)));
  i18n.global.locale.value = wanted;
  document.documentElement.lang = wanted;
  if (keep) localStorage.setItem(KEPT, wanted);
}

/** Load a folder's texts, and the Chinese ones, which stand in where English should ever lack one. */
export async function loadTexts(folder: string, wanted = language()): Promise<void> {
  await Promise.all([...new Set<Language>(["zh-CN", wanted])].map((each) => load(folder, each)));
}

async function load(folder: string, wanted: Language): Promise<void> {
  const name = `${folder}/${wanted}`;
  const loader = loaders[`/src/${folder}/locales/${wanted}.json`];
  if (loaded.has(name) || loader === undefined) return;
  i18n.global.mergeLocaleMessage(wanted, { [folder]: await part(loader()) });
  loaded.add(name);
}
