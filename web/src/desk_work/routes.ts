/** The desk's daily work: triage, dispatch, case files, map, rounds, people and places. Children of /desk. */
import type { RouteRecordRaw } from "vue-router";

const texts = "desk_work";

export const deskWork: RouteRecordRaw[] = [
  { path: "triage", name: "triage", component: () => import("./triage/TriagePage.vue"), meta: { texts, title: "desk_work.triage.title", needs: ["triage_cases"] } },
  { path: "dispatch", name: "dispatch", component: () => import("./dispatch/DispatchPage.vue"), meta: { texts, title: "desk_work.dispatch.title", needs: ["dispatch_cases", "manage_cases"] } },
  { path: "cases", name: "cases", component: () => import("./cases/CaseListPage.vue"), meta: { texts, title: "desk_work.cases.title", needs: ["read_cases"] } },
  { path: "cases/:caseId", name: "case", component: () => import("./case_file/CasePage.vue"), props: true, meta: { texts, title: "desk_work.case.title", needs: ["read_cases"] } },
  { path: "map", name: "map", component: () => import("./map/MapPage.vue"), meta: { texts, title: "desk_work.map.title", needs: ["read_cases"] } },
];
