/** Points that would lie on top of each other on the screen, drawn as one with their number. Pure. */

export interface Placed {
  x: number;
  y: number;
}

export interface Cluster<T> {
  x: number;
  y: number;
  members: T[];
}

/** Points that share a square of the screen, in the order in which they came; the cluster lies in their middle. */
export function clustered<T extends Placed>(points: readonly T[], pixels: number): Cluster<T>[] {
  const squares = new Map<string, T[]>();
  for (const point of points) {
    const square = `${Math.floor(point.x / pixels)}:${Math.floor(point.y / pixels)}`;
    const members = squares.get(square);
    if (members === undefined) squares.set(square, [point]);
    else members.push(point);
  }
  return [...squares.values()].map((members) => ({
    x: members.reduce((sum, each) => sum + each.x, 0) / members.length,
    y: members.reduce((sum, each) => sum + each.y, 0) / members.length,
    members,
  }));
}
