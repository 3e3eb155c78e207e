/** Where somebody's work begins, by what they may do: the field before the desk only for those who go into the field. */
import type { RouteLocationRaw } from "vue-router";

export function homeOf(permissions: readonly string[]): RouteLocationRaw {
  const may = (each: string) => permissions.includes(each);
  if (may("inspect")) return { path: "/inspect" };
  if (may("handle_cases")) return { path: "/handle" };
  if (may("read_compliance")) return { path: "/desk" };
  return { path: "/" };
}
