/** The desk's daily work: triage, dispatch, case files, map, rounds, people and places. Children of /desk. */
import type { RouteRecordRaw } from "vue-router";

const texts = "desk_work";

export const deskWork: RouteRecordRaw[] = [
  { path: "triage", name: "triage", component: () => import("./triage/TriagePage.vue"), meta: { texts, title: "desk_work.triage.title", needs: ["triage_cases"] } },
  { path: "dispatch", name: "dispatch", component: () => import("./dispatch/DispatchPage.vue"), meta: { texts, title: "desk_work.dispatch.title", needs: ["dispatch_cases", "manage_cases"] } },
  { path: "cases", name: "cases", component: () => import("./cases/CaseListPage.vue"), meta: { texts, title: "desk_work.cases.title", needs: ["read_cases"] } },
  { path: "cases/:caseId", name: "case", component: () => import("./case_file/CasePage.vue"), props: true, meta: { texts, title: "desk_work.case.title", needs: ["read_cases"] } },
  { path: "map", name: "map", component: () => import("./map/MapPage.vue"), meta: { texts, title: "desk_work.map.title", needs: ["read_cases"] } },
  { path: "rounds", name: "rounds", component: () => import("./rounds/RoundsPage.vue"), meta: { texts, title: "desk_work.rounds.title", needs: ["read_rounds"] } },
  { path: "rounds/new", name: "round-new", component: () => import("./rounds/RoundPlanPage.vue"), meta: { texts, title: "desk_work.rounds.new", needs: ["manage_rounds"] } },
  { path: "rounds/:roundId", name: "round", component: () => import("./rounds/RoundPage.vue"), props: true, meta: { texts, title: "desk_work.rounds.one", needs: ["read_rounds"] } },
  { path: "rounds/:roundId/change", name: "round-change", component: () => import("./rounds/RoundPlanPage.vue"), props: true, meta: { texts, title: "desk_work.rounds.change", needs: ["manage_rounds"] } },
  { path: "accounts", name: "accounts", component: () => import("./accounts/AccountsPage.vue"), meta: { texts, title: "desk_work.accounts.title", needs: ["read_accounts"] } },
  { path: "accounts/:accountId", name: "account", component: () => import("./accounts/AccountPage.vue"), props: true, meta: { texts, title: "desk_work.accounts.one", needs: ["read_accounts"] } },
  { path: "communities", name: "communities", component: () => import("./communities/CommunitiesPage.vue"), meta: { texts, title: "desk_work.communities.title", needs: ["read_grid"] } },
  { path: "communities/:communityId", name: "desk-community", component: () => import("./communities/CommunityPage.vue"), props: true, meta: { texts, title: "desk_work.communities.one", needs: ["read_grid"] } },
  { path: "communities/:communityId/poster", name: "poster", component: () => import("./communities/PosterPage.vue"), props: true, meta: { texts, title: "desk_work.poster.title", needs: ["read_grid"] } },
  { path: "organisations", name: "organisations", component: () => import("./organisations/OrganisationsPage.vue"), meta: { texts, title: "desk_work.organisations.title", needs: ["read_grid"] } },
  { path: "routing", name: "routing", component: () => import("./routing/RoutingPage.vue"), meta: { texts, title: "desk_work.routing.title", needs: ["manage_routing"] } },
];
