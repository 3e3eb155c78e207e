import type { RouteRecordRaw } from "vue-router";

const meta = (title: string) => ({ texts: "inspector", title: `inspector.${title}`, needs: ["inspect"] });

export const inspector: RouteRecordRaw[] = [
  { path: "/inspect", component: () => import("./TodayPage.vue"), meta: meta("title") },
  { path: "/inspect/new", component: () => import("./NewVisitPage.vue"), meta: meta("adhoc.title") },
  { path: "/inspect/visit/:inspectionId", component: () => import("./VisitPage.vue"), meta: meta("visit.title") },
  { path: "/inspect/visit/:inspectionId/review", component: () => import("./ReviewPage.vue"), meta: meta("review.title") },
  { path: "/inspect/visit/:inspectionId/sent", component: () => import("./SentPage.vue"), meta: meta("sent.title") },
  { path: "/inspect/checks", component: () => import("./ChecksPage.vue"), meta: { ...meta("checks.title"), needs: ["check_cases", "verify_reports"] } },
  { path: "/inspect/checks/:caseId", component: () => import("./CheckPage.vue"), meta: { ...meta("checks.one"), needs: ["check_cases", "verify_reports"] } },
  { path: "/inspect/report/:reportId", component: () => import("./ReportPage.vue"), meta: { ...meta("report.title"), needs: ["report_as_staff"] } },
  // Whoever made anything on this phone sees where it is, signed in or not.
  { path: "/sync", component: () => import("./SyncPage.vue"), meta: { texts: "inspector", title: "inspector.syncPage.title" } },
];
