import type { RouteRecordRaw } from "vue-router";

export const desk: RouteRecordRaw[] = [
  { path: "/desk", component: () => import("./HomePage.vue"), meta: { texts: "desk", title: "desk.title", needs: ["read_compliance"] } },
];
