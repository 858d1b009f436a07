import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createWorld, enginesHere } from "../harness/world.ts";

const secret = "the-secret-of-the-cron";
const withSecret = { authorization: `Bearer ${secret}` };

for (const engine of enginesHere()) {
  describe(`the timetable's routes on ${engine}`, () => {
    test("each job can be run from outside, by whoever knows the secret", async (t) => {
      const { request } = await createWorld(t, engine, { providers: ["hubspot"], env: { CRON_SECRET: secret } });

      for (const job of ["cleanup", "retry-failed", "health-check"]) {
        const { status, body } = await request("POST", `/v1/timetable/${job}/run`, undefined, withSecret);
        assert.equal(status, 200, JSON.stringify(body));
      }
      assert.equal((await request("POST", "/v1/timetable/cleanup/run")).status, 401);
    });

    test("a job of later versions is answered with what there is", async (t) => {
      const { request } = await createWorld(t, engine, { providers: [], env: { CRON_SECRET: secret } });

      for (const job of ["delta-sync", "detect-conflicts"]) {
        const { status, body } = await request("POST", `/v1/timetable/${job}/run`, undefined, withSecret);
        assert.equal(status, 404);
        assert.match((body as { detail: string }).detail, /belongs to the sync of records.*There are: cleanup,/);
      }
    });
  });
}
