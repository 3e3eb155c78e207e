/** Marks that stand beside words; they are hidden from screen readers, or their words stand beside them. */
export const FLAG = "⚑";
export const TO = "→";
export const BEFORE = "‹";
export const NO_PHOTO = "○";
