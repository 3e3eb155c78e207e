/** A list's filters in its address, so that a link reproduces it: single values, and a search field that waits for the typing to end. */
import { ref, watch, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";

const TYPING_MS = 350;

export interface ListAddress {
  /** A filter's value; empty where the address does not name it. */
  one: (name: string) => string;
  /** Filters as the API takes them: those that are set. */
  given: (...names: string[]) => Record<string, string>;
  set: (change: Record<string, string>) => void;
  /** What stands in the search field. */
  typed: Ref<string>;
}

export function useListAddress(): ListAddress {
  const route = useRoute();
  const router = useRouter();
  const one = (name: string): string => {
    const value = route.query[name];
    return typeof value === "string" ? value : "";
  };
  const given = (...names: string[]): Record<string, string> => Object.fromEntries(names.flatMap((name) => (one(name) === "" ? [] : [[name, one(name)]])));

  function set(change: Record<string, string>): void {
    const changed = { ...route.query, ...change };
    void router.replace({ query: Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== "")) });
  }

  const typed = ref(one("text"));
  let waiting = 0;
  watch(typed, (text) => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => set({ text: text.trim() }), TYPING_MS);
  });
  return { one, given, set, typed };
}
