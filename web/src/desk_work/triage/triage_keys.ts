/** The keyboard of triage: which key does what. Pure, so that the page, the help and the test cannot disagree. */

export type Command =
  | { name: "next" | "previous" | "file" | "merge" | "reject" | "verify" | "help" | "search" | "back" | "open" | "photo" }
  | { name: "category"; number: number };

/** `queue`: among the cases. `group`: a category's group is chosen, its items wait for a figure. */
export type Mode = "queue" | "group";

export interface Pressed {
  key: string;
  ctrlKey?: boolean;
  metaKey?: boolean;
  altKey?: boolean;
}

const LETTERS: Readonly<Record<string, Command["name"]>> = {
  j: "next",
  k: "previous",
  f: "file",
  m: "merge",
  r: "reject",
  v: "verify",
  o: "open",
  p: "photo",
  "?": "help",
  "？": "help",
  "0": "search",
};

/** What the help shows, in its order. */
export const KEYS: readonly { keys: readonly string[]; does: string; /** From the first key to the last. */ isRange?: true }[] = [
  { keys: ["J", "K"], does: "move" },
  { keys: ["1", "9"], does: "category", isRange: true },
  { keys: ["0"], does: "search" },
  { keys: ["F"], does: "file" },
  { keys: ["M"], does: "merge" },
  { keys: ["R"], does: "reject" },
  { keys: ["V"], does: "verify" },
  { keys: ["P"], does: "photo" },
  { keys: ["O"], does: "open" },
  { keys: ["Esc"], does: "back" },
  { keys: ["?"], does: "help" },
];

/** The command of a key; null where the key is the browser's or the person is typing. */
export function commandOf(pressed: Pressed, mode: Mode, isTyping: boolean): Command | null {
  if (isTyping || pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (/^[1-9]$/.test(pressed.key)) return { name: "category", number: Number(pressed.key) };
  if (pressed.key === "Escape") return mode === "group" ? { name: "back" } : null;
  const name = LETTERS[pressed.key.toLowerCase()];
  return name === undefined || name === "category" ? null : ({ name } as Command);
}

/** Whether keys belong to what has the focus. */
export function isTypingIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("dialog") !== null) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
