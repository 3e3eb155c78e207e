import type { RouteRecordRaw } from "vue-router";

export const inspector: RouteRecordRaw[] = [
  { path: "/inspect", component: () => import("./HomePage.vue"), meta: { texts: "inspector", title: "inspector.title", needs: ["inspect"] } },
];
