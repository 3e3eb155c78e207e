/** A line drawing for each group of items, 24 by 24; a group that is new to this version gets a plain one. */

const DRAWINGS: Readonly<Record<string, string>> = {
  // A wheeled bin.
  WASTE: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  // A heap of bricks.
  RENO: "M3 20h18M4 20v-5h7v5M13 20v-5h7v5M8.5 15v-5h7v5",
  // A broom.
  CLEAN: "M19 4l-8 9M8 12l5 4.5L10 21H4c0-4 1-7 4-9zM7 17v3",
  // Stairs.
  CORR: "M3 20h5v-4h5v-4h5V8h3M4 11l9-7M4 11V8M13 4h-3",
  // A flame.
  FIRE: "M12 3c1 4 6 6 6 11a6 6 0 0 1-12 0c0-2 1-3.5 2-4.5 .5 2 1.5 2.5 2 2.5 .5-3 0-6 2-9zM12 20a2.5 2.5 0 0 1-2.5-2.5c0-1.5 2.5-3.5 2.5-3.5s2.5 2 2.5 3.5A2.5 2.5 0 0 1 12 20z",
  // A scooter with a bolt.
  EBIKE: "M6 20a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM18 20a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM9 17h6l2-10h-3M17 7h2M8 5l-3 4h4l-3 4",
  // A house with something built onto it.
  ILLB: "M3 20h18M5 20V10l6-5 6 5v10M13 20v-6h6v6M15 3l5 5M20 3l-5 5",
  // Bunks.
  GROUP: "M4 4v17M20 4v17M4 9h16M4 17h16M7 9V7h4v2M7 17v-2h4v2",
  // A tree.
  GREEN: "M12 21v-8M12 3c4 0 6 3 6 5.5S16 13 12 13s-6-2-6-4.5S8 3 12 3zM12 16l3-2M8 21h8",
  // A façade with a crack.
  FACADE: "M5 21V3h14v18M3 21h18M8 7h2M8 11h2M8 15h2M16 3l-2 4 2 3-3 4 2 3-1 4",
  // A wheelchair.
  BARRIER: "M10 4.5a1.5 1.5 0 1 0 0-.01M10 7v6h5l3 6 2-1M10 10h4M8 11.5a5 5 0 1 0 6.5 6.5",
  // A dumbbell.
  SPORT: "M8 12h8M8 7v10M5 9v6M16 7v10M19 9v6M3 11v2M21 11v2",
  // A notice with a seal.
  PROP: "M5 3h14v18H5zM8 7h8M8 11h8M8 15h3M15 18a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  // A car.
  PARK: "M4 17v-4l2-6h12l2 6v4zM4 13h16M6 17v2M18 17v2M7.5 15h.01M16.5 15h.01",
  // A lift.
  LIFT: "M5 3h14v18H5zM12 3v18M8.5 10l1-2 1 2M14 10l1 2 1-2",
  // A camera on a wall.
  SEC: "M3 5v8M3 9h4M7 6l11 3-2 6-11-3zM16 11l4 1M10 14l-1 5H5",
  // A board.
  PUB: "M3 4h18v12H3zM7 16l-1 5M17 16l1 5M7 8h10M7 12h6",
  // A tap.
  WATER: "M4 8h10a4 4 0 0 1 4 4v2h-4v-2H4zM9 8V4M6 4h6M16 17c1 1.5 1.5 2 1.5 3a1.5 1.5 0 0 1-3 0c0-1 .5-1.5 1.5-3z",
  // Waves below a drain.
  DRAIN: "M4 4h16v6H4zM8 4v6M12 4v6M16 4v6M3 15c2-2 4-2 6 0s4 2 6 0 4-2 6 0M3 20c2-2 4-2 6 0s4 2 6 0 4-2 6 0",
  // A pole with lines.
  CABLE: "M8 3v18M16 3v18M5 6h6M13 6h6M8 7c2 5 6 5 8 0M8 12c2 5 6 5 8 0",
  // A shop's awning.
  SHOP: "M4 9l1-5h14l1 5M4 9c0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0M5 12v9h14v-9M10 21v-5h4v5",
  // A paw.
  PETS: "M12 12c3 0 5 3.5 5 6s-2 2.5-5 2.5S7 20.5 7 18s2-6 5-6zM6 9.5v1M9.5 5v2M14.5 5v2M18 9.5v1",
  // People at a table.
  GOV: "M12 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM5 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM19 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM3 21v-6h18v6M8 15c0-3 2-4 4-4s4 1 4 4",
  unknown: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .9-1 1.7M12 17h.01",
};

const PLAIN = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v6M12 16.5h.01";

export function drawingOf(group: string | null | undefined): string {
  return (group && DRAWINGS[group]) || PLAIN;
}
