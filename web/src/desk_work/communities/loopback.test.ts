import { describe, expect, it } from "vitest";

import { isLoopback } from "./loopback";

describe("a poster's address", () => {
  it.each(["http://127.0.0.1:8000/c/1", "http://localhost/c/1", "http://[::1]:8000/c/1", "http://0.0.0.0:8000/c/1"])("%s leads a phone to itself", (address) => {
    expect(isLoopback(address)).toBe(true);
  });
  it.each(["https://jiayuan.example.gov.cn/c/1", "http://192.168.1.20:8000/c/1", "http://127.example.cn/c/1"])("%s does not", (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});
