/** A copy that can be stored: what is kept is JSON, and Vue's reactive values are not themselves storable. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
