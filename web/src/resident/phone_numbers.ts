/** Whether a typed number can be a mainland mobile number; the server has the last word. Told before sending, for a queue answers late. */
export function isMobileNumber(typed: string): boolean {
  const digits = typed.normalize("NFKC").replaceAll(/[\s\-()]/g, "").replace(/^(?:\+|00)?86(?=1\d{10}$)/, "");
  return /^1[3-9]\d{9}$/.test(digits);
}
