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

/**
 * Points in groups whose middles are at least `pixels` apart, so that no two pins overlap; every point is in one.
 *
 * What shares a square of the screen is joined at once; of the rest the two nearest are joined until all are apart. Squares
 * alone would leave pins on both sides of a square's edge on top of each other.
 */
export function clustered<T extends Placed>(points: readonly T[], pixels: number): Cluster<T>[] {
  const clusters = bySquare(points, pixels);
  for (;;) {
    const pair = nearest(clusters, pixels);
    if (pair === null) return clusters;
    const [one, other] = pair;
    const gone = clusters.splice(other, 1)[0] as Cluster<T>;
    clusters[one] = middle([...(clusters[one] as Cluster<T>).members, ...gone.members]);
  }
}

function bySquare<T extends Placed>(points: readonly T[], pixels: number): Cluster<T>[] {
  const squares = new Map<string, T[]>();
  for (const point of points) {
    const square = `${Math.floor(point.x / pixels)}:${Math.floor(point.y / pixels)}`;
    const members = squares.get(square);
    if (members === undefined) squares.set(square, [point]);
    else members.push(point);
  }
  return [...squares.values()].map(middle);
}

function middle<T extends Placed>(members: T[]): Cluster<T> {
  return {
    x: members.reduce((sum, each) => sum + each.x, 0) / members.length,
    y: members.reduce((sum, each) => sum + each.y, 0) / members.length,
    members,
  };
}

/** The places of the two clusters that are nearest to each other, if they are nearer than `pixels`. */
function nearest(clusters: readonly Placed[], pixels: number): [number, number] | null {
  let found: [number, number] | null = null;
  let least = pixels;
  clusters.forEach((one, index) => {
    for (let other = index + 1; other < clusters.length; other += 1) {
      const apart = Math.hypot(one.x - (clusters[other] as Placed).x, one.y - (clusters[other] as Placed).y);
      if (apart < least) [least, found] = [apart, [index, other]];
    }
  });
  return found;
}
