import type { RouteRecordRaw } from "vue-router";

export const handler: RouteRecordRaw[] = [
  { path: "/handle", component: () => import("./HomePage.vue"), meta: { texts: "handler", title: "handler.title", needs: ["handle_cases"] } },
];
