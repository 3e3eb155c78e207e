/** Light or dark: as the device says, unless somebody chose. */
import { ref, watch } from "vue";

export type Appearance = "system" | "light" | "dark";
const KEPT = "jiayuan.appearance";
const system = window.matchMedia("(prefers-color-scheme: dark)");

export const appearance = ref<Appearance>((localStorage.getItem(KEPT) as Appearance | null) ?? "system");
export const isDark = ref(false);

function settle(): void {
  isDark.value = appearance.value === "system" ? system.matches : appearance.value === "dark";
  // Element Plus knows a page's darkness by this class, our own styles too.
  document.documentElement.classList.toggle("dark", isDark.value);
}

system.addEventListener("change", settle);
watch(appearance, (chosen) => {
  localStorage.setItem(KEPT, chosen);
  settle();
});
settle();
