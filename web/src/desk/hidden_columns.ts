/** How many columns of a wide table its frame hides at either side. Pure. */
export interface Side {
  left: number;
  right: number;
}

/** A column counts as hidden where less than half of it is in view: half a figure is nobody's figure. */
export function hiddenColumns(frame: Side, columns: readonly Side[]): Side {
  const middles = columns.map((each) => (each.left + each.right) / 2);
  return { left: middles.filter((each) => each < frame.left).length, right: middles.filter((each) => each > frame.right).length };
}
