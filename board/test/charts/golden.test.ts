/**
 * The named charts against pictures kept beside this file: the rasteriser gives the same pixels everywhere.
 *
 * A changed picture is written next to the old one as `*-changed.pam` to be looked at. When the change is meant,
 * move it over the old one, and take the new fingerprints with `npx vitest run --update`.
 */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHARTS, type NamedChart } from "../../gallery/charts";
import { paintList } from "../../src/charts/paint";
import type { Picture } from "../../src/charts/picture";
import { drawCurves } from "../../src/charts/raster";

const GOLDEN = new URL("./golden/", import.meta.url);

/** Charts whose pictures are kept whole, small enough for a repository. */
const KEPT = ["slopes", "gaps", "dashed slopes", "broken bands"];

function drawn(chart: NamedChart, width: number, height: number, pixelRatio: number): Picture {
  const curves = new Map(chart.curves.map((curve) => [curve.id, curve]));
  return drawCurves(curves, paintList(chart.styles), chart.view, { width, height, pixelRatio });
}

/** Netpbm's format with alpha: a header in text, then RGBA bytes. */
function pam({ width, height, bytes }: Picture): Buffer {
  const header = `P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n`;
  return Buffer.concat([Buffer.from(header), Buffer.from(bytes.buffer)]);
}

function fingerprint(picture: Picture): string {
  const owner = new Uint8Array(picture.owner.buffer);
  return createHash("sha256").update(picture.bytes).update(owner).digest("hex").slice(0, 32);
}

describe.each(CHARTS)("$name", (chart) => {
  it.each([1, 2])("is unchanged at %ix", (pixelRatio) => {
    const picture = drawn(chart, 400 * pixelRatio, 250 * pixelRatio, pixelRatio);
    expect(fingerprint(picture)).toMatchSnapshot();
  });
});

describe.each(KEPT)("the picture of %s", (name) => {
  it("is the one that is kept", () => {
    const picture = pam(
      drawn(
        CHARTS.find((chart) => chart.name === name)!,
        100,
        64,
        1,
      ),
    );
    const kept = new URL(`${name}.pam`, GOLDEN);
    const same = existsSync(kept) && readFileSync(kept).equals(picture);
    if (!same) writeFileSync(new URL(`${name}-changed.pam`, GOLDEN), picture);
    expect(same, `compare ${name}-changed.pam with ${name}.pam in test/charts/golden`).toBe(true);
  });
});
