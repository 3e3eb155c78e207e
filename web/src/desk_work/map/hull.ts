/** The soft outline around a place's communities, for a map without tiles: nobody publishes the areas' true borders. Pure. */

export interface Spot {
  latitude: number;
  longitude: number;
}

/** The convex hull of some spots, anticlockwise (Andrew's monotone chain, 1979); fewer than three spots come back as they are. */
export function hullOf(spots: readonly Spot[]): Spot[] {
  const sorted = [...spots].sort((one, other) => one.longitude - other.longitude || one.latitude - other.latitude);
  if (sorted.length < 3) return sorted;
  const lower = half(sorted);
  const upper = half([...sorted].reverse());
  return [...lower.slice(0, -1), ...upper.slice(0, -1)];
}

function half(sorted: readonly Spot[]): Spot[] {
  const chain: Spot[] = [];
  for (const spot of sorted) {
    while (chain.length >= 2 && turn(chain[chain.length - 2] as Spot, chain[chain.length - 1] as Spot, spot) <= 0) chain.pop();
    chain.push(spot);
  }
  return chain;
}

/** Positive where the way over the three turns left. */
function turn(one: Spot, two: Spot, three: Spot): number {
  return (two.longitude - one.longitude) * (three.latitude - one.latitude) - (two.latitude - one.latitude) * (three.longitude - one.longitude);
}

/** Things by a name that each has, in the order in which they came. */
export function groupedBy<T>(things: readonly T[], nameOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const name = nameOf(thing);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [thing]);
    else group.push(thing);
  }
  return groups;
}
