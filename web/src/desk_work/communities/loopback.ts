/** Whether an address leads whoever opens it to their own device (RFC 6761 localhost, RFC 1122 127/8, RFC 4291 ::1). Pure. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || hostname === "0.0.0.0" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
