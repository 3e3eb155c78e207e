/** What stands in the desk's side navigation, in its order. Who sees an entry is its page's own rule (`meta.needs`). */
import {
  Bell,
  Calendar,
  DataAnalysis,
  Files,
  Guide,
  MapLocation,
  Notebook,
  OfficeBuilding,
  Promotion,
  Suitcase,
  Timer,
  User,
} from "@element-plus/icons-vue";
import type { Component } from "vue";

export interface Entry {
  name: string;
  path: string;
  icon: Component;
}

export const GROUPS: readonly { name: string; entries: readonly Entry[] }[] = [
  {
    name: "figures",
    entries: [
      { name: "overview", path: "/desk", icon: DataAnalysis },
      { name: "measures", path: "/desk/measures", icon: Timer },
      { name: "catalogue", path: "/desk/catalogue", icon: Notebook },
    ],
  },
  {
    name: "cases",
    entries: [
      { name: "triage", path: "/desk/triage", icon: Bell },
      { name: "dispatch", path: "/desk/dispatch", icon: Promotion },
      { name: "cases", path: "/desk/cases", icon: Files },
      { name: "map", path: "/desk/map", icon: MapLocation },
    ],
  },
  {
    name: "management",
    entries: [
      { name: "rounds", path: "/desk/rounds", icon: Calendar },
      { name: "communities", path: "/desk/communities", icon: OfficeBuilding },
      { name: "organisations", path: "/desk/organisations", icon: Suitcase },
      { name: "accounts", path: "/desk/accounts", icon: User },
      { name: "routing", path: "/desk/routing", icon: Guide },
    ],
  },
];
