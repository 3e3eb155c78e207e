/** The desk's addresses: figures here, the daily work in `desk_work/`; one frame around both. */
import type { RouteRecordRaw } from "vue-router";

import { deskWork } from "@/desk_work/routes";

export const desk: RouteRecordRaw[] = [
  {
    path: "/desk",
    component: () => import("./DeskLayout.vue"),
    meta: { texts: "desk", needs: ["read_compliance"] },
    children: [
      { path: "", name: "desk", component: () => import("./OverviewPage.vue"), meta: { title: "desk.overview.title" } },
      { path: "why", component: () => import("./WhyPage.vue"), meta: { title: "desk.why.title" } },
      { path: "community/:communityId", props: true, component: () => import("./CommunityPage.vue"), meta: { title: "desk.community.title" } },
      { path: "catalogue", component: () => import("./CataloguePage.vue"), meta: { title: "desk.catalogue.title" } },
      { path: "catalogue/:code", props: true, component: () => import("./ChecklistPage.vue"), meta: { title: "desk.catalogue.title" } },
      { path: "measures", component: () => import("./MeasuresPage.vue"), meta: { title: "desk.measures.title", needs: ["read_cases"] } },
      ...deskWork,
    ],
  },
];
