import type { RouteRecordRaw } from "vue-router";

export const resident: RouteRecordRaw[] = [
  { path: "/", component: () => import("./HomePage.vue"), meta: { texts: "resident", title: "resident.title" } },
];
