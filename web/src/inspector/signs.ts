/** Marks that stand beside words, never instead of them. */
export const SIGNS = {
  waiting: "◎",
  sending: "⟳",
  half: "◐",
  place: "⌖",
  about: "ⓘ",
  photo: "▣",
  minus: "−",
  plus: "＋",
  back: "‹",
  undo: "↶",
  list: "☰",
  clock: "⏱",
  down: "↓",
} as const;
