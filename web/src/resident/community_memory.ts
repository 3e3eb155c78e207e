/** The communities that this phone looked at last, the newest first; kept on the phone alone. */

export interface RememberedCommunity {
  id: string;
  name: string;
  /** Where it lies, as a second line. */
  place: string;
}

const KEPT = "jiayuan.communities";
const MOST = 5;

export function rememberedCommunities(): RememberedCommunity[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.filter(isCommunity).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isCommunity(value: unknown): value is RememberedCommunity {
  const each = value as Partial<RememberedCommunity> | null;
  return typeof each?.id === "string" && typeof each.name === "string" && typeof each.place === "string";
}

export function rememberCommunity(community: RememberedCommunity): void {
  const others = rememberedCommunities().filter((each) => each.id !== community.id);
  write([{ id: community.id, name: community.name, place: community.place }, ...others].slice(0, MOST));
}

export function forgetCommunity(id: string): void {
  write(rememberedCommunities().filter((each) => each.id !== id));
}

function write(communities: readonly RememberedCommunity[]): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(communities));
  } catch {
    // A phone without room, or a private window: they are only a convenience.
  }
}
