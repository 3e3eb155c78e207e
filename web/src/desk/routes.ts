/** The desk's addresses: figures here, the daily work in `desk_work/`; one frame around both. */
import type { RouteRecordRaw } from "vue-router";

import { deskWork } from "@/desk_work/routes";

import { toOwnJourney } from "./own_journey";

/** Each page needs what it asks the server for; the frame, of which `toOwnJourney` thinks, needs a desk. */
const figures: RouteRecordRaw[] = [
  { path: "", name: "desk", component: () => import("./OverviewPage.vue"), meta: { title: "desk.overview.title", needs: ["read_compliance"] } },
  { path: "why", component: () => import("./WhyPage.vue"), meta: { title: "desk.why.title", needs: ["read_compliance"] } },
  { path: "community/:communityId", props: true, component: () => import("./CommunityPage.vue"), meta: { title: "desk.community.title", needs: ["read_compliance"] } },
  { path: "catalogue", component: () => import("./CataloguePage.vue"), meta: { title: "desk.catalogue.title", needs: ["read_compliance"] } },
  { path: "catalogue/:code", props: true, component: () => import("./ChecklistPage.vue"), meta: { title: "desk.catalogue.title", needs: ["read_compliance"] } },
  { path: "measures", component: () => import("./MeasuresPage.vue"), meta: { title: "desk.measures.title", needs: ["read_cases"] } },
];

export const desk: RouteRecordRaw[] = [
  {
    path: "/desk",
    component: () => import("./DeskLayout.vue"),
    meta: { texts: "desk" },
    children: [...figures, ...deskWork].map((page) => ({ ...page, beforeEnter: toOwnJourney })),
  },
];
