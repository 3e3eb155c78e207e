/** Whoever has no desk is not shown one: a handler's addresses of cases lead to the handler's own pages, the rest to nowhere. */
import type { NavigationGuardReturn, RouteLocationNormalized } from "vue-router";

import { useSession } from "@/app/session";

export function toOwnJourney(to: RouteLocationNormalized): NavigationGuardReturn {
  const session = useSession();
  if (session.may("read_compliance")) return true;
  if (session.may("handle_cases") && to.path.startsWith("/desk/cases")) {
    const caseId = to.params["caseId"];
    return typeof caseId === "string" ? { name: "handle-case", params: { caseId } } : { name: "handle" };
  }
  return { name: "not-found", params: { rest: to.path.slice(1).split("/") }, query: to.query, hash: to.hash };
}
