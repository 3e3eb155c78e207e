/** Marks that stand beside words, never instead of them. */
export const SIGNS = {
  waiting: "◎",
  sending: "⟳",
  half: "◐",
  about: "ⓘ",
  photo: "▣",
  minus: "−",
  plus: "＋",
  undo: "↶",
  list: "☰",
  down: "↓",
} as const;
