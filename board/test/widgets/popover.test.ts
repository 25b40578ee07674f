import fc from "fast-check";
import { expect, test } from "vitest";
import { placeAt } from "../../src/widgets/popover";

test("what opens at a button is beside it and within the window, wherever the button is", () => {
  const place = fc.tuple(fc.nat(1000), fc.nat(700), fc.integer({ min: 16, max: 60 }));
  fc.assert(
    fc.property(place, fc.integer({ min: 100, max: 340 }), ([left, top, size], width) => {
      const window = { width: Math.max(390, left + size), height: Math.max(300, top + size) };
      const button = { top, bottom: top + size, right: left + size };
      const style = Object.fromEntries(
        placeAt(button, width, window)
          .split("; ")
          .map((part) => part.split(": ") as [string, string]),
      );
      const number = (name: string): number => parseFloat(style[name] ?? "NaN");
      expect(number("right")).toBeGreaterThan(0);
      expect(number("max-width")).toBeGreaterThanOrEqual(width);
      expect(number("right") + number("max-width")).toBeLessThan(window.width);
      const from = style["top"] === undefined ? number("bottom") : number("top");
      expect(from).toBeGreaterThan(style["top"] === undefined ? window.height - top : top + size);
      expect(from + number("max-height")).toBeLessThan(window.height);
      expect(number("max-height")).toBeGreaterThan((window.height - size) / 2 - 10);
    }),
  );
});
