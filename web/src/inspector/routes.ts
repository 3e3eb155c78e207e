import type { RouteRecordRaw } from "vue-router";

import { loadTexts } from "@/app/language";

const meta = (title: string, needs: readonly string[] = ["inspect"]) => ({ texts: "inspector", title: `inspector.${title}`, needs });
/** What is looked at now goes first. */
const PRELOAD_MS = 1500;
const checks = ["check_cases", "verify_reports"];

const pages = {
  today: () => import("./TodayPage.vue"),
  newVisit: () => import("./NewVisitPage.vue"),
  visit: () => import("./VisitPage.vue"),
  review: () => import("./ReviewPage.vue"),
  sent: () => import("./SentPage.vue"),
  checks: () => import("./ChecksPage.vue"),
  check: () => import("./CheckPage.vue"),
  report: () => import("./ReportPage.vue"),
  sync: () => import("./SyncPage.vue"),
};

/** The words for what waits and what was refused stand with the queue. */
const withWords = (): Promise<void> => loadTexts("offline");

/** Whoever opens one page of the journey has the others at hand before the network goes, service worker or not. */
async function beforeEnter(): Promise<void> {
  await withWords();
  setTimeout(() => void Promise.allSettled(Object.values(pages).map((each) => each())), PRELOAD_MS);
}

export const inspector: RouteRecordRaw[] = [
  { path: "/inspect", component: pages.today, beforeEnter, meta: meta("title") },
  { path: "/inspect/new", component: pages.newVisit, beforeEnter, meta: meta("adhoc.title") },
  { path: "/inspect/visit/:inspectionId", component: pages.visit, beforeEnter, meta: meta("visit.title") },
  { path: "/inspect/visit/:inspectionId/review", component: pages.review, beforeEnter, meta: meta("review.title") },
  { path: "/inspect/visit/:inspectionId/sent", component: pages.sent, beforeEnter, meta: meta("sent.title") },
  { path: "/inspect/checks", component: pages.checks, beforeEnter, meta: meta("checks.title", checks) },
  { path: "/inspect/checks/:caseId", component: pages.check, beforeEnter, meta: meta("checks.one", checks) },
  { path: "/inspect/report/:reportId", component: pages.report, beforeEnter, meta: meta("report.title", ["report_as_staff"]) },
  // Whoever made anything on this phone sees where it is, signed in or not.
  { path: "/sync", component: pages.sync, beforeEnter: withWords, meta: { texts: "inspector", title: "inspector.syncPage.title" } },
];
