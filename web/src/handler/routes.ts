import type { RouteRecordRaw } from "vue-router";

export const handler: RouteRecordRaw[] = [
  {
    path: "/handle",
    meta: { texts: ["handler", "offline"], needs: ["handle_cases"] },
    children: [
      { path: "", name: "handle", component: () => import("./CasesPage.vue"), meta: { title: "handler.title" } },
      { path: ":caseId", name: "handle-case", component: () => import("./CasePage.vue"), props: true, meta: { title: "handler.case.title" } },
    ],
  },
];
