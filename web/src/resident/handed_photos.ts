/** Files on their way from the button that took them to the page that keeps them. */

let handed: File[] = [];

export function handOver(files: File[]): void {
  handed = files;
}

export function takeHanded(): File[] {
  const files = handed;
  handed = [];
  return files;
}
