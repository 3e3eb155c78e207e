/** The marks of `Sign.vue`, drawn in a square of 24: lines, and where one has it a filled part. */

const ROUND = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17z";

export const DRAWN = {
  open: ROUND,
  half: ROUND,
  waiting: `${ROUND}M12 7.5V12l3 2`,
  sending: "M12 19V6M6 11.5 12 5.5l6 6",
  done: "m5 12.5 4.5 4.5L19 7.5",
  wrong: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  alert: "M12 5v9M12 18.5h.01",
  about: `${ROUND}M12 11v5.5M12 7.5h.01`,
  photo: "M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  pen: "M4.5 19.5l1-4.5L16.5 4l3.5 3.5L9 18.5zM14 6.5l3.5 3.5",
  minus: "M6 12h12",
  plus: "M12 6v12M6 12h12",
  undo: "M8 4.5 3.5 9 8 13.5M3.5 9H14a5.25 5.25 0 0 1 0 10.5H8",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  down: "M12 5v13M6 12.5l6 6 6-6",
  next: "m9 5 7 7-7 7",
} as const;
export type SignName = keyof typeof DRAWN;

export const FILLED: Partial<Record<SignName, string>> = { half: "M12 3.5a8.5 8.5 0 0 1 0 17z" };
