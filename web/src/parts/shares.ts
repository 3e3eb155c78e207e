/** Shares as people read them. Pure. */

/**
 * How many whole steps a share has, the rest cut off: no figure ever reads as a target that was not reached, as 79.96 %
 * rounded to 80.0 % would. The small addend undoes what binary fractions take from shares that are exact, such as 0.57;
 * it is less than what one pair of a hundred million weighs. The server cuts shares in files by the same rule
 * (`checklists/rates.py`).
 */
export function stepsOf(share: number, steps: number): number {
  return Math.floor(share * steps + steps * 1e-9);
}
