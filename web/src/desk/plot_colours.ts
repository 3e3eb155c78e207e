/** The page's own colours for plots; on paper always those of the light look. */
export interface Palette {
  ink: string;
  ink2: string;
  line: string;
  surface: string;
  brand: string;
  blue: string;
  red: string;
  amber: string;
  grey: string;
}

const PAPER: Palette = {
  ink: "#000000",
  ink2: "#333333",
  line: "#bbbbbb",
  surface: "#ffffff",
  brand: "#0f7a41",
  blue: "#1860b8",
  red: "#c4271c",
  amber: "#8d5300",
  grey: "#5a6660",
};

export function paletteOf(forPaper: boolean): Palette {
  if (forPaper) return PAPER;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  return {
    ink: read("--ink", PAPER.ink),
    ink2: read("--ink-2", PAPER.ink2),
    line: read("--line", PAPER.line),
    surface: read("--surface", PAPER.surface),
    brand: read("--brand", PAPER.brand),
    blue: read("--blue", PAPER.blue),
    red: read("--red", PAPER.red),
    amber: read("--amber", PAPER.amber),
    grey: read("--grey", PAPER.grey),
  };
}
