import type { RouteRecordRaw } from "vue-router";

import { loadTexts } from "@/app/language";

import { askEarly } from "./community_reading";

const communityPage = () => import("./CommunityPage.vue");

// Who opens a community's link waits for one round trip, not for the code's and then the answer's.
askEarly(location.pathname);
if (location.pathname.startsWith("/c/")) {
  // The router asks again, and tells if they do not come.
  void Promise.allSettled([communityPage(), loadTexts("resident")]);
}

const meta = (title: string) => ({ texts: "resident", title: `resident.title.${title}` });

export const resident: RouteRecordRaw[] = [
  { path: "/", component: () => import("./HomePage.vue"), meta: meta("home") },
  { path: "/c/:communityId", component: communityPage, props: true, meta: meta("community") },
  { path: "/c/:communityId/why", component: () => import("./WhyPage.vue"), props: true, meta: meta("why") },
  { path: "/c/:communityId/report", component: () => import("./ReportPage.vue"), props: true, meta: meta("report") },
  { path: "/report", component: () => import("./ReportPage.vue"), meta: meta("report") },
  { path: "/t/:code?", component: () => import("./TrackingPage.vue"), props: true, meta: meta("tracking") },
  { path: "/mine", component: () => import("./MinePage.vue"), meta: meta("mine") },
  { path: "/mine/:recordId", component: () => import("./SentPage.vue"), props: true, meta: meta("sent") },
];
